/// A column chunk as bytes, its offsets counted from its own beginning.
struct EncodedChunk: Sendable {
  var encodings: Set<Int> = []
  var pageEncodings: [PageEncodingCount] = []
  /// With the headers of the pages.
  var uncompressedByteCount = 0
  var compressedByteCount = 0
  var hasDictionary = false
  var dataPageOffset = 0
  var statistics = Statistics()
  var index = PageIndex()
}

/// Turns the rows of a batch into the pages of a column chunk.
///
/// One encoder serves all columns of a file, one after the other, and keeps its tables and buffers. How a column is
/// encoded is decided chunk by chunk with all values at hand: a dictionary that does not pay is not begun, so no chunk
/// changes its encoding half-way.
final class ChunkEncoder {
  let properties: WriterProperties
  /// The pages of the chunk that was encoded last.
  private(set) var output = ByteBuffer()
  private var compressor: PageCompressor
  private var body = ByteBuffer()
  private var compressed = ByteBuffer()
  private var indices = ByteBuffer()
  private var usedEntries = ByteBuffer()
  private var words = WordDictionary()
  private var texts = BytesDictionary()

  init(_ properties: WriterProperties) {
    self.properties = properties
    compressor = PageCompressor(properties.compression)
  }

  /// What a chunk's values are written as.
  private enum Plan {
    case direct(Encoding)
    /// Places in a dictionary of so many entries.
    case dictionary(entryCount: Int)
  }

  /// Encodes all rows of a batch into `output`.
  func encode(_ batch: ColumnBatch) throws(ParquetError) -> EncodedChunk {
    output.count = 0
    var chunk = EncodedChunk()
    chunk.statistics.nullCount = batch.nullCount
    let plan = try plan(batch)
    var values = batch.valueBytes
    if case .dictionary(let count) = plan {
      values = dictionaryValues(batch.column)
      try appendDictionaryPage(batch.column, values, count: count, &chunk)
      if ![.float, .double].contains(batch.column.physicalType) { chunk.statistics.distinctCount = count }
    }
    chunk.dataPageOffset = output.count
    try appendDataPages(batch, plan, values, &chunk)
    chunk.compressedByteCount = output.count
    return chunk
  }

  // Choosing the encoding

