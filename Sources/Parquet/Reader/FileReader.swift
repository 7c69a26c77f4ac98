/// How much a reader believes of what a file says about itself.
package struct ReaderLimits: Sendable {
  /// No footer may be larger.
  package var footerByteCount = 64 << 20
  /// No page may be larger, compressed or not.
  package var pageByteCount = 512 << 20
  /// No batch of one column may be larger.
  package var batchByteCount = 1 << 30
  /// Whether checksums are compared where a page has one.
  package var verifiesChecksums = true

  package init() {}
}

/// A file open for reading. What is read is checked: a damaged or hostile file throws, and never takes more memory
/// than the limits allow.
package final class FileReader: Sendable {
  package let metadata: FileMetadata
  let file: InputFile
  let limits: ReaderLimits
  /// Where the footer begins: no page goes beyond.
  let dataEnd: Int

  package var schema: Schema { metadata.schema }
  package var path: String? { file.path }
  package var byteCount: Int { file.byteCount }

  package convenience init(path: String, limits: ReaderLimits = ReaderLimits()) throws(ParquetError) {
    try self.init(InputFile(path: path), limits)
  }

  /// Takes over an open file, which is closed when nobody reads it any more, or when this throws.
  ///
  /// - Parameter path: what messages call it.
  package convenience init(
    descriptor: Int32, path: String, limits: ReaderLimits = ReaderLimits()
  ) throws(ParquetError) {
    try self.init(InputFile(descriptor: descriptor, path: path), limits)
  }

  package convenience init(bytes: [UInt8], limits: ReaderLimits = ReaderLimits()) throws(ParquetError) {
    try self.init(InputFile(bytes: bytes), limits)
  }

  package convenience init(_ source: any ByteSource, limits: ReaderLimits = ReaderLimits())
    throws(ParquetError)
  {
    try self.init(InputFile(source), limits)
  }

  private init(_ file: InputFile, _ limits: ReaderLimits) throws(ParquetError) {
    let (footer, dataEnd) = try Self.readFooter(file, limits)
    do {
      metadata = try footer.span.withUnsafeBytes { (bytes) throws(ParquetError) in
        try FileMetadata(footer: bytes)
      }
    } catch {
      throw error.at(path: file.path, byteOffset: dataEnd)
    }
    self.file = file
    self.limits = limits
    self.dataEnd = dataEnd
  }

  private static func readFooter(_ file: InputFile, _ limits: ReaderLimits) throws(ParquetError) -> (
    [UInt8], Int
  ) {
    func fault(_ reason: ParquetError.Reason) -> ParquetError { ParquetError(reason, path: file.path) }
    guard file.byteCount >= 12 else { throw fault(.notParquet("it has \(file.byteCount) bytes")) }
    let head = try file.bytes(at: 0, count: 4)
    let tail = try file.bytes(at: file.byteCount - 8, count: 8)
    let magic = Array("PAR1".utf8)
    if tail[4...].elementsEqual("PARE".utf8) { throw fault(.unsupported("it is encrypted")) }
    guard head == magic else { throw fault(.notParquet("it does not begin with PAR1")) }
    guard tail[4...].elementsEqual(magic) else {
      throw fault(.truncated("it begins as a Parquet file and has no footer"))
    }
    let length = (0..<4).reduce(0) { $0 | Int(tail[$1]) << (8 * $1) }
    guard length <= file.byteCount - 12 else {
      throw fault(.damaged("its footer has \(length) bytes, the file \(file.byteCount)"))
    }
    guard length <= limits.footerByteCount else {
      throw fault(
        .limitExceeded(what: "the size of its footer", value: length, limit: limits.footerByteCount))
    }
    let start = file.byteCount - 8 - length
    return (try file.bytes(at: start, count: length), start)
  }

  /// The places of columns by name, or of all; nested ones are refused by name.
  package func columnIndices(_ names: [String]? = nil) throws(ParquetError) -> [Int] {
    guard let names else {
      if let nested = schema.nestedNames.first { throw Schema.nested(nested).at(path: path) }
      return Array(schema.columns.indices)
    }
    var indices: [Int] = []
    for name in names { indices.append(try index(ofColumn: name)) }
    return indices
  }

  private func index(ofColumn name: String) throws(ParquetError) -> Int {
    do {
      if let index = try schema.index(of: name) { return index }
    } catch {
      throw error.at(path: path)
    }
    throw ParquetError(.unsupported("there is no such column"), path: path, column: name)
  }

  /// A reader of one column's values in one row group. Several may be used at once, on different threads too.
  package func column(_ index: Int, rowGroup: Int) throws(ParquetError) -> ColumnReader {
    precondition(schema.columns.indices.contains(index), "the column is one of the schema's")
    precondition(metadata.rowGroups.indices.contains(rowGroup), "the row group is one of the file's")
    return try ColumnReader(self, schema.columns[index], rowGroup: rowGroup)
  }

  /// What the footer says of one column in one row group.
  package func chunk(column: Int, rowGroup: Int) -> ColumnChunkMetadata {
    metadata.rowGroups[rowGroup].columns[schema.columns[column].leafIndex]
  }

  /// The pages of one column in one row group, where the file has an index of them.
  package func pageIndex(column: Int, rowGroup: Int) throws(ParquetError) -> PageIndex? {
    let column = schema.columns[column]
    let chunk = metadata.rowGroups[rowGroup].columns[column.leafIndex]
    guard let offset = chunk.offsetIndexOffset, let count = chunk.offsetIndexByteCount else { return nil }
    do {
      let offsets = try indexBytes(at: offset, count: count)
      var bounds: [UInt8]?
      if let offset = chunk.columnIndexOffset, let count = chunk.columnIndexByteCount {
        bounds = try indexBytes(at: offset, count: count)
      }
      return try PageIndex(columnIndex: bounds, offsetIndex: offsets)
    } catch {
      throw error.at(path: path, column: column.name, rowGroup: rowGroup, byteOffset: offset)
    }
  }

  private func indexBytes(at offset: Int, count: Int) throws(ParquetError) -> [UInt8] {
    guard count <= limits.footerByteCount else {
      throw ParquetError(
        .limitExceeded(what: "the size of a page index", value: count, limit: limits.footerByteCount))
    }
    return try file.bytes(at: offset, count: count)
  }
}
