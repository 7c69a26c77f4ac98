import Diagnostics
import Files

/// The connections that Snowflake's own tools know: `connections.toml`, or `config.toml` below `connections`, in
/// `~/.snowflake`. Each setting may be replaced by a variable `SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>`.
package struct ConnectionsFile: Sendable {
  /// Where it was looked for connections, in that order.
  package let paths: [String]
  private let connections: Hidden<[String: [String: String]]>
  private let environment: Hidden<[String: String]>
  /// The name of the connection that is meant where none is named.
  package let defaultName: String

  /// Reads the files, as far as they are there. One that others than its owner may read is refused.
  ///
  /// - Parameter environment: `SNOWFLAKE_HOME`, `HOME`, `SNOWFLAKE_DEFAULT_CONNECTION_NAME`, `SNOWFLAKE_CONNECTIONS_…`.
  package init(environment: [String: String]) throws(CloudError) {
    let environment = environment.filter { !$0.value.isEmpty }
    let home = environment["HOME"] ?? ""
    var folder = environment["SNOWFLAKE_HOME"] ?? "~/.snowflake"
    if folder.hasPrefix("~/") { folder = home + folder.dropFirst() }
    paths = ["connections.toml", "config.toml"].map { Path.join(folder, $0) }
    let own = try Self.read(paths[0])
    let config = try Self.read(paths[1])
    // Where there is a connections.toml, it alone has connections.
    let found =
      own.map { Self.tables($0.tables, below: "") }
      ?? Self.tables(config?.tables ?? [:], below: "connections.")
    connections = Hidden(found)
    self.environment = Hidden(environment)
    defaultName =
      environment["SNOWFLAKE_DEFAULT_CONNECTION_NAME"] ?? config?.tables[""]?["default_connection_name"]
      ?? own?.tables[""]?["default_connection_name"] ?? "default"
  }

  private static func read(_ path: String) throws(CloudError) -> TOMLFile? {
    guard let text = try PrivateFile.read(path, title: "a file with secrets") else { return nil }
    return try TOMLFile(text.reveal(), path: path)
  }

  private static func tables(
    _ all: [String: [String: String]], below prefix: String
  ) -> [String: [String: String]] {
    var found: [String: [String: String]] = [:]
    for (name, values) in all where name.hasPrefix(prefix) && name != "" {
      let rest = String(name.dropFirst(prefix.utf8.count))
      if !rest.isEmpty { found[rest] = values }
    }
    return found
  }

  /// The names of all connections, sorted.
  package var names: [String] { connections.reveal().keys.sorted() }

  /// The settings of a connection, with those of its variables; nil where neither has any.
  package func settings(_ name: String) -> SnowflakeSettings? {
    let prefix = "SNOWFLAKE_CONNECTIONS_\(name.uppercased())_"
    var values = connections.reveal()[name]
    for (variable, value) in environment.reveal() where variable.uppercased().hasPrefix(prefix) {
      values = values ?? [:]
      values?[variable.dropFirst(prefix.count).lowercased()] = value
    }
    return values.map { SnowflakeSettings($0, from: "the connection '\(name)' of \(source)") }
  }

  /// The settings of the connection that is meant where none is named; nil where there is none.
  package var defaultSettings: SnowflakeSettings? { settings(defaultName) }

  private var source: String { paths.first(where: FileSystem.exists) ?? paths[0] }

  /// The settings of a connection that must be there.
  package func required(_ name: String) throws(CloudError) -> SnowflakeSettings {
    if let found = settings(name) { return found }
    throw CloudError(
      .configuration, "there is no connection '\(name)'",
      notes: [
        "looked at: \(paths.joined(separator: ", ")), variables SNOWFLAKE_CONNECTIONS_\(name.uppercased())_…"
      ],
      hints: [Suggestion.hint(for: name, in: names) ?? "add it with `snow connection add`"])
  }
}