  private func plan(_ batch: ColumnBatch) throws(ParquetError) -> Plan {
    let column = batch.column
    let type = column.physicalType
    let count = batch.valueCount
    let choice = properties.encoding(of: column)
    switch (choice, type) {
    case (.plain, _), (.automatic, .boolean), (.dictionary, .boolean): return .direct(.plain)
    case (.runLength, .boolean): return .direct(.rle)
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64): return .direct(.deltaBinaryPacked)
    case (.deltaLengthByteArray, .byteArray): return .direct(.deltaLengthByteArray)
    case (.byteStreamSplit, .int32), (.byteStreamSplit, .int64), (.byteStreamSplit, .float),
      (.byteStreamSplit, .double), (.byteStreamSplit, .fixedLengthByteArray):
      return .direct(.byteStreamSplit)
    case (.automatic, _), (.dictionary, _): break
    default:
      throw ParquetError(
        .unwritable("the encoding \(choice) does not go with \(type.name)"), column: column.name)
    }
    let isForced = choice == .dictionary
    let fallback: Encoding
    let directByteCount: Int
    switch type {
    case .int32: (fallback, directByteCount) = integerEncoding(batch, Int32.self, isForced: isForced)
    case .int64: (fallback, directByteCount) = integerEncoding(batch, Int64.self, isForced: isForced)
    case .byteArray:
      // Spark 3.5 misreads DELTA_LENGTH_BYTE_ARRAY beside nulls, so that is only written where it is asked for.
      fallback = .plain
      directByteCount = batch.valueBuffer.count + 4 * count
    default:
      fallback = .plain
      directByteCount = batch.valueBuffer.count
    }
    // A dictionary must be smaller with all its indices, or it is for nothing.
    let limit =
      isForced ? properties.dictionaryByteLimit : min(properties.dictionaryByteLimit, directByteCount)
    guard count > 0, let entries = buildDictionary(batch, byteLimit: limit) else { return .direct(fallback) }
    let indexByteCount = BitPacking.byteCount(count, width: RunLengthEncoder.width(of: entries - 1))
    let dictionaryByteCount = type == .byteArray ? texts.byteCount + 4 * entries : dictionaryByteCount(type)
    guard isForced || dictionaryByteCount + indexByteCount < directByteCount else { return .direct(fallback) }
    return .dictionary(entryCount: entries)
  }

  /// Whether integers are smaller as differences, and about how large they then are.
  private func integerEncoding<Value: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ batch: ColumnBatch, _ type: Value.Type, isForced: Bool
  ) -> (Encoding, Int) {
    let plain = batch.valueBuffer.count
    if isForced { return (.plain, plain) }
    let delta = DeltaEncoder.estimatedByteCount(batch.valueBuffer.elements(as: type), count: batch.valueCount)
    return delta < plain ? (.deltaBinaryPacked, delta) : (.plain, plain)
  }

  /// Builds the dictionary and the indices of all values; nil where it would be too large.
  private func buildDictionary(_ batch: ColumnBatch, byteLimit: Int) -> Int? {
    indices.count = 0
    indices.reserve(batch.valueCount * MemoryLayout<UInt32>.size)
    let target = indices.mutableElements(as: UInt32.self)
    let (values, count) = (batch.valueBuffer.base, batch.valueCount)
    let entryCount: Int
    switch batch.column.physicalType {
    case .int32, .float:
      let words32 = UnsafePointer(values.assumingMemoryBound(to: UInt32.self))
      guard words.index(words32, count: count, limit: byteLimit / 4, into: target) else { return nil }
      entryCount = words.count
    case .int64, .double:
      let words64 = UnsafePointer(values.assumingMemoryBound(to: UInt64.self))
      guard words.index(words64, count: count, limit: byteLimit / 8, into: target) else { return nil }
      entryCount = words.count
    default:
      guard texts.index(batch.valueBytes, count: count, byteLimit: byteLimit, into: target) else {
        return nil
      }
      entryCount = texts.count
    }
    indices.count = count * MemoryLayout<UInt32>.size
    return entryCount
  }

  private func usesWords(_ type: PhysicalType) -> Bool {
    switch type {
    case .int32, .int64, .float, .double: true
    default: false
    }
  }

  private func dictionaryByteCount(_ type: PhysicalType) -> Int {
    usesWords(type) ? words.words.count : texts.byteCount
  }

  private func dictionaryValues(_ column: Column) -> ValueBytes {
    guard usesWords(column.physicalType) else { return texts.values }
    return ValueBytes(
      base: UnsafeRawPointer(words.words.base), offsets: nil, width: column.physicalType.width ?? 0)
  }

  // Pages

  private func appendDictionaryPage(
    _ column: Column, _ values: ValueBytes, count: Int, _ chunk: inout EncodedChunk
  ) throws(ParquetError) {
    body.count = 0
    appendPlain(column.physicalType, values, from: 0, to: count)
    compressed.count = 0
    let byteCount = try compressor.compress(body.bytes, into: &compressed)
    let header = PageHeader(
      type: .dictionaryPage, uncompressedByteCount: body.count, compressedByteCount: byteCount,
      crc: PageChecksum.crc32(compressed.bytes), valueCount: count, encoding: .plain)
    append(header, &chunk)
    chunk.hasDictionary = true
    chunk.encodings.insert(Encoding.plain.rawValue)
    chunk.pageEncodings.append(
      PageEncodingCount(isDictionaryPage: true, encoding: Encoding.plain.rawValue, count: 1))
  }

  /// Writes the header and the compressed bytes behind it.
  private func append(_ header: PageHeader, _ chunk: inout EncodedChunk) {
    var writer = ThriftWriter()
    header.write(&writer)
    writer.bytes.withUnsafeBytes { output.append($0) }
    output.append(compressed.bytes)
    chunk.uncompressedByteCount += writer.bytes.count + header.uncompressedByteCount
  }

  private func appendDataPages(
    _ batch: ColumnBatch, _ plan: Plan, _ values: ValueBytes, _ chunk: inout EncodedChunk
  ) throws(ParquetError) {
    let encoding: Encoding
    var entryWidth = 0
    switch plan {
    case .direct(let direct): encoding = direct
    case .dictionary(let count):
      encoding = .rleDictionary
      entryWidth = RunLengthEncoder.width(of: count - 1)
    }
    var whole: ValueBounds?
    var pageBounds: [ValueBounds?] = []
    var row = 0
    var value = 0
    // An empty chunk has one empty page, which every reader understands.
    repeat {
      let rows = pageRowCount(batch, plan, entryWidth: entryWidth, row: row, value: value)
      let valueCount = batch.countValues(row: row, count: rows)
      let offset = output.count
      try appendDataPage(
        batch, encoding, entryWidth: entryWidth, rows: row..<row + rows, values: value..<value + valueCount,
        &chunk)
      let bounds = bounds(batch.column, plan, values, value..<value + valueCount)
      if let bounds, let order = batch.column.order { whole = merge(whole, bounds, values, order) }
      pageBounds.append(bounds)
      chunk.index.pages.append(
        PageIndex.Page(
          offset: offset, byteCount: output.count - offset, firstRow: row, nullCount: rows - valueCount,
          isNull: valueCount == 0))
      row += rows
      value += valueCount
    } while row < batch.rowCount
    chunk.encodings.formUnion([encoding.rawValue, Encoding.rle.rawValue])
    chunk.pageEncodings.append(
      PageEncodingCount(isDictionaryPage: false, encoding: encoding.rawValue, count: chunk.index.pages.count))
    store(batch.column, values, whole, pageBounds, &chunk)
  }

  /// How many rows the next page has: those that fit the limits, at least one.
  private func pageRowCount(_ batch: ColumnBatch, _ plan: Plan, entryWidth: Int, row: Int, value: Int) -> Int
  {
    let left = min(batch.rowCount - row, properties.pageRowLimit)
    let limit = properties.pageByteLimit
    if case .dictionary = plan { return min(left, max(limit * 8 / max(entryWidth, 1), 1)) }
    if let width = batch.column.physicalType.width { return min(left, max(limit / width, 1)) }
    let offsets = batch.offsetBuffer.elements(as: Int.self)
    var rows = 0
    var values = 0
    var step = 1024
    while rows < left {
      let taken = min(step, left - rows)
      let more = batch.countValues(row: row + rows, count: taken)
      let byteCount = offsets[value + values + more] - offsets[value] + 4 * (values + more)
      if byteCount > limit {
        // Finer, until a single row is too much.
        if step == 1 { break }
        step = max(step / 8, 1)
        continue
      }
      rows += taken
      values += more
    }
    return max(rows, 1)
  }

  private func appendDataPage(
    _ batch: ColumnBatch, _ encoding: Encoding, entryWidth: Int, rows: Range<Int>, values: Range<Int>,
    _ chunk: inout EncodedChunk
  ) throws(ParquetError) {
    let isV2 = properties.pageVersion == .v2
    body.count = 0
    var levelByteCount = 0
    if batch.column.isNullable {
      if !isV2 { body.append(littleEndian: 0 as UInt32) }
      let start = body.count
      RunLengthEncoder.encode(
        batch.validityBuffer.elements(as: UInt8.self) + rows.lowerBound, count: rows.count, width: 1,
        into: &body)
      levelByteCount = body.count - start
      if !isV2 { body.base.storeBytes(of: UInt32(levelByteCount).littleEndian, as: UInt32.self) }
    }
    let valueStart = isV2 ? body.count : 0
    appendValues(batch, encoding, entryWidth: entryWidth, values)
    var header = PageHeader(
      type: isV2 ? .dataPageV2 : .dataPage, uncompressedByteCount: body.count, compressedByteCount: 0,
      valueCount: rows.count, encoding: encoding)
    guard body.count <= Int(Int32.max) else {
      throw ParquetError(
        .unwritable("a page has \(body.count) bytes, and may have 2 GiB"), column: batch.column.name)
    }
    compressed.count = 0
    // Levels of version 2 stay as they are; so do values that only grow.
    compressed.append(UnsafeRawBufferPointer(rebasing: body.bytes[..<valueStart]))
    let plain = UnsafeRawBufferPointer(rebasing: body.bytes[valueStart...])
    let byteCount = try compressor.compress(plain, into: &compressed)
    if isV2 {
      header.definitionLevelByteCount = levelByteCount
      header.nullCount = rows.count - values.count
      header.rowCount = rows.count
      if byteCount >= plain.count {
        compressed.count = valueStart
        compressed.append(plain)
        header.isCompressed = false
      }
    }
    header.compressedByteCount = compressed.count
    header.crc = PageChecksum.crc32(compressed.bytes)
    append(header, &chunk)
  }

  // Values

  private func appendValues(_ batch: ColumnBatch, _ encoding: Encoding, entryWidth: Int, _ range: Range<Int>)
  {
    let type = batch.column.physicalType
    let (start, count) = (range.lowerBound, range.count)
    switch encoding {
    case .rleDictionary:
      body.append(UInt8(entryWidth))
      let places = indices.elements(as: UInt32.self) + start
      RunLengthEncoder.encode(places, count: count, width: entryWidth, into: &body)
    case .deltaBinaryPacked where type == .int32:
      DeltaEncoder.encode(batch.valueBuffer.elements(as: Int32.self) + start, count: count, into: &body)
    case .deltaBinaryPacked:
      DeltaEncoder.encode(batch.valueBuffer.elements(as: Int64.self) + start, count: count, into: &body)
    case .deltaLengthByteArray: appendDeltaLength(batch, range)
    case .byteStreamSplit: appendSplit(batch.valueBuffer.base, width: type.width ?? 0, range)
    case .rle:
      let sizeOffset = body.count
      body.append(littleEndian: 0 as UInt32)
      RunLengthEncoder.encode(
        batch.valueBuffer.elements(as: UInt8.self) + start, count: count, width: 1, into: &body)
      let size = UInt32(body.count - sizeOffset - 4)
      body.base.storeBytes(of: size.littleEndian, toByteOffset: sizeOffset, as: UInt32.self)
    default: appendPlain(type, batch.valueBytes, from: start, to: range.upperBound)
    }
  }

  private func appendPlain(_ type: PhysicalType, _ values: ValueBytes, from start: Int, to end: Int) {
    if type == .boolean {
      BitPacking.pack(
        values.base.assumingMemoryBound(to: UInt8.self) + start, count: end - start, width: 1, into: &body)
      return
    }
    let first = values.start(start)
    let byteCount = values.start(end) - first
    guard type == .byteArray, let offsets = values.offsets else {
      body.append(UnsafeRawBufferPointer(start: values.base + first, count: byteCount))
      return
    }
    body.reserve(byteCount + 4 * (end - start))
    var target = body.end
    // SAFETY: there is room for all bytes and a length of four bytes each.
    for index in start..<end {
      let count = offsets[index &+ 1] &- offsets[index]
      target.storeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian, as: UInt32.self)
      (target + 4).copyMemory(from: values.base + offsets[index], byteCount: count)
      target += 4 &+ count
    }
    body.count += byteCount + 4 * (end - start)
  }

  private func appendDeltaLength(_ batch: ColumnBatch, _ range: Range<Int>) {
    let offsets = batch.offsetBuffer.elements(as: Int.self)
    let count = range.count
    indices.count = 0
    indices.reserve(count * MemoryLayout<Int32>.size)
    let lengths = indices.mutableElements(as: Int32.self)
    for index in 0..<count {
      let place = range.lowerBound &+ index
      lengths[index] = Int32(truncatingIfNeeded: offsets[place &+ 1] &- offsets[place])
    }
    DeltaEncoder.encode(UnsafePointer(lengths), count: count, into: &body)
    let start = offsets[range.lowerBound]
    body.append(
      UnsafeRawBufferPointer(start: batch.valueBuffer.base + start, count: offsets[range.upperBound] - start))
  }

  private func appendSplit(_ base: UnsafeMutableRawPointer, width: Int, _ range: Range<Int>) {
    let count = range.count
    body.reserve(count * width)
    let target = body.end.assumingMemoryBound(to: UInt8.self)
    let source = UnsafePointer((base + range.lowerBound * width).assumingMemoryBound(to: UInt8.self))
    // SAFETY: `width` streams of `count` bytes are written, for which there is room.
    for stream in 0..<width {
      let bytes = target + stream * count
      for index in 0..<count { bytes[index] = source[index &* width &+ stream] }
    }
    body.count += count * width
  }

  // Statistics

  /// The bounds of a page's values, as places among `values`: the dictionary's entries or all values.
  private func bounds(_ column: Column, _ plan: Plan, _ values: ValueBytes, _ range: Range<Int>)
    -> ValueBounds?
  {
    guard let order = column.order, !range.isEmpty else { return nil }
    guard case .dictionary(let entryCount) = plan else {
      return BoundsFinder.find(values, order, from: range.lowerBound, to: range.upperBound)
    }
    // With all values in one page every entry is used.
    if range.count * MemoryLayout<UInt32>.size == indices.count {
      return BoundsFinder.find(values, order, from: 0, to: entryCount)
    }
    usedEntries.count = 0
    usedEntries.append(repeating: 0, count: entryCount)
    let used = usedEntries.mutableElements(as: UInt8.self)
    let places = indices.elements(as: UInt32.self)
    // SAFETY: the places are those of the dictionary's entries.
    for index in range { used[Int(places[index])] = 1 }
    var bounds: ValueBounds?
    for entry in 0..<entryCount where used[entry] == 1 {
      guard let single = BoundsFinder.find(values, order, from: entry, to: entry + 1) else { continue }
      bounds = merge(bounds, single, values, order)
    }
    return bounds
  }

  private func merge(_ left: ValueBounds?, _ right: ValueBounds, _ values: ValueBytes, _ order: ValueOrder)
    -> ValueBounds
  {
    guard var bounds = left else { return right }
    if BoundsFinder.isLess(values, order, right.least, bounds.least) { bounds.least = right.least }
    if BoundsFinder.isLess(values, order, bounds.greatest, right.greatest) {
      bounds.greatest = right.greatest
    }
    return bounds
  }

  private func store(
    _ column: Column, _ values: ValueBytes, _ whole: ValueBounds?, _ pages: [ValueBounds?],
    _ chunk: inout EncodedChunk
  ) {
    guard let order = column.order else { return }
    let isText = [.string, .enumeration, .json].contains(column.logicalType)
    func stored(_ index: Int, isMaximum: Bool) -> (bytes: [UInt8]?, isExact: Bool) {
      BoundsFinder.stored(
        values, index, order, isMaximum: isMaximum, isText: isText, limit: properties.boundByteLimit)
    }
    if let whole {
      (chunk.statistics.minimum, chunk.statistics.isMinimumExact) = stored(whole.least, isMaximum: false)
      let (maximum, isExact) = stored(whole.greatest, isMaximum: true)
      chunk.statistics.maximum = maximum
      if maximum != nil { chunk.statistics.isMaximumExact = isExact }
    }
    for (index, bounds) in pages.enumerated() {
      guard let bounds else { continue }
      chunk.index.pages[index].minimum = stored(bounds.least, isMaximum: false).bytes
      chunk.index.pages[index].maximum = stored(bounds.greatest, isMaximum: true).bytes
    }
    chunk.index.order = boundaryOrder(values, order, pages)
  }

  /// Whether the bounds of all pages that have values ascend or descend.
  private func boundaryOrder(_ values: ValueBytes, _ order: ValueOrder, _ pages: [ValueBounds?])
    -> PageIndex.Order
  {
    let bounds = pages.compactMap { $0 }
    let pairs = zip(bounds, bounds.dropFirst())
    func isLess(_ left: Int, _ right: Int) -> Bool { BoundsFinder.isLess(values, order, left, right) }
    if pairs.allSatisfy({ !isLess($1.least, $0.least) && !isLess($1.greatest, $0.greatest) }) {
      return .ascending
    }
    if pairs.allSatisfy({ !isLess($0.least, $1.least) && !isLess($0.greatest, $1.greatest) }) {
      return .descending
    }
    return .unordered
  }
}
