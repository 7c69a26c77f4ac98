import Diagnostics
import Files

/// `reelhouse.yml`: where the archive, the warehouse and the remotes are. All of it is optional.
package struct ReelhouseFile: Sendable {
  package static let fileName = "reelhouse.yml"

  /// The archive, relative to the project.
  package var archive: String?
  /// The warehouse's folder, relative to the project.
  package var warehouse: String?
  package var keptBuildCount: Int?
  /// The remote and the environment that are meant where none is named.
  package var defaultRemote: String?
  package var defaultEnvironment: String?
  /// In their order; `local` is there without being declared.
  package var remotes: [RemoteDeclaration] = []

  package init(inFolder folder: String) throws {
    let path = Path.join(folder, Self.fileName)
    guard FileSystem.exists(path) else {
      remotes = [.standard]
      return
    }
    let file = try YAMLFile(contentsOf: path, path: Self.fileName)
    if file.root.isNull {
      remotes = [.standard]
      return
    }
    var reader = MappingReader(file.root, of: Self.fileName, in: file)
    archive = reader.string("archive")
    warehouse = reader.string("warehouse")
    keptBuildCount = reader.integer("keep_builds")
    if let count = keptBuildCount, count < 1 {
      reader.fault(
        .invalidValue, "'keep_builds' is \(count)", at: file.root["keep_builds"] ?? file.root,
        hint: "at least one build is kept")
    }
    defaultEnvironment = reader.string("default_env")
    defaultRemote = reader.string("default_remote")
    var faults: [Diagnostic] = []
    for (key, value) in reader.mapping("remotes")?.pairs ?? [] {
      if let remote = RemoteDeclaration(key.scalarText ?? "", value, in: file, &faults) {
        remotes.append(remote)
      }
    }
    if !remotes.contains(where: { $0.name == RemoteDeclaration.standard.name }) {
      remotes.append(.standard)
    }
    if let name = defaultRemote, !remotes.contains(where: { $0.name == name }), faults.isEmpty {
      reader.fault(
        .invalidValue, "'default_remote' is '\(name)', which is not declared",
        at: file.root["default_remote"] ?? file.root,
        hint: Suggestion.hint(for: name, in: remotes.map(\.name)) ?? "declare it under `remotes:`")
    }
    let diagnostics = reader.finish() + faults
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
  }
}
