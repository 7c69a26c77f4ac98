/// How often a chunk's pages have an encoding (`PageEncodingStats` of parquet.thrift).
package struct PageEncodingCount: Sendable, Equatable {
  package var isDictionaryPage: Bool
  package var encoding: Int
  package var count: Int
}

/// Where a column's values of one row group are, and what is known of them (`ColumnChunk` and `ColumnMetaData`).
package struct ColumnChunkMetadata: Sendable {
  package var physicalType = 0
  package var encodings: [Int] = []
  package var path: [String] = []
  package var codec = 0
  package var valueCount = 0
  package var uncompressedByteCount = 0
  package var compressedByteCount = 0
  package var dataPageOffset = 0
  package var dictionaryPageOffset: Int?
  package var statistics: Statistics?
  package var pageEncodings: [PageEncodingCount] = []
  package var offsetIndexOffset: Int?
  package var offsetIndexByteCount: Int?
  package var columnIndexOffset: Int?
  package var columnIndexByteCount: Int?
  /// Its values are in another file.
  var externalPath: String?
  var isEncrypted = false

  /// The names of the encodings, in the order of the file.
  package var encodingNames: [String] {
    encodings.map { Encoding(rawValue: $0)?.name ?? "ENCODING_\($0)" }
  }

  package var codecName: String {
    (try? CompressionCodec(code: codec))?.name ?? [3: "LZO", 4: "BROTLI", 5: "LZ4"][codec] ?? "CODEC_\(codec)"
  }

  /// Where its first page begins.
  package var startOffset: Int {
    // Some writers set 0 where there is no dictionary.
    if let offset = dictionaryPageOffset, offset > 0, offset < dataPageOffset { return offset }
    return dataPageOffset
  }

  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> ColumnChunkMetadata {
    try reader.enter()
    defer { reader.leave() }
    var chunk = ColumnChunkMetadata()
    var hasMetadata = false
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: chunk.externalPath = try reader.string(field)
      case 3:
        try chunk.readMetadata(&reader, field)
        hasMetadata = true
      case 4: chunk.offsetIndexOffset = try reader.i64(field)
      case 5: chunk.offsetIndexByteCount = try reader.i32(field)
      case 6: chunk.columnIndexOffset = try reader.i64(field)
      case 7: chunk.columnIndexByteCount = try reader.i32(field)
      case 8, 9:
        chunk.isEncrypted = true
        try reader.skip(field.type)
      default: try reader.skip(field.type)
      }
    }
    guard hasMetadata || chunk.isEncrypted else {
      throw ParquetError(.damaged("a column chunk has no metadata"))
    }
    return chunk
  }

  private mutating func readMetadata(_ reader: inout ThriftReader, _ field: ThriftField) throws(ParquetError)
  {
    try reader.expect(field, .structure)
    try reader.enter()
    defer { reader.leave() }
    var seen = 0
    var last = 0
    while let field = try reader.field(after: &last) {
      if field.id < 32 { seen |= 1 << field.id }
      switch field.id {
      case 1: physicalType = try reader.i32(field)
      case 2: for _ in 0..<(try reader.list(field, of: .i32)) { encodings.append(try reader.i32Element()) }
      case 3: for _ in 0..<(try reader.list(field, of: .binary)) { path.append(try reader.stringElement()) }
      case 4: codec = try reader.i32(field)
      case 5: valueCount = try reader.i64(field)
      case 6: uncompressedByteCount = try reader.i64(field)
      case 7: compressedByteCount = try reader.i64(field)
      case 9: dataPageOffset = try reader.i64(field)
      case 11: dictionaryPageOffset = try reader.i64(field)
      case 12:
        try reader.expect(field, .structure)
        statistics = try Statistics.read(&reader)
      case 13:
        for _ in 0..<(try reader.list(field, of: .structure)) {
          pageEncodings.append(try Self.readEncodingCount(&reader))
        }
      default: try reader.skip(field.type)
      }
    }
    let required = [1, 2, 3, 4, 5, 6, 7, 9].reduce(0) { $0 | 1 << $1 }
    guard seen & required == required else {
      throw ParquetError(.damaged("the metadata of a column chunk are incomplete"))
    }
    guard valueCount >= 0, compressedByteCount >= 0, uncompressedByteCount >= 0, dataPageOffset >= 0 else {
      throw ParquetError(.damaged("the metadata of a column chunk hold negative sizes"), column: path.first)
    }
  }

  private static func readEncodingCount(_ reader: inout ThriftReader) throws(ParquetError)
    -> PageEncodingCount
  {
    try reader.enter()
    defer { reader.leave() }
    var count = PageEncodingCount(isDictionaryPage: false, encoding: 0, count: 0)
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: count.isDictionaryPage = try reader.i32(field) == PageType.dictionaryPage.rawValue
      case 2: count.encoding = try reader.i32(field)
      case 3: count.count = try reader.i32(field)
      default: try reader.skip(field.type)
      }
    }
    return count
  }

  func write(_ writer: inout ThriftWriter, dataPageType: PageType) {
    writer.structureElement {
      $0.i64(2, 0)
      $0.structure(3) { writer in
        writer.i32(1, physicalType)
        writer.list(2, of: .i32, encodings) { $0.intElement($1) }
        writer.list(3, of: .binary, path) { $0.binaryElement($1.utf8) }
        writer.i32(4, codec)
        writer.i64(5, valueCount)
        writer.i64(6, uncompressedByteCount)
        writer.i64(7, compressedByteCount)
        writer.i64(9, dataPageOffset)
        if let dictionaryPageOffset { writer.i64(11, dictionaryPageOffset) }
        if let statistics { writer.structure(12) { statistics.write(&$0) } }
        writer.list(13, of: .structure, pageEncodings) { writer, count in
          writer.structureElement {
            $0.i32(1, count.isDictionaryPage ? PageType.dictionaryPage.rawValue : dataPageType.rawValue)
            $0.i32(2, count.encoding)
            $0.i32(3, count.count)
          }
        }
      }
      if let offsetIndexOffset { $0.i64(4, offsetIndexOffset) }
      if let offsetIndexByteCount { $0.i32(5, offsetIndexByteCount) }
      if let columnIndexOffset { $0.i64(6, columnIndexOffset) }
      if let columnIndexByteCount { $0.i32(7, columnIndexByteCount) }
    }
  }
}

