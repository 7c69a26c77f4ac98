import Diagnostics
import Files

/// An output of a profile as it stands, for a warehouse that somebody else speaks to: its settings with the templates in them
/// evaluated, such as `{{ env_var('SNOWFLAKE_TOKEN') }}`. They may be secrets, so that it prints without them.
package struct ProfileOutput: Sendable {
  package let profileName: String
  package let name: String
  package let type: String
  /// Where it stands, as the user knows it.
  package let path: String
  /// Numbers and booleans as texts; what is null, a list or a mapping is left out.
  package let values: [String: String]
}

extension ProfileOutput: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "the output '\(name)' of the profile '\(profileName)' in \(path)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension ProfileOutput {
  /// Reads an output, of whatever type; nil where there is no such profile, or no file of them.
  init?(
    _ name: String, of profileName: String, in places: ProfilePlaces, render: (YAMLNode) throws -> ConfigValue
  ) throws {
    guard let path = places.file else { return nil }
    let file = try YAMLFile(contentsOf: path, path: path)
    guard let profile = file.root[profileName] else { return nil }
    let outputs = profile["outputs"]?.pairs ?? []
    guard let output = outputs.first(where: { $0.key.scalarText == name })?.value else { return nil }
    var values: [String: String] = [:]
    for (key, value) in output.pairs ?? [] {
      guard let key = key.scalarText, let text = try render(value).text else { continue }
      values[key] = text
    }
    self.init(
      profileName: profileName, name: name, type: values["type"] ?? "", path: path, values: values)
  }
}

/// Where a `profiles.yml` is looked for: in `--profiles-dir`, else in `DBT_PROFILES_DIR`, the working folder, the project's
/// folder and `~/.dbt`.
struct ProfilePlaces {
  /// In the order in which they are looked at.
  let candidates: [String]

  init(directory: String?, projectPath: String, environment: [String: String]) {
    let folders =
      directory.map { [$0] }
      ?? [
        environment.setting("DBT_PROFILES_DIR"), Path.workingDirectory, projectPath,
        environment.setting("HOME").map { "\($0)/.dbt" },
      ]
      .compactMap { $0 }
    candidates = folders.map { Path.join($0, "profiles.yml") }
  }

  var file: String? { candidates.first(where: FileSystem.exists) }
}
