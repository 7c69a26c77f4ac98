/// The bounds and places of a chunk's pages (`ColumnIndex` and `OffsetIndex` of parquet.thrift).
package struct PageIndex: Sendable, Equatable {
  package struct Page: Sendable, Equatable {
    /// Where the page's header begins.
    package var offset: Int
    /// With its header.
    package var byteCount: Int
    package var firstRow: Int
    package var nullCount: Int
    /// nil where the page has nothing but nulls.
    package var minimum: [UInt8]?
    package var maximum: [UInt8]?
    /// Whether the page has nothing but nulls.
    package var isNull: Bool
  }

  package enum Order: Int, Sendable {
    case unordered = 0
    case ascending = 1
    case descending = 2
  }

  package var pages: [Page] = []
  package var order = Order.unordered
  /// False where a page has values without bounds, such as NaN: then there is a place of each page and no more.
  package var hasBounds: Bool { pages.allSatisfy { $0.isNull || ($0.minimum != nil && $0.maximum != nil) } }

  func columnIndexBytes() -> [UInt8] {
    var writer = ThriftWriter()
    writer.structureElement {
      $0.list(1, of: .boolFalse, pages) { $0.boolElement($1.isNull) }
      $0.list(2, of: .binary, pages) { $0.binaryElement($1.minimum ?? []) }
      $0.list(3, of: .binary, pages) { $0.binaryElement($1.maximum ?? []) }
      $0.i32(4, order.rawValue)
      $0.list(5, of: .i64, pages) { $0.intElement($1.nullCount) }
    }
    return writer.bytes
  }

  func offsetIndexBytes() -> [UInt8] {
    var writer = ThriftWriter()
    writer.structureElement {
      $0.list(1, of: .structure, pages) { writer, page in
        writer.structureElement {
          $0.i64(1, page.offset)
          $0.i32(2, page.byteCount)
          $0.i64(3, page.firstRow)
        }
      }
    }
    return writer.bytes
  }

  /// Reads the two indexes of a chunk; either may be missing.
  init(columnIndex: [UInt8]?, offsetIndex: [UInt8]) throws(ParquetError) {
    try readOffsets(offsetIndex)
    if let columnIndex { try readBounds(columnIndex) }
  }

  init() {}

  private mutating func readOffsets(_ bytes: [UInt8]) throws(ParquetError) {
    let pages = try Self.withReader(bytes) { reader throws(ParquetError) -> [Page] in
      var pages: [Page] = []
      var last = 0
      while let field = try reader.field(after: &last) {
        guard field.id == 1 else {
          try reader.skip(field.type)
          continue
        }
        for _ in 0..<(try reader.list(field, of: .structure)) { pages.append(try Self.readLocation(&reader)) }
      }
      return pages
    }
    self.pages = pages
  }

  private static func readLocation(_ reader: inout ThriftReader) throws(ParquetError) -> Page {
    try reader.enter()
    defer { reader.leave() }
    var page = Page(offset: -1, byteCount: -1, firstRow: -1, nullCount: 0, isNull: false)
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: page.offset = try reader.i64(field)
      case 2: page.byteCount = try reader.i32(field)
      case 3: page.firstRow = try reader.i64(field)
      default: try reader.skip(field.type)
      }
    }
    guard page.offset >= 0, page.byteCount >= 0, page.firstRow >= 0 else {
      throw ParquetError(.damaged("a page of its offset index has no place"))
    }
    return page
  }

  private mutating func readBounds(_ bytes: [UInt8]) throws(ParquetError) {
    let count = pages.count
    var copy = pages
    let order = try Self.withReader(bytes) { reader throws(ParquetError) -> Int in
      var order = 0
      var last = 0
      while let field = try reader.field(after: &last) {
        switch field.id {
        case 1...3:
          guard try reader.list(field, of: field.id == 1 ? .boolTrue : .binary) == count else {
            throw Self.uneven
          }
          for index in 0..<count {
            switch field.id {
            case 1: copy[index].isNull = try reader.boolElement()
            case 2: copy[index].minimum = try reader.binaryElement()
            default: copy[index].maximum = try reader.binaryElement()
            }
          }
        case 4: order = try reader.i32(field)
        case 5:
          guard try reader.list(field, of: .i64) == count else { throw Self.uneven }
          for index in 0..<count { copy[index].nullCount = try reader.i64Element() }
        default: try reader.skip(field.type)
        }
      }
      return order
    }
    for index in copy.indices where copy[index].isNull {
      (copy[index].minimum, copy[index].maximum) = (nil, nil)
    }
    self.order = Order(rawValue: order) ?? .unordered
    pages = copy
  }

  private static let uneven = ParquetError(
    .damaged("its column index and its offset index have different pages"))

  private static func withReader<Result>(
    _ bytes: [UInt8], _ body: (inout ThriftReader) throws(ParquetError) -> Result
  ) throws(ParquetError) -> Result {
    // SAFETY: the reader does not leave the closure, and copies what it returns.
    try bytes.span.withUnsafeBytes { (pointer) throws(ParquetError) -> Result in
      var reader = ThriftReader(pointer)
      try reader.enter()
      return try body(&reader)
    }
  }
}
