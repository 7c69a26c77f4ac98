/// A field's place in the bytes of its batch, without the quotes around it.
package struct CSVField: Sendable, Hashable, BitwiseCopyable {
  private let start: UInt32
  private let lengthAndFlags: UInt32

  private static let quotedFlag: UInt32 = 1 << 31
  private static let escapedFlag: UInt32 = 1 << 30

  @inline(__always)
  init(start: Int, byteCount: Int, isQuoted: Bool, hasDoubledQuotes: Bool) {
    self.start = UInt32(truncatingIfNeeded: start)
    lengthAndFlags =
      UInt32(truncatingIfNeeded: byteCount) | (isQuoted ? Self.quotedFlag : 0)
      | (hasDoubledQuotes ? Self.escapedFlag : 0)
  }

  /// Where the content begins in the batch's bytes.
  @inline(__always)
  package var offset: Int { Int(start) }

  /// The bytes of the content, as they stand in the file.
  @inline(__always)
  package var byteCount: Int { Int(lengthAndFlags & (Self.escapedFlag - 1)) }

  /// Whether the field stood in quotes: then no bytes are the empty text, else they are NULL.
  @inline(__always)
  package var isQuoted: Bool { lengthAndFlags & Self.quotedFlag != 0 }

  /// Whether the content has doubled quotes, which `CSVQuoting.unescape` makes single.
  @inline(__always)
  package var hasDoubledQuotes: Bool { lengthAndFlags & Self.escapedFlag != 0 }

  /// Whether the field is empty and not quoted.
  @inline(__always)
  package var isNull: Bool { lengthAndFlags == 0 }
}

/// A row's place in its batch: its bytes without the line break, its fields, its line.
package struct CSVRow: Sendable, Hashable, BitwiseCopyable {
  private let start: UInt32
  private let end: UInt32
  private let field: UInt32
  private let fields: UInt32
  private let line: UInt32

  @inline(__always)
  init(bytes: Range<Int>, fields: Range<Int>, line: Int) {
    start = UInt32(truncatingIfNeeded: bytes.lowerBound)
    end = UInt32(truncatingIfNeeded: bytes.upperBound)
    field = UInt32(truncatingIfNeeded: fields.lowerBound)
    self.fields = UInt32(truncatingIfNeeded: fields.count)
    self.line = UInt32(truncatingIfNeeded: line)
  }

  /// The row's bytes in the batch, quotes included, without the line break.
  package var byteRange: Range<Int> { Int(start)..<Int(end) }

  /// Where the row's fields begin in the batch's fields.
  @inline(__always)
  package var firstField: Int { Int(field) }

  @inline(__always)
  package var fieldCount: Int { Int(fields) }

  /// How many line breaks of the batch stand before the row.
  @inline(__always)
  package var lineOffset: Int { Int(line) }

  /// Whether the line is empty: one field without bytes, which a file of several columns may have anywhere.
  @inline(__always)
  package var isBlank: Bool { start == end }
}
