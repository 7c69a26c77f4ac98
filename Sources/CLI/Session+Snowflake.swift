import Cloud
import Diagnostics
import Transform

extension Session {
  /// The client of the Snowflake that a remote names: an output of type `snowflake` of the project's profile, else a
  /// connection of Snowflake's own `connections.toml`.
  ///
  /// - Parameter profilesDir: as `--profiles-dir` names it.
  func snowflake(
    _ name: String, profilesDir: String? = nil, cancellation: CancellationToken = CancellationToken()
  ) throws -> SnowflakeClient {
    let settings = try snowflakeSettings(name, profilesDir: profilesDir)
    let connection = try SnowflakeConnection(settings, home: environment.setting("HOME"))
    return try SnowflakeClient(connection, environment: environment, cancellation: cancellation)
  }

  private func snowflakeSettings(_ name: String, profilesDir: String?) throws -> SnowflakeSettings {
    let output = try Project.output(
      name,
      Project.Options(
        path: try projectPath(), profilesDirectory: profilesDir,
        profileName: environment.setting("DBT_PROFILE"), environment: environment))
    if let output {
      guard output.type == "snowflake" else {
        throw Diagnostic(
          .profileInvalid, "\(output) is of type '\(output.type)', not snowflake",
          hints: ["`snowflake:` of the remote names an output of type snowflake"])
      }
      return SnowflakeSettings(output.values, from: "\(output)")
    }
    let connections = try ConnectionsFile(environment: environment)
    if let found = connections.settings(name) { return found }
    if name == "default", let found = connections.defaultSettings { return found }
    throw Diagnostic(
      .profileInvalid,
      "the Snowflake '\(name)' is neither an output of the profile nor a connection of Snowflake's",
      notes: ["looked at: profiles.yml, \(connections.paths.joined(separator: ", "))"],
      hints: [
        Suggestion.hint(for: name, in: connections.names)
          ?? "add an output of type snowflake to profiles.yml: docs/cloud.md shows one"
      ])
  }
}
