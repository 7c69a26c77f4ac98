import Diagnostics
import Files

/// A warehouse on disk: a draft, the builds made of it, and the link to the published one.
///
/// A value of paths only: it opens nothing and may be shared.
package struct Warehouse: Sendable {
  /// The folder, absolute.
  package let path: String
  /// How many builds retention keeps.
  package let keptBuildCount: Int

  package init(path: String, keptBuildCount: Int = 5) {
    self.path = Path.absolute(path)
    self.keptBuildCount = max(1, keptBuildCount)
  }

  package var draftPath: String { Path.join(path, "draft") }
  package var buildsPath: String { Path.join(path, "builds") }
  package var currentLink: String { Path.join(path, "current") }
  package var lockPath: String { Path.join(path, "lock") }

  /// The file of a layer in the draft.
  package func draftFile(_ layer: Layer) -> String { Path.join(draftPath, layer.fileName) }

  package var hasDraft: Bool { FileSystem.exists(draftFile(.main)) }

  /// Makes the folders that are missing.
  func createFolders() throws {
    do {
      for folder in [path, draftPath, buildsPath] where !FileSystem.isDirectory(folder) {
        try FileSystem.createDirectory(folder)
      }
    } catch {
      throw Self.notWritable(path, error)
    }
  }

  static func notWritable(_ path: String, _ error: FileError) -> StorageError {
    StorageError(
      error.code == .diskFull ? .diskFull : .warehouseNotWritable,
      "the warehouse '\(path)' cannot be written",
      notes: [error.diagnostic.message],
      hints: ["check the folder's permissions, or name another with --warehouse or REELHOUSE_WAREHOUSE"])
  }

  /// Removes what interrupted commands left behind. Only the holder of the lock may.
  func sweep() throws {
    for folder in [path, draftPath, buildsPath] {
      for name in try FileSystem.list(folder) where name.hasPrefix(Self.temporaryPrefix) {
        try FileSystem.removeTree(Path.join(folder, name))
      }
    }
  }

  /// How the names of unfinished files and folders begin.
  static let temporaryPrefix = FileSystem.temporaryPrefix
}
