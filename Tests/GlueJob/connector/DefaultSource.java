package net.snowflake.spark.snowflake;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.RelationProvider;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Map;

/** Stands in for Snowflake's connector for Spark 3.5: its name, its options, the CSV that it writes. */
public final class DefaultSource implements RelationProvider, CreatableRelationProvider {
  @Override
  public BaseRelation createRelation(SQLContext context, Map<String, String> options) {
    return new QueryRelation(context, Bridge.javaMap(options));
  }

  @Override
  public BaseRelation createRelation(
      SQLContext context, SaveMode mode, Map<String, String> options, Dataset<Row> data) {
    DataType[] types = new DataType[data.schema().length()];
    for (int index = 0; index < types.length; index++) {
      StructField field = data.schema().fields()[index];
      types[index] = field.dataType();
    }
    Bridge.copy(
        Bridge.javaMap(options), mode.name(), data.toJavaRDD().map(row -> CSVLine.of(row, types)).toLocalIterator());
    return new BaseRelation() {
      @Override
      public SQLContext sqlContext() {
        return context;
      }

      @Override
      public StructType schema() {
        return data.schema();
      }
    };
  }
}
