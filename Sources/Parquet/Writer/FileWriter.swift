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
  /// The rows of the row group that is being gathered, a batch for each column. Fill them directly, as many rows in
  /// each, then call `flushIfFull`.
  package let batches: [ColumnBatch]
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
    batches = schema.columns.map { ColumnBatch($0) }
    offset = 4
  }

  private mutating func write(_ bytes: [UInt8]) throws(ParquetError) {
    try bytes.span.withUnsafeBytes { (pointer) throws(ParquetError) in try sink.write(pointer) }
    offset += bytes.count
  }

  /// Takes rows: a batch for each column, all of the same number. They may be used again afterwards.
  package mutating func write(_ columns: [ColumnBatch]) throws(ParquetError) {
    precondition(columns.count == batches.count, "there is a batch for each column")
    let rows = columns.first?.rowCount ?? 0
    precondition(columns.allSatisfy { $0.rowCount == rows }, "all columns have the same rows")
    var row = 0
    var values = [Int](repeating: 0, count: columns.count)
    while row < rows {
      let gathered = batches.first?.rowCount ?? 0
      // In pieces, so that the limit of bytes is looked at now and then.
      let taken = min(rows - row, properties.rowGroupRowLimit - gathered, 4096)
      for (index, column) in columns.enumerated() {
        values[index] += batches[index].append(column, row: row, value: values[index], rowCount: taken)
      }
      row += taken
      try flushIfFull()
    }
  }

  /// Writes the row group where it has reached a limit.
  package mutating func flushIfFull() throws(ParquetError) {
    guard let first = batches.first else { return }
    if first.rowCount >= properties.rowGroupRowLimit
      || batches.reduce(0, { $0 + $1.byteCount }) >= properties.rowGroupByteLimit
    {
      try flush()
    }
  }

  /// Ends the row group, if it has rows.
  package mutating func flush() throws(ParquetError) {
    let rows = batches.first?.rowCount ?? 0
    precondition(batches.allSatisfy { $0.rowCount == rows }, "all columns have the same rows")
    guard rows > 0 else { return }
    var group = RowGroupMetadata()
    group.rowCount = rows
    var groupIndexes: [PageIndex] = []
    for batch in batches {
      let chunk = try encoder.encode(batch)
      group.columns.append(describe(chunk, batch))
      group.uncompressedByteCount += chunk.uncompressedByteCount
      var index = chunk.index
      for page in index.pages.indices { index.pages[page].offset += offset }
      groupIndexes.append(index)
      try sink.write(encoder.output.bytes)
      offset += encoder.output.count
      batch.removeAll()
    }
    metadata.rowGroups.append(group)
    metadata.rowCount += rows
    indexes.append(groupIndexes)
  }

  private func describe(_ chunk: EncodedChunk, _ batch: ColumnBatch) -> ColumnChunkMetadata {
    var column = ColumnChunkMetadata()
    column.physicalType = batch.column.physicalType.code
    column.encodings = chunk.encodings.sorted()
    column.path = [batch.column.name]
    column.codec = properties.compression.codec.rawValue
    column.valueCount = batch.rowCount
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
