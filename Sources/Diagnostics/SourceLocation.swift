/// A place in a file that the user wrote.
package struct SourceLocation: Sendable, Equatable, Codable {
  /// The file's path as the user knows it: relative to the project, or an archive's `zip!member`.
  package var path: String
  /// The line, counted from 1.
  package var line: Int?
  /// The column in characters, counted from 1.
  package var column: Int?
  /// The offset in the file, counted in bytes from 0.
  package var byteOffset: Int?

  package init(path: String, line: Int? = nil, column: Int? = nil, byteOffset: Int? = nil) {
    self.path = path
    self.line = line
    self.column = column
    self.byteOffset = byteOffset
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `path:line:column`, as far as they are known.
  package var description: String {
    var text = path
    if let line { text += ":\(line)" }
    if line != nil, let column { text += ":\(column)" }
    if let byteOffset { text += " (byte \(byteOffset))" }
    return text
  }
}
