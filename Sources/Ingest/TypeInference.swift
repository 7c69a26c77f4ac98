import Storage

/// Finds the narrowest type that all texts of each column can be read as. Takes columns typed as text.
struct TypeInference: TableSink, ~Copyable {
  private struct Candidates: OptionSet {
    let rawValue: UInt8
    static let integer = Candidates(rawValue: 1)
    static let real = Candidates(rawValue: 2)
    static let date = Candidates(rawValue: 4)
    static let timestamp = Candidates(rawValue: 8)
    static let boolean = Candidates(rawValue: 16)
  }

  private var candidates: [Candidates]

  init(columnCount: Int) {
    candidates = Array(repeating: [.integer, .real, .date, .timestamp, .boolean], count: columnCount)
  }

  var columnTypes: [ColumnType] {
    candidates.map { left in
      if left.contains(.integer) { return .integer }
      if left.contains(.real) { return .real }
      if left.contains(.date) { return .date }
      if left.contains(.timestamp) { return .timestamp }
      return left.contains(.boolean) ? .boolean : .text
    }
  }

  mutating func append(_ rows: TypedRows) {
    for (index, cell) in rows.cells.enumerated() where cell.kind == .text {
      let column = index % rows.columnCount
      let left = candidates[column]
      if !left.isEmpty { candidates[column] = left.intersection(Self.types(of: cell.bytes, among: left)) }
    }
  }

  private static func types(of text: UnsafeRawBufferPointer, among wanted: Candidates) -> Candidates {
    let text = FieldParsing.trimmed(text)
    var types: Candidates = []
    if wanted.contains(.integer), NumberParsing.integer(text, allowsZeroFraction: false) != nil {
      types.insert(.integer)
    }
    if wanted.contains(.real), NumberParsing.real(text) != nil { types.insert(.real) }
    if wanted.contains(.date), text.count == DateParsing.dateByteCount, DateParsing.isDate(text) {
      types.insert(.date)
    }
    if wanted.contains(.timestamp), isTimestamp(text) { types.insert(.timestamp) }
    if wanted.contains(.boolean), FieldParsing.equals(text, "true") || FieldParsing.equals(text, "false") {
      types.insert(.boolean)
    }
    return types
  }

  private static func isTimestamp(_ text: UnsafeRawBufferPointer) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: DateParsing.longestTimestamp, alignment: 1) { target in
      target.baseAddress.flatMap { DateParsing.timestamp(text, into: $0) } != nil
    }
  }
}
