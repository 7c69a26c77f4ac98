/// Reads one column of one row group, from its first row to its last.
package final class ColumnReader {
  package let column: Column
  /// The rows that are still to be read.
  package private(set) var remainingRowCount: Int
  private let rowGroup: Int
  private let path: String?
  private let limit: Int
  private var pages: PageReader
  private var dictionary = ChunkDictionary(batch: nil)
  private var levels: RunLengthDecoder?
  private var values: ValueDecoder?
  private var pageRemaining = 0
  private var pageOffset = 0
  private var isFirstPage = true
  private var scratch = ByteBuffer()
  private var previous = ByteBuffer()

  init(_ file: FileReader, _ column: Column, rowGroup: Int) throws(ParquetError) {
    self.column = column
    self.rowGroup = rowGroup
    path = file.path
    limit = file.limits.batchByteCount
    let chunk = file.metadata.rowGroups[rowGroup].columns[column.leafIndex]
    remainingRowCount = chunk.valueCount
    do {
      pages = try PageReader(file, chunk)
    } catch {
      throw error.at(path: file.path, column: column.name, rowGroup: rowGroup)
    }
  }

  /// Reads up to `rowCount` rows behind those that the batch holds, and returns how many they were: fewer only at the
  /// end. After an error neither the reader nor the batch is of use.
  package func read(_ rowCount: Int, into batch: ColumnBatch) throws(ParquetError) -> Int {
    precondition(
      batch.column.physicalType == column.physicalType && batch.column.isNullable == column.isNullable)
    do {
      return try readRows(min(rowCount, remainingRowCount), into: batch)
    } catch {
      throw error.at(path: path, column: column.name, rowGroup: rowGroup, byteOffset: pageOffset)
    }
  }

  private func readRows(_ rowCount: Int, into batch: ColumnBatch) throws(ParquetError) -> Int {
    var done = 0
    while done < rowCount {
      if pageRemaining == 0 {
        try nextPage()
        continue
      }
      let taken = min(rowCount - done, pageRemaining)
      guard taken * 4 <= limit - batch.byteCount else {
        throw ValueDecoder.tooLarge(batch.byteCount + taken * 4, limit)
      }
      let valueCount = try readLevels(taken, into: batch)
      try values?.decode(valueCount, into: batch, dictionary, &scratch, &previous, limit: limit)
      batch.didAppend(rows: taken, values: valueCount)
      pageRemaining -= taken
      remainingRowCount -= taken
      done += taken
    }
    return done
  }

  /// Reads which of the next rows have values, and returns how many do.
  private func readLevels(_ count: Int, into batch: ColumnBatch) throws(ParquetError) -> Int {
    guard column.isNullable else { return count }
    scratch.count = 0
    scratch.reserve(count * MemoryLayout<UInt32>.size)
    let source = scratch.mutableElements(as: UInt32.self)
    guard levels != nil else { return 0 }
    try levels?.read(count, into: source)
    batch.validityBuffer.reserve(count)
    let target = batch.validityBuffer.end.assumingMemoryBound(to: UInt8.self)
    var valueCount = 0
    for index in 0..<count {
      let level = source[index]
      target[index] = UInt8(truncatingIfNeeded: level)
      valueCount &+= Int(level)
    }
    batch.validityBuffer.count += count
    return valueCount
  }

  private func nextPage() throws(ParquetError) {
    pageOffset = pages.position
    // Both point into the page that is about to go.
    levels = nil
    values = nil
    previous.count = 0
    let header = try pages.next()
    defer { isFirstPage = false }
    switch header.type {
    case .indexPage: return
    case .dictionaryPage:
      guard isFirstPage else { throw ParquetError(.damaged("a dictionary stands behind another page")) }
      try readDictionary(header)
    case .dataPage, .dataPageV2:
      guard header.valueCount <= remainingRowCount else {
        throw ParquetError(.damaged("its pages have more values than its metadata say"))
      }
      try openPage(header)
      pageRemaining = header.valueCount
    }
  }

  private func openPage(_ header: PageHeader) throws(ParquetError) {
    let base = UnsafeRawPointer(pages.body.base)
    let end = pages.body.count
    var start = 0
    if header.type == .dataPageV2 {
      start = header.repetitionLevelByteCount + header.definitionLevelByteCount
      if column.isNullable {
        levels = try RunLengthDecoder(base, start: header.repetitionLevelByteCount, end: start, width: 1)
      }
    } else if column.isNullable {
      guard header.definitionLevelEncoding == .rle else {
        throw ParquetError(
          .unsupported("its definition levels have the encoding \(header.definitionLevelEncoding.name)"))
      }
      guard end >= 4 else { throw ValueDecoder.cutOff }
      let byteCount = Int(UInt32(littleEndian: base.loadUnaligned(as: UInt32.self)))
      guard byteCount <= end - 4 else { throw ValueDecoder.cutOff }
      start = 4 + byteCount
      levels = try RunLengthDecoder(base, start: 4, end: start, width: 1)
    }
    // A page that has nothing but nulls may have no values at all, not even their beginning.
    if start == end, header.valueCount > 0, column.isNullable {
      values = try ValueDecoder(
        .plain, column.physicalType, base, start: start, end: end, hasDictionary: false)
    } else {
      values = try ValueDecoder(
        header.encoding, column.physicalType, base, start: start, end: end,
        hasDictionary: dictionary.batch != nil)
    }
  }

  private func readDictionary(_ header: PageHeader) throws(ParquetError) {
    guard header.encoding == .plain || header.encoding == .plainDictionary else {
      throw ParquetError(.unsupported("its dictionary has the encoding \(header.encoding.name)"))
    }
    guard column.physicalType != .boolean else {
      throw ParquetError(.damaged("a column of booleans has a dictionary"))
    }
    var entry = column
    entry.isNullable = false
    let batch = ColumnBatch(entry)
    // An entry takes at least a byte, or four for its length.
    guard header.valueCount <= pages.body.count / min(column.physicalType.width ?? 4, 4) else {
      throw ValueDecoder.cutOff
    }
    var decoder = try ValueDecoder(
      .plain, column.physicalType, UnsafeRawPointer(pages.body.base), start: 0, end: pages.body.count,
      hasDictionary: false)
    try decoder.decode(header.valueCount, into: batch, dictionary, &scratch, &previous, limit: limit)
    batch.didAppend(rows: header.valueCount, values: header.valueCount)
    dictionary = ChunkDictionary(batch: batch)
  }
}
