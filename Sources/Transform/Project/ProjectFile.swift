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
  package var snapshotPaths: [String]
  package var targetPath: String
  package var cleanTargets: [String]
  /// Where packages are installed, relative to the project.
  package var packagesPath: String
  /// Where `{% docs %}` blocks are looked for.
  package var docsPaths: [String]
  /// The texts of hooks around a whole run.
  package var onRunStart: [String]
  package var onRunEnd: [String]
  /// For each namespace the packages in which `adapter.dispatch` looks, in order.
  package var dispatchOrder: [String: [String]]
  package var vars: [ConfigEntry]
  var models = ConfigTree()
  var seeds = ConfigTree()
  var snapshots = ConfigTree()
  var dataTests = ConfigTree()
  var sources = ConfigTree()
  var exposures = ConfigTree()
  var unitTests = ConfigTree()

  /// A project of which no file is read: nothing is said but its name.
  init(name: String) {
    self.name = name
    (modelPaths, seedPaths, testPaths) = (["models"], ["seeds"], ["tests"])
    (macroPaths, snapshotPaths) = (["macros"], ["snapshots"])
    (targetPath, cleanTargets, packagesPath, docsPaths) = ("target", [], "dbt_packages", [])
    (onRunStart, onRunEnd) = ([], [])
    dispatchOrder = [:]
    vars = []
  }

  /// - Parameters:
  ///   - folder: the project's folder.
  ///   - displayPrefix: what stands before its paths in messages, where it is a package's.
  package init(inFolder folder: String, displayPrefix: String = "") throws {
    let file = try YAMLFile(
      contentsOf: Path.join(folder, Self.fileName), path: Path.join(displayPrefix, Self.fileName))
    var reader = MappingReader(file.root, of: "the project", in: file)
    name = reader.requiredString("name") ?? ""
    version = reader.string("version")
    profile = reader.string("profile")
    modelPaths = reader.strings("model-paths") ?? ["models"]
    seedPaths = reader.strings("seed-paths") ?? ["seeds"]
    testPaths = reader.strings("test-paths") ?? ["tests"]
    macroPaths = reader.strings("macro-paths") ?? ["macros"]
    snapshotPaths = reader.strings("snapshot-paths") ?? ["snapshots"]
    targetPath = reader.string("target-path") ?? "target"
    cleanTargets = reader.strings("clean-targets") ?? ["target"]
    packagesPath = reader.string("packages-install-path") ?? "dbt_packages"
    docsPaths =
      reader.strings("docs-paths") ?? (modelPaths + seedPaths + macroPaths + testPaths + snapshotPaths)
    onRunStart = Self.hooks(reader.value("on-run-start"))
    onRunEnd = Self.hooks(reader.value("on-run-end"))
    dispatchOrder = Dictionary(
      reader.items("dispatch").compactMap { item in
        item["macro_namespace"]?.scalarText.map { ($0, item["search_order"]?.value.texts ?? []) }
      }, uniquingKeysWith: { first, _ in first })
    vars = reader.mapping("vars")?.value.entries ?? []
    if let node = reader.mapping("models") { models = ConfigTree(node) }
    if let node = reader.mapping("seeds") { seeds = ConfigTree(node) }
    if let node = reader.mapping("data_tests") ?? reader.mapping("tests") { dataTests = ConfigTree(node) }
    if let node = reader.mapping("snapshots") { snapshots = ConfigTree(node) }
    if let node = reader.value("unit_tests") { unitTests = ConfigTree(node) }
    if let node = reader.mapping("sources") { sources = ConfigTree(node) }
    if let node = reader.value("exposures") { exposures = ConfigTree(node) }
    reader.ignore(
      "config-version", "require-dbt-version", "analysis-paths",
      "asset-paths",
      "log-path", "query-comment",
      "metrics", "semantic-models", "saved-queries",
      "restrict-access",
      "dbt-cloud", "quoting", "packages", "functions", "function-paths", "tests", "data_tests")
    if !name.isEmpty, !name.utf8.allSatisfy(Self.isNameByte) {
      reader.fault(
        .invalidValue, "the project's name '\(name)' has a character that names cannot have",
        at: file.root["name"] ?? file.root, hint: "use letters, digits and underscores")
    }
    var flagFaults: [Diagnostic] = []
    if let node = reader.mapping("flags") { _ = ProjectFlags(node, in: file, &flagFaults) }
    let diagnostics = reader.finish() + flagFaults
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
  }

  /// A hook is a text, or a list of texts.
  private static func hooks(_ node: YAMLNode?) -> [String] { node?.value.texts ?? [] }

  /// The folders of the project's own files.
  package var resourcePaths: [String] { modelPaths + seedPaths + testPaths + macroPaths + snapshotPaths }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
  }

  /// A variable: that under `vars:` for a package before that for all.
  func variable(_ name: String, for package: String) -> ConfigValue? {
    if let own = vars.first(where: { $0.key == package })?.value, let value = own[name] { return value }
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
