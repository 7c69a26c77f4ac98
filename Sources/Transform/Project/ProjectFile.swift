import Diagnostics
import Files

/// `dbt_project.yml`.
package struct ProjectFile: Sendable {
  package static let fileName = "dbt_project.yml"

  package var name: String
  package var version: String?
  package var profile: String?
  package var modelPaths: [String]
  package var seedPaths: [String]
  package var testPaths: [String]
  package var macroPaths: [String]
  package var targetPath: String
  package var cleanTargets: [String]
  package var vars: [ConfigEntry]
  var models = ConfigTree()
  var seeds = ConfigTree()
  var dataTests = ConfigTree()
  var sources = ConfigTree()
  var exposures = ConfigTree()

  /// - Parameter folder: the project's folder.
  package init(inFolder folder: String) throws {
    let file = try YAMLFile(contentsOf: Path.join(folder, Self.fileName), path: Self.fileName)
    var reader = MappingReader(file.root, of: "the project", in: file)
    name = reader.requiredString("name") ?? ""
    version = reader.string("version")
    profile = reader.string("profile")
    modelPaths = reader.strings("model-paths") ?? ["models"]
    seedPaths = reader.strings("seed-paths") ?? ["seeds"]
    testPaths = reader.strings("test-paths") ?? ["tests"]
    macroPaths = reader.strings("macro-paths") ?? ["macros"]
    targetPath = reader.string("target-path") ?? "target"
    cleanTargets = reader.strings("clean-targets") ?? ["target"]
    vars = reader.value("vars")?.value.entries ?? []
    if let node = reader.value("models") { models = ConfigTree(node) }
    if let node = reader.value("seeds") { seeds = ConfigTree(node) }
    if let node = reader.value("data_tests") ?? reader.value("tests") { dataTests = ConfigTree(node) }
    if let node = reader.value("sources") { sources = ConfigTree(node) }
    if let node = reader.value("exposures") { exposures = ConfigTree(node) }
    reader.ignore(
      "config-version", "require-dbt-version", "analysis-paths", "snapshot-paths", "docs-paths",
      "asset-paths",
      "packages-install-path", "log-path", "query-comment", "flags", "dispatch", "snapshots",
      "metrics", "semantic-models", "saved-queries", "unit_tests",
      "restrict-access",
      "dbt-cloud", "quoting", "packages", "functions", "function-paths", "tests", "data_tests")
    for hook in ["on-run-start", "on-run-end"] {
      if let node = reader.value(hook), node.items?.isEmpty != true {
        reader.fault(
          .unsupportedFeature, "'\(hook)' is not run in this version", at: node,
          hint: "take it out, or put its SQL into a model")
      }
    }
    if !name.isEmpty, !name.utf8.allSatisfy(Self.isNameByte) {
      reader.fault(
        .invalidValue, "the project's name '\(name)' has a character that names cannot have",
        at: file.root["name"] ?? file.root, hint: "use letters, digits and underscores")
    }
    let diagnostics = reader.finish()
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
  }

  /// A variable of the project: `vars:` of this project's name before those for all.
  func variable(_ name: String) -> ConfigValue? {
    if let own = vars.first(where: { $0.key == self.name })?.value, let value = own[name] { return value }
    return vars.first { $0.key == name }?.value
  }

  /// The nearest folder from `start` upward that holds a `dbt_project.yml`.
  package static func folder(from start: String) throws -> String {
    var folder = Path.absolute(start)
    while true {
      if FileSystem.exists(Path.join(folder, fileName)) { return folder }
      let parent = Path.parent(of: folder)
      guard parent != folder else {
        throw Diagnostic(
          .projectNotFound, "there is no \(fileName) in '\(Path.absolute(start))' or above it",
          hints: ["go to the project's folder, or name it with --project-dir"])
      }
      folder = parent
    }
  }
}
