import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Texts as they have to be, in files beside the tests. `UPDATE_GOLDEN=1` writes them anew.
package struct Golden: Sendable {
  private let folder: String

  /// The folder `Golden` beside the source file that asks.
  package init(beside file: String = #filePath) {
    folder = Path.join(Path.parent(of: file), "Golden")
  }

  /// Compares `text` with the file of that name.
  ///
  /// Throws a `GoldenMismatch`, which prints the difference.
  package func check(_ text: String, _ name: String) throws {
    let path = Path.join(folder, name)
    let ended = text.hasSuffix("\n") ? text : text + "\n"
    if getenv("UPDATE_GOLDEN").map({ String(cString: $0) }) == "1" {
      try FileSystem.createDirectory(folder)
      try FileSystem.write(ended.utf8, to: path, isDurable: false)
      return
    }
    let expected = FileSystem.exists(path) ? try FileSystem.readText(path) : ""
    if expected != ended {
      throw GoldenMismatch(path: path, difference: LineDifference(from: expected, to: ended))
    }
  }
}

/// A text that is not as its golden file says.
package struct GoldenMismatch: Error, CustomStringConvertible {
  package let path: String
  package let difference: LineDifference

  package var description: String {
    "'\(path)' differs (- expected, + found; UPDATE_GOLDEN=1 accepts it):\n\(difference)"
  }
}
