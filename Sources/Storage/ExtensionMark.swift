import Files
import SQLite

/// A file beside a layer's, which says that the layer is being extended, and what it was before.
struct ExtensionMark {
  private let layerPath: String
  private var path: String { "\(layerPath)-extension" }

  init(_ layerPath: String) {
    self.layerPath = layerPath
  }

  /// A mark that is there as long as the value lives, and stays if the process dies.
  final class Hold {
    private let mark: ExtensionMark

    init(_ mark: ExtensionMark, origin: AddedTables.Origin) throws {
      try FileSystem.write(
        "\(origin.pageCount) \(origin.changeCounter)\n".utf8, to: mark.path, isDurable: false)
      self.mark = mark
    }

    deinit {
      try? mark.remove()
    }
  }

  func remove() throws {
    try FileSystem.remove(path)
  }

  /// Takes away what a process left that died while it extended the layer. The file has no open transaction.
  func settle() throws {
    guard FileSystem.exists(path) else { return }
    let numbers = try FileSystem.readText(path).split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
    // A mark that was cut off stands for an extension that had not begun.
    if numbers.count == 2 {
      let origin = AddedTables.Origin(pageCount: numbers[0], changeCounter: numbers[1])
      try AddedTables.retract(path: layerPath, to: origin)
    }
    try remove()
  }
}
