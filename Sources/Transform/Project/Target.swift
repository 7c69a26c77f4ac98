import Diagnostics
import Files
import Storage
import Threads

/// The output of a profile that models are built for.
package struct Target: Sendable {
  package var profileName: String
  /// The output's name, such as `dev`.
  package var name: String
  package var type: String
  package var schema: String
  /// How many nodes run at a time: what the profile says, else as many as there are processors.
  package var threads: Int

  /// The one database of a local warehouse, which dbt's artifacts and templates want to have a name.
  static let databaseName = "warehouse"

  /// Where the local warehouse is meant, in whatever words.
  private static let localTypes: Set<String> = ["reelhouse", "sqlite", "duckdb"]

  /// What a project has that no `profiles.yml` speaks of.
  static func local(profileName: String) -> Target {
    Target(profileName: profileName, name: "local", type: "sqlite", schema: "main", threads: Processors.count)
  }

  /// Finds the profile's output: in `--profiles-dir`, the working folder, the project's folder, or `~/.dbt`.
  ///
  /// A profile that stands nowhere is the local warehouse; one asked for by `--target` must be there.
  ///
  /// - Parameter isNamed: whether the user asked for the profile, rather than the project.
  static func find(
    profileName: String, isNamed: Bool, targetName: String?, profilesDirectory: String?, projectPath: String,
    environment: [String: String], render: (YAMLNode) throws -> ConfigValue
  ) throws -> Target {
    let places = ProfilePlaces(
      directory: profilesDirectory, projectPath: projectPath, environment: environment)
    guard let path = places.file else {
      guard targetName == nil || targetName == "local", profilesDirectory == nil, !isNamed else {
        throw Diagnostic(
          .profileInvalid,
          "there is no profiles.yml that could have the profile '\(profileName)'"
            + (targetName.map { " and the target '\($0)'" } ?? ""),
          notes: ["looked for \(places.candidates.joined(separator: ", "))"],
          hints: ["without profiles.yml the one target is 'local', the local warehouse"])
      }
      return local(profileName: profileName)
    }
    let file = try YAMLFile(contentsOf: path, path: path)
    guard let profile = file.root[profileName] else {
      guard targetName == nil || targetName == "local", !isNamed else {
        throw Diagnostic(
          .profileInvalid, "the profile '\(profileName)' is not in '\(path)'",
          hints: Suggestion.hint(for: profileName, in: (file.root.pairs ?? []).compactMap(\.key.scalarText))
            .map { [$0] }
            ?? [])
      }
      return local(profileName: profileName)
    }
    return try output(of: profile, profileName, targetName, file, render)
  }

  private static func output(
    of profile: YAMLNode, _ profileName: String, _ targetName: String?, _ file: YAMLFile,
    _ render: (YAMLNode) throws -> ConfigValue
  ) throws -> Target {
    let outputs = profile["outputs"]?.pairs ?? []
    let name = try targetName ?? profile["target"].map { try render($0).text ?? "default" } ?? "default"
    guard let output = outputs.first(where: { $0.key.scalarText == name })?.value else {
      throw Diagnostic(
        .profileInvalid, "the profile '\(profileName)' has no output '\(name)'", at: profile.location,
        excerpt: file.excerpt(profile.location),
        hints: [
          Suggestion.hint(for: name, in: outputs.compactMap(\.key.scalarText))
            ?? "its outputs are \(outputs.compactMap(\.key.scalarText).joined(separator: ", "))"
        ])
    }
    func text(_ key: String) throws -> String? { try output[key].flatMap { try render($0).text } }
    let type = try text("type") ?? ""
    guard localTypes.contains(type) else {
      throw Diagnostic(
        .profileInvalid, "the output '\(name)' has the type '\(type)', for which models cannot be built here",
        at: output.location, excerpt: file.excerpt(output.location),
        hints: [
          "outputs of type reelhouse, sqlite or duckdb mean the local warehouse: choose one with --target"
        ])
    }
    return Target(
      profileName: profileName, name: name, type: type == "reelhouse" ? "sqlite" : type,
      // A schema of another warehouse means nothing here: what has no layer of its own is a mart.
      schema: try text("schema").flatMap { Layer(rawValue: $0)?.schemaName } ?? Layer.main.schemaName,
      threads: try text("threads").flatMap { Int($0) } ?? Processors.count)
  }
}

extension [String: String] {
  /// The value of an environment variable; one that is empty counts as not set.
  package func setting(_ name: String) -> String? {
    self[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