/// `RowGroup` of parquet.thrift.
package struct RowGroupMetadata: Sendable {
  package var columns: [ColumnChunkMetadata] = []
  package var uncompressedByteCount = 0
  package var rowCount = 0

  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> RowGroupMetadata {
    try reader.enter()
    defer { reader.leave() }
    var group = RowGroupMetadata()
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1:
        for _ in 0..<(try reader.list(field, of: .structure)) {
          group.columns.append(try ColumnChunkMetadata.read(&reader))
        }
      case 2: group.uncompressedByteCount = try reader.i64(field)
      case 3: group.rowCount = try reader.i64(field)
      default: try reader.skip(field.type)
      }
    }
    guard group.rowCount >= 0 else { throw ParquetError(.damaged("a row group has \(group.rowCount) rows")) }
    return group
  }

  func write(_ writer: inout ThriftWriter, ordinal: Int, dataPageType: PageType) {
    writer.structureElement {
      $0.list(1, of: .structure, columns) { $1.write(&$0, dataPageType: dataPageType) }
      $0.i64(2, uncompressedByteCount)
      $0.i64(3, rowCount)
      if let first = columns.first { $0.i64(5, first.startOffset) }
      $0.i64(6, columns.reduce(0) { $0 + $1.compressedByteCount })
      if ordinal <= Int(Int16.max) { $0.i16(7, ordinal) }
    }
  }
}

/// A text that a file carries about itself.
package struct KeyValue: Sendable, Hashable {
  package var key: String
  package var value: String?

  package init(_ key: String, _ value: String?) {
    self.key = key
    self.value = value
  }
}

