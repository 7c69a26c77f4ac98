package net.snowflake.spark.snowflake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import scala.collection.JavaConverters;

/** Asks `bridge.py`, which talks to the Snowflake that stands in. */
final class Bridge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Bridge() {}

  static Map<String, String> javaMap(scala.collection.immutable.Map<String, String> map) {
    return JavaConverters.mapAsJavaMapConverter(map).asJava();
  }

  /** Hands rows over in a file, each line a text of JSON, so that a table need not fit into memory. */
  static void copy(Map<String, String> options, String mode, Iterator<String> lines) {
    try {
      Path file = Files.createTempFile("connector", ".json");
      try {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
          while (lines.hasNext()) {
            writer.write(JSON.writeValueAsString(lines.next()));
            writer.newLine();
          }
        }
        call("copy", options, Map.of("mode", mode, "file", file.toString()));
      } finally {
        Files.delete(file);
      }
    } catch (java.io.IOException error) {
      throw new RuntimeException(error);
    }
  }

  static JsonNode call(String action, Map<String, String> options, Map<String, Object> more) {
    try {
      Map<String, Object> content = new HashMap<>(more);
      content.put("action", action);
      content.put("options", options);
      HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("REELHOUSE_TEST_BRIDGE")))
          .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(content)))
          .build();
      HttpResponse<byte[]> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
      JsonNode answer = JSON.readTree(response.body());
      if (response.statusCode() != 200) {
        throw new RuntimeException(answer.get("error").asText());
      }
      return answer;
    } catch (java.io.IOException | InterruptedException error) {
      throw new RuntimeException(error);
    }
  }
}
