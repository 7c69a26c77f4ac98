import Diagnostics
import Files

/// `reelhouse.yml`: where the archive and the warehouse are. All of it is optional.
package struct ReelhouseFile: Sendable {
  package static let fileName = "reelhouse.yml"

  /// The archive, relative to the project.
  package var archive: String?
  /// The warehouse's folder, relative to the project.
  package var warehouse: String?
  package var keptBuildCount: Int?

  package init(inFolder folder: String) throws {
    let path = Path.join(folder, Self.fileName)
    guard FileSystem.exists(path) else { return }
    let file = try YAMLFile(contentsOf: path, path: Self.fileName)
    if file.root.isNull { return }
    var reader = MappingReader(file.root, of: Self.fileName, in: file)
    archive = reader.string("archive")
    warehouse = reader.string("warehouse")
    keptBuildCount = reader.integer("keep_builds")
    if let count = keptBuildCount, count < 1 {
      reader.fault(
        .invalidValue, "'keep_builds' is \(count)", at: file.root["keep_builds"] ?? file.root,
        hint: "at least one build is kept")
    }
    let diagnostics = reader.finish()
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
  }
}
