/// `PageHeader` of parquet.thrift, with the parts of the page's own header that a flat column needs.
struct PageHeader {
  var type: PageType
  var uncompressedByteCount: Int
  var compressedByteCount: Int
  var crc: UInt32?
  var valueCount = 0
  var encoding = Encoding.plain
  var definitionLevelEncoding = Encoding.rle
  /// Of version 2: the bytes of the levels, which stand before the values and are never compressed.
  var definitionLevelByteCount = 0
  var repetitionLevelByteCount = 0
  var nullCount: Int?
  var rowCount: Int?
  var isCompressed = true

  /// Reads a header; an index page has nothing that anybody asks for.
  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> PageHeader {
    try reader.enter()
    defer { reader.leave() }
    var (type, uncompressed, compressed) = (Int?.none, Int?.none, Int?.none)
    var header = PageHeader(type: .indexPage, uncompressedByteCount: 0, compressedByteCount: 0)
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: type = try reader.i32(field)
      case 2: uncompressed = try reader.i32(field)
      case 3: compressed = try reader.i32(field)
      case 4: header.crc = UInt32(truncatingIfNeeded: try reader.i32(field))
      case 5: try header.read(.dataPage, &reader, field)
      case 7: try header.read(.dictionaryPage, &reader, field)
      case 8: try header.read(.dataPageV2, &reader, field)
      default: try reader.skip(field.type)
      }
    }
    guard let type, let uncompressed, let compressed else {
      throw ParquetError(.damaged("a page's header lacks its sizes"))
    }
    guard let known = PageType(rawValue: type) else {
      throw ParquetError(.damaged("a page has the unknown type \(type)"))
    }
    guard uncompressed >= 0, compressed >= 0 else {
      throw ParquetError(.damaged("a page has the sizes \(compressed) and \(uncompressed)"))
    }
    header.type = known
    header.uncompressedByteCount = uncompressed
    header.compressedByteCount = compressed
    guard header.valueCount >= 0 else {
      throw ParquetError(.damaged("a page has \(header.valueCount) values"))
    }
    return header
  }

  private static func encoding(_ code: Int) throws(ParquetError) -> Encoding {
    guard let encoding = Encoding(rawValue: code) else {
      throw ParquetError(.unsupported("a page has the unknown encoding \(code)"))
    }
    return encoding
  }

  /// Reads the part that pages of one type have to themselves.
  private mutating func read(
    _ type: PageType, _ reader: inout ThriftReader, _ field: ThriftField
  ) throws(ParquetError) {
    try reader.expect(field, .structure)
    try reader.enter()
    defer { reader.leave() }
    var last = 0
    while let field = try reader.field(after: &last) {
      switch (type, field.id) {
      case (_, 1): valueCount = try reader.i32(field)
      case (.dataPage, 2), (.dictionaryPage, 2), (.dataPageV2, 4):
        encoding = try Self.encoding(try reader.i32(field))
      case (.dataPage, 3): definitionLevelEncoding = try Self.encoding(try reader.i32(field))
      case (.dataPageV2, 2): nullCount = try reader.i32(field)
      case (.dataPageV2, 3): rowCount = try reader.i32(field)
      case (.dataPageV2, 5): definitionLevelByteCount = try reader.i32(field)
      case (.dataPageV2, 6): repetitionLevelByteCount = try reader.i32(field)
      case (.dataPageV2, 7): isCompressed = try reader.bool(field)
      default: try reader.skip(field.type)
      }
    }
  }

  func write(_ writer: inout ThriftWriter) {
    writer.structureElement { writer in
      writer.i32(1, type.rawValue)
      writer.i32(2, uncompressedByteCount)
      writer.i32(3, compressedByteCount)
      if let crc { writer.i32(4, Int(Int32(bitPattern: crc))) }
      switch type {
      case .dataPage:
        writer.structure(5) {
          $0.i32(1, valueCount)
          $0.i32(2, encoding.rawValue)
          $0.i32(3, Encoding.rle.rawValue)
          $0.i32(4, Encoding.rle.rawValue)
        }
      case .indexPage: break
      case .dictionaryPage:
        writer.structure(7) {
          $0.i32(1, valueCount)
          $0.i32(2, encoding.rawValue)
        }
      case .dataPageV2:
        writer.structure(8) {
          $0.i32(1, valueCount)
          $0.i32(2, nullCount ?? 0)
          $0.i32(3, rowCount ?? valueCount)
          $0.i32(4, encoding.rawValue)
          $0.i32(5, definitionLevelByteCount)
          $0.i32(6, repetitionLevelByteCount)
          if !isCompressed { $0.bool(7, false) }
        }
      }
    }
  }
}
