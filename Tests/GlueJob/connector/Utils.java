package net.snowflake.spark.snowflake;

import java.util.Map;

/** What scripts call to run a statement. The connector has it for Scala's maps, too. */
public final class Utils {
  private Utils() {}

  public static Object runQuery(Map<String, String> options, String query) {
    return Bridge.call("execute", options, Map.of("statement", query)).toString();
  }

  public static Object runQuery(scala.collection.immutable.Map<String, String> options, String query) {
    return runQuery(Bridge.javaMap(options), query);
  }
}
