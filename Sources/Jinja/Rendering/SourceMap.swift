import Diagnostics

/// The text of a rendered template and where each part of it comes from.
package struct RenderedTemplate: Sendable {
  package let text: String
  package let sourceMap: SourceMap
}

/// Leads from an offset of rendered text to the template that made it.
package struct SourceMap: Sendable {
  /// A run of output: copied from the template, or made by the expression or block at an offset of it.
  struct Segment: Sendable {
    let output: Int
    let source: Int32
    let isVerbatim: Bool
  }

  let source: Source
  let text: String
  let segments: [Segment]

  /// The place in the template of a byte of the output.
  package func location(ofByte offset: Int) -> SourceLocation {
    source.location(at: sourceOffset(ofByte: offset))
  }

  /// The place in the template of a line and column of the output, both counted from 1, columns in characters.
  package func location(line: Int, column: Int) -> SourceLocation {
    let bytes = text.utf8
    var start = bytes.startIndex
    var remaining = line
    while remaining > 1, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      start = bytes.index(after: end)
      remaining -= 1
    }
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    let prefix = text[start..<end].prefix(max(column - 1, 0))
    return location(ofByte: bytes.distance(from: bytes.startIndex, to: start) + prefix.utf8.count)
  }

  /// The line of the template that a byte of the output comes from.
  package func excerpt(ofByte offset: Int) -> String {
    source.line(at: sourceOffset(ofByte: offset))
  }

  /// The offset in the template of a byte of the output.
  package func sourceOffset(ofByte offset: Int) -> Int {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].output <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return segments.first.map { Int($0.source) } ?? 0 }
    let segment = segments[low - 1]
    guard segment.isVerbatim else { return Int(segment.source) }
    let end = low < segments.count ? segments[low].output : text.utf8.count
    return Int(segment.source) + min(max(offset, segment.output), end) - segment.output
  }
}

/// Text that is being rendered; the outermost one remembers where its parts come from.
struct Output {
  var text = ""
  var segments: [SourceMap.Segment] = []
  let recordsSegments: Bool

  init(recordsSegments: Bool) { self.recordsSegments = recordsSegments }

  mutating func append(_ part: String, from span: SourceSpan, isVerbatim: Bool) {
    guard !part.isEmpty else { return }
    if recordsSegments {
      segments.append(
        SourceMap.Segment(output: text.utf8.count, source: span.start, isVerbatim: isVerbatim))
    }
    text += part
  }
}
