import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder that goes away with its owner.
package final class TemporaryFolder: Sendable {
  /// The folder, absolute and free of links.
  package let path: String

  package init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array(Path.join(base, "reelhouse-test-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError("create a folder in", base) }
    let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = Path.resolved(made) ?? made
  }

  deinit {
    try? FileSystem.removeTree(path)
  }

  /// The path of a name in the folder.
  package func file(_ name: String) -> String { Path.join(path, name) }

  /// Writes a file, with the folders above it, and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = file(name)
    try FileSystem.createDirectory(Path.parent(of: path))
    try FileSystem.write(bytes, to: path, isDurable: false)
    return path
  }

  /// The names in the folder, or in one below it, sorted.
  package func names(in name: String = "") throws -> [String] { try FileSystem.list(file(name)) }
}
