#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a file's bytes go.
package protocol ByteSink: AnyObject {
  /// Takes all of the bytes, which are valid within this call.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ParquetError)
}

/// Keeps the bytes in memory.
package final class MemorySink: ByteSink {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
}

/// Writes to an open file, which stays its owner's.
package final class DescriptorSink: ByteSink {
  private let descriptor: Int32
  private let path: String

  package init(_ descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
      #else
        let count = Darwin.write(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw ParquetError(.system(operation: "write", errno: errno), path: path)
      }
      rest = rest.dropFirst(count)
    }
  }
}

/// Writes a file: rows are gathered column by column, and a row group is encoded and written when it is full.
///
/// A writer holds the values of one row group and the pages of one column chunk, whatever the size of the file.
/// A file that was not closed is none: it has no footer.
package struct FileWriter: ~Copyable {
  private var gatherer: RowGatherer
  private let sink: any ByteSink
  private let properties: WriterProperties
  private let encoder: ChunkEncoder
  private var metadata: FileMetadata
  private var indexes: [[PageIndex]] = []
  private var offset: Int

  /// Begins a file.
  package init(_ sink: any ByteSink, schema: Schema, properties: WriterProperties = WriterProperties())
    throws(ParquetError)
  {
    try schema.validate()
    try properties.validate()
    try Array("PAR1".utf8).span.withUnsafeBytes { (magic) throws(ParquetError) in try sink.write(magic) }
    self.sink = sink
    self.properties = properties
    encoder = ChunkEncoder(properties)
    var metadata = FileMetadata(schema: schema)
    metadata.version = properties.pageVersion == .v1 ? 1 : 2
    metadata.keyValues = properties.keyValues
    metadata.createdBy = properties.createdBy
    self.metadata = metadata
    gatherer = RowGatherer(schema, properties)
    offset = 4
  }

  private mutating func write(_ bytes: [UInt8]) throws(ParquetError) {
    try bytes.span.withUnsafeBytes { (pointer) throws(ParquetError) in try sink.write(pointer) }
    offset += bytes.count
  }

  /// Takes rows: a batch for each column, all of the same number. They may be used again afterwards.
  package mutating func write(_ columns: [ColumnBatch]) throws(ParquetError) {
    var rows = PendingRows(columns)
    while gatherer.append(&rows) { try flush() }
  }

  /// Ends the row group, if it has rows.
  package mutating func flush() throws(ParquetError) {
    let rows = gatherer.rowCount
    guard rows > 0 else { return }
    var group = RowGroupMetadata()
    var groupIndexes: [PageIndex] = []
    for batch in gatherer.batches {
      let chunk = try encoder.encode(batch)
      try write(chunk, of: batch.column, rowCount: rows, encoder.output.bytes, &group, &groupIndexes)
      batch.removeAll()
    }
    end(group, groupIndexes, rowCount: rows)
  }

  /// Writes a row group that was encoded elsewhere, behind the rows that were given before it.
  package mutating func write(_ encoded: EncodedRowGroup) throws(ParquetError) {
    try flush()
    var group = RowGroupMetadata()
    var groupIndexes: [PageIndex] = []
    for chunk in encoded.chunks {
      try chunk.bytes.span.withUnsafeBytes { (bytes) throws(ParquetError) in
        try write(
          chunk.encoded, of: chunk.column, rowCount: encoded.rowCount, bytes, &group, &groupIndexes)
      }
    }
    end(group, groupIndexes, rowCount: encoded.rowCount)
  }

  private mutating func write(
    _ chunk: EncodedChunk, of column: Column, rowCount: Int, _ bytes: UnsafeRawBufferPointer,
    _ group: inout RowGroupMetadata, _ indexes: inout [PageIndex]
  ) throws(ParquetError) {
    group.columns.append(describe(chunk, column, rowCount: rowCount))
    group.uncompressedByteCount += chunk.uncompressedByteCount
    var index = chunk.index
    for page in index.pages.indices { index.pages[page].offset += offset }
    indexes.append(index)
    try sink.write(bytes)
    offset += bytes.count
  }

  private mutating func end(_ group: RowGroupMetadata, _ groupIndexes: [PageIndex], rowCount: Int) {
    var group = group
    group.rowCount = rowCount
    metadata.rowGroups.append(group)
    metadata.rowCount += rowCount
    indexes.append(groupIndexes)
  }

  private func describe(_ chunk: EncodedChunk, _ source: Column, rowCount: Int) -> ColumnChunkMetadata {
    var column = ColumnChunkMetadata()
    column.physicalType = source.physicalType.code
    column.encodings = chunk.encodings.sorted()
    column.path = [source.name]
    column.codec = properties.compression.codec.rawValue
    column.valueCount = rowCount
    column.uncompressedByteCount = chunk.uncompressedByteCount
    column.compressedByteCount = chunk.compressedByteCount
    column.dataPageOffset = offset + chunk.dataPageOffset
    column.dictionaryPageOffset = chunk.hasDictionary ? offset : nil
    column.statistics = chunk.statistics
    column.pageEncodings = chunk.pageEncodings
    return column
  }

  /// Writes the last row group, the indexes and the footer, and returns the footer.
  @discardableResult
  package consuming func close() throws(ParquetError) -> FileMetadata {
    try flush()
    for group in indexes.indices {
      for (column, index) in indexes[group].enumerated() where index.hasBounds {
        let bytes = index.columnIndexBytes()
        metadata.rowGroups[group].columns[column].columnIndexOffset = offset
        metadata.rowGroups[group].columns[column].columnIndexByteCount = bytes.count
        try write(bytes)
      }
    }
    for group in indexes.indices {
      for (column, index) in indexes[group].enumerated() {
        let bytes = index.offsetIndexBytes()
        metadata.rowGroups[group].columns[column].offsetIndexOffset = offset
        metadata.rowGroups[group].columns[column].offsetIndexByteCount = bytes.count
        try write(bytes)
      }
    }
    let footer = metadata.bytes(dataPageType: properties.pageVersion == .v1 ? .dataPage : .dataPageV2)
    try write(footer)
    let length = UInt32(footer.count)
    try write((0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array("PAR1".utf8))
    return metadata
  }
}
