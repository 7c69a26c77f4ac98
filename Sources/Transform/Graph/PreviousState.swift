import Diagnostics
import Files

/// The artifacts of an earlier run, ours or dbt's: what `--state` names.
package struct PreviousState: Sendable {
  /// The folder.
  package let path: String
  package let manifest: PreviousManifest?
  package let results: PreviousResults?
  package let sources: PreviousFreshness?
  /// `sources.json` of the project's own target folder.
  package let currentSources: PreviousFreshness?

  /// Reads what there is in a folder; a file that is missing is no fault before somebody asks for it.
  ///
  /// - Parameter targetPath: the project's own folder of artifacts.
  package init(inFolder folder: String, targetPath: String) throws {
    path = folder
    manifest = try Self.artifact("manifest.json", "manifest", newest: 12, in: folder).map(
      PreviousManifest.init)
    results = try Self.artifact("run_results.json", "run-results", newest: 6, in: folder).map(
      PreviousResults.init)
    sources = try Self.artifact("sources.json", "sources", newest: 3, in: folder).map(PreviousFreshness.init)
    currentSources = try Self.artifact("sources.json", "sources", newest: 3, in: targetPath).map(
      PreviousFreshness.init)
  }

  /// A state of which only the manifest is known.
  package init(manifest: PreviousManifest, path: String) {
    self.path = path
    self.manifest = manifest
    results = nil
    sources = nil
    currentSources = nil
  }

  /// An artifact, or nil where there is no such file. One of a newer version than we know is refused.
  static func artifact(_ file: String, _ kind: String, newest: Int, in folder: String) throws -> JSONValue? {
    let path = Path.join(folder, file)
    guard FileSystem.exists(path) else { return nil }
    let value = try JSONParser.parse(try FileSystem.read(path), path: path)
    let version = value["metadata"]?["dbt_schema_version"]?.string ?? ""
    let number = version.split(separator: "/").last.flatMap { Int($0.dropFirst().prefix { $0 != "." }) }
    guard version.contains("/\(kind)/v"), let number, number <= newest else {
      throw Diagnostic(
        .invalidValue, "'\(path)' has the version '\(version)', which is not read here",
        hints: ["\(kind) artifacts up to version \(newest) are: make it again with this version"])
    }
    return value
  }
}

/// `manifest.json` of an earlier run.
package struct PreviousManifest: Sendable {
  /// Nodes, sources, exposures and unit tests by unique id.
  package let nodes: [String: JSONValue]
  /// The texts of macros by unique id.
  let macroTexts: [String: String]

  /// The manifest that a project has now, for what it will be compared with later.
  package init(_ project: Project) {
    let artifact = NodeArtifact(project.manifest)
    nodes = project.manifest.nodes.mapValues(artifact.parsed)
    macroTexts = Dictionary(
      project.manifest.macros.values.map { ($0.uniqueID, $0.definition.text) },
      uniquingKeysWith: { first, _ in first })
  }

  init(_ json: JSONValue) {
    var nodes: [String: JSONValue] = [:]
    for collection in ["nodes", "sources", "exposures", "unit_tests"] {
      nodes.merge(json[collection]?.fields ?? [:]) { first, _ in first }
    }
    self.nodes = nodes
    macroTexts = (json["macros"]?.fields ?? [:]).compactMapValues { $0["macro_sql"]?.string }
  }
}

/// `run_results.json` of an earlier run.
package struct PreviousResults: Sendable {
  /// The status of each node by unique id.
  package let statuses: [String: String]
  /// What the command was: `build`, `run`, ….
  package let command: String?
  /// `args`, as they were written.
  package let arguments: JSONValue

  init(_ json: JSONValue) {
    statuses = Dictionary(
      (json["results"]?.items ?? []).compactMap { result in
        guard let id = result["unique_id"]?.string, let status = result["status"]?.string else { return nil }
        return (id, status)
      }, uniquingKeysWith: { _, last in last })
    arguments = json["args"] ?? .null
    command = arguments["which"]?.string
  }

  /// Those of a folder, or nil where there are none.
  package init?(inFolder folder: String) throws {
    guard let json = try PreviousState.artifact("run_results.json", "run-results", newest: 6, in: folder)
    else {
      return nil
    }
    self.init(json)
  }

  func ids(withStatus status: String) -> Set<String> {
    Set(statuses.filter { $0.value == status }.keys)
  }
}

/// `sources.json` of an earlier `source freshness`.
package struct PreviousFreshness: Sendable {
  /// When the newest row of each source was loaded, as ISO text, by unique id.
  let loadTimes: [String: String]

  init(_ json: JSONValue) {
    loadTimes = Dictionary(
      (json["results"]?.items ?? []).compactMap { result in
        guard let id = result["unique_id"]?.string, let time = result["max_loaded_at"]?.string else {
          return nil
        }
        return (id, time)
      }, uniquingKeysWith: { _, last in last })
  }
}
