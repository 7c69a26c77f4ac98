package net.snowflake.spark.snowflake;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The answer to the option `query`: whole numbers and texts are all that the job asks for. */
final class QueryRelation extends BaseRelation implements TableScan {
  private final SQLContext context;
  private final StructType schema;
  private final List<Row> rows = new ArrayList<>();

  QueryRelation(SQLContext context, Map<String, String> options) {
    this.context = context;
    JsonNode answer = Bridge.call("query", options, Map.of());
    StructType schema = new StructType();
    for (JsonNode column : answer.get("columns")) {
      boolean isNumber = column.get("isNumber").asBoolean();
      schema = schema.add(
          column.get("name").asText(), isNumber ? DataTypes.createDecimalType(38, 0) : DataTypes.StringType);
    }
    this.schema = schema;
    for (JsonNode row : answer.get("rows")) {
      Object[] values = new Object[schema.length()];
      for (int index = 0; index < values.length; index++) {
        JsonNode value = row.get(index);
        values[index] = value.isNull() ? null : value.isNumber() ? value.decimalValue() : value.asText();
      }
      rows.add(RowFactory.create(values));
    }
  }

  @Override
  public SQLContext sqlContext() {
    return context;
  }

  @Override
  public StructType schema() {
    return schema;
  }

  @Override
  public RDD<Row> buildScan() {
    return context.createDataFrame(rows, schema).rdd();
  }
}
