package net.snowflake.spark.snowflake;

import java.sql.Timestamp;
import java.text.SimpleDateFormat;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.StringJoiner;
import java.util.TimeZone;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;

/** A row as the connector's CSV has it: texts in quotes, all else as Java prints it, NULL as nothing. */
final class CSVLine {
  private CSVLine() {}

  static String of(Row row, DataType[] types) {
    StringJoiner line = new StringJoiner("|");
    for (int index = 0; index < types.length; index++) {
      line.add(row.isNullAt(index) ? "" : field(row.get(index), types[index].typeName()));
    }
    return line.toString();
  }

  private static String field(Object value, String type) {
    switch (type) {
      case "string":
        return "\"" + value.toString().replace("\"", "\"\"") + "\"";
      case "binary":
        return Base64.getEncoder().encodeToString((byte[]) value);
      case "date":
        return new SimpleDateFormat("yyyy-MM-dd").format((java.util.Date) value);
      case "timestamp":
        ZonedDateTime zoned =
            ZonedDateTime.of(((Timestamp) value).toLocalDateTime(), TimeZone.getDefault().toZoneId());
        return DateTimeFormatter.ofPattern("XX yyyy-MM-dd HH:mm:ss.SSSSSSSSS").format(zoned);
      default:
        return value.toString();
    }
  }
}
