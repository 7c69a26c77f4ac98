import Diagnostics

/// The text of a template and the name that its author knows it by.
package final class Source: Sendable {
  /// The path that diagnostics show.
  package let name: String
  package let text: String
  /// The line of the file on which the text begins: more than 1 when it was cut out of a larger file.
  package let firstLine: Int

  package init(name: String, text: String, firstLine: Int = 1) {
    self.name = name
    self.text = text
    self.firstLine = firstLine
  }

  /// The line and column of a byte offset. Linear in the offset: lines are counted when someone asks.
  package func location(at offset: Int) -> SourceLocation {
    let bytes = text.utf8
    let limit = min(max(offset, 0), bytes.count)
    let end = bytes.index(bytes.startIndex, offsetBy: limit)
    var line = firstLine
    var lineStart = bytes.startIndex
    var index = bytes.startIndex
    while index < end {
      let byte = bytes[index]
      index = bytes.index(after: index)
      if byte == UInt8(ascii: "\n") {
        line += 1
        lineStart = index
      }
    }
    let column = String(decoding: bytes[lineStart..<end], as: UTF8.self).count + 1
    return SourceLocation(path: name, line: line, column: column, byteOffset: limit)
  }

  /// The line of text around a byte offset, without its line break.
  package func line(at offset: Int) -> String {
    let bytes = text.utf8
    let position = bytes.index(bytes.startIndex, offsetBy: min(max(offset, 0), bytes.count))
    let newline = UInt8(ascii: "\n")
    let start = bytes[..<position].lastIndex(of: newline).map { bytes.index(after: $0) } ?? bytes.startIndex
    var end = bytes[position...].firstIndex(of: newline) ?? bytes.endIndex
    if end > start, bytes[bytes.index(before: end)] == UInt8(ascii: "\r") { end = bytes.index(before: end) }
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }
}

/// A range of bytes in a template's source.
package struct SourceSpan: Sendable, Hashable {
  package var start: Int32
  package var end: Int32

  package init(start: Int32, end: Int32) {
    self.start = start
    self.end = end
  }

  init(_ start: Int, _ end: Int) {
    self.start = Int32(clamping: start)
    self.end = Int32(clamping: end)
  }

  func joined(to other: SourceSpan) -> SourceSpan {
    SourceSpan(start: start, end: max(end, other.end))
  }
}