/// The footer of a file (`FileMetaData` of parquet.thrift).
package struct FileMetadata: Sendable {
  package var version = 1
  package var schema: Schema
  package var rowCount = 0
  package var rowGroups: [RowGroupMetadata] = []
  package var keyValues: [KeyValue] = []
  package var createdBy: String?

  init(schema: Schema) { self.schema = schema }

  init(footer bytes: UnsafeRawBufferPointer) throws(ParquetError) {
    var reader = ThriftReader(bytes)
    self.init(schema: Schema([]))
    var elements: [SchemaElement] = []
    var last = 0
    try reader.enter()
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: version = try reader.i32(field)
      case 2:
        for _ in 0..<(try reader.list(field, of: .structure)) {
          elements.append(try SchemaElement.read(&reader))
        }
      case 3: rowCount = try reader.i64(field)
      case 4:
        for _ in 0..<(try reader.list(field, of: .structure)) {
          rowGroups.append(try RowGroupMetadata.read(&reader))
        }
      case 5:
        for _ in 0..<(try reader.list(field, of: .structure)) {
          keyValues.append(try Self.readKeyValue(&reader))
        }
      case 6: createdBy = try reader.string(field)
      case 8: throw ParquetError(.unsupported("it is encrypted"))
      default: try reader.skip(field.type)
      }
    }
    schema = try Schema(elements: elements)
    try check()
  }

  /// Row groups that contradict the schema are found here, so that nobody else must look.
  private func check() throws(ParquetError) {
    var total = 0
    for (index, group) in rowGroups.enumerated() {
      guard group.columns.count == schema.leafCount else {
        throw ParquetError(
          .damaged("\(group.columns.count) column chunks for \(schema.leafCount) columns"), rowGroup: index)
      }
      let sum = total.addingReportingOverflow(group.rowCount)
      guard !sum.overflow else {
        throw ParquetError(.damaged("its row groups have more rows than 64 bits count"))
      }
      total = sum.partialValue
      for column in schema.columns {
        let chunk = group.columns[column.leafIndex]
        guard chunk.isEncrypted || chunk.physicalType == column.physicalType.code else {
          throw ParquetError(
            .damaged("its type is not that of the schema"), column: column.name, rowGroup: index)
        }
        guard chunk.isEncrypted || chunk.valueCount == group.rowCount else {
          throw ParquetError(
            .damaged("\(chunk.valueCount) values for \(group.rowCount) rows"), column: column.name,
            rowGroup: index)
        }
      }
    }
    guard total == rowCount else {
      throw ParquetError(.damaged("its row groups have \(total) rows, its footer says \(rowCount)"))
    }
  }

  private static func readKeyValue(_ reader: inout ThriftReader) throws(ParquetError) -> KeyValue {
    try reader.enter()
    defer { reader.leave() }
    var pair = KeyValue("", nil)
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: pair.key = try reader.string(field)
      case 2: pair.value = try reader.string(field)
      default: try reader.skip(field.type)
      }
    }
    return pair
  }

  func bytes(dataPageType: PageType) -> [UInt8] {
    var writer = ThriftWriter()
    let elements =
      [SchemaElement.root(columnCount: schema.columns.count)] + schema.columns.map { SchemaElement($0) }
    writer.structureElement { writer in
      writer.i32(1, version)
      writer.list(2, of: .structure, elements) { $1.write(&$0) }
      writer.i64(3, rowCount)
      writer.list(4, of: .structure, rowGroups.indices) {
        rowGroups[$1].write(&$0, ordinal: $1, dataPageType: dataPageType)
      }
      if !keyValues.isEmpty {
        writer.list(5, of: .structure, keyValues) { writer, pair in
          writer.structureElement {
            $0.string(1, pair.key)
            if let value = pair.value { $0.string(2, value) }
          }
        }
      }
      if let createdBy { writer.string(6, createdBy) }
      // The order of each column is the one that its type defines: without this, readers ignore the bounds.
      writer.list(7, of: .structure, schema.columns) { writer, _ in
        writer.structureElement { $0.structure(1) { _ in } }
      }
    }
    return writer.bytes
  }
}
