#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Decodes the values of a page, as many at a time as are asked for, behind those that a batch holds.
///
/// It points into the page's bytes, and is thrown away before they change.
struct ValueDecoder {
  private enum State {
    case plain
    case plainBits(index: Int)
    case runLength(RunLengthDecoder)
    case dictionary(RunLengthDecoder)
    case delta(DeltaDecoder)
    case deltaLength(DeltaDecoder)
    case deltaBytes(prefixes: DeltaDecoder, suffixes: DeltaDecoder)
    case split(index: Int, count: Int)
  }

  private var state: State
  private let base: UnsafeRawPointer
  private var position: Int
  private let end: Int
  private let type: PhysicalType

  static let cutOff = ParquetError(.truncated("a page has fewer values than its header says"))

  /// A decoder of the values in `base[start..<end]`.
  init(
    _ encoding: Encoding, _ type: PhysicalType, _ base: UnsafeRawPointer, start: Int, end: Int,
    hasDictionary: Bool
  ) throws(ParquetError) {
    self.base = base
    self.end = end
    self.type = type
    position = start
    switch (encoding, type) {
    case (.plain, .boolean): state = .plainBits(index: 0)
    case (.plain, _): state = .plain
    case (.rle, .boolean):
      guard end - start >= 4 else { throw Self.cutOff }
      let size = Int(UInt32(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
      guard size <= end - start - 4 else { throw Self.cutOff }
      state = .runLength(try RunLengthDecoder(base, start: start + 4, end: start + 4 + size, width: 1))
    case (.rleDictionary, _), (.plainDictionary, _):
      guard hasDictionary else {
        throw ParquetError(.damaged("a page refers to a dictionary, and there is none"))
      }
      // A page without values may be empty altogether.
      let width = start < end ? Int(base.load(fromByteOffset: start, as: UInt8.self)) : 0
      state = .dictionary(try RunLengthDecoder(base, start: min(start + 1, end), end: end, width: width))
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64):
      state = .delta(try DeltaDecoder(base, start: start, end: end))
    case (.deltaLengthByteArray, .byteArray):
      let lengths = try DeltaDecoder(base, start: start, end: end)
      position = try lengths.endOfValues()
      state = .deltaLength(lengths)
    case (.deltaByteArray, .byteArray), (.deltaByteArray, .fixedLengthByteArray):
      let prefixes = try DeltaDecoder(base, start: start, end: end)
      let suffixes = try DeltaDecoder(base, start: try prefixes.endOfValues(), end: end)
      position = try suffixes.endOfValues()
      state = .deltaBytes(prefixes: prefixes, suffixes: suffixes)
    case (.byteStreamSplit, .int32), (.byteStreamSplit, .int64), (.byteStreamSplit, .float),
      (.byteStreamSplit, .double),
      (.byteStreamSplit, .fixedLengthByteArray):
      let width = type.width ?? 1
      guard (end - start) % width == 0 else {
        throw ParquetError(.damaged("a page of split bytes has \(end - start) of them"))
      }
      state = .split(index: 0, count: (end - start) / width)
    default: throw ParquetError(.unsupported("it has the encoding \(encoding.name) for \(type.name)"))
    }
  }

  /// Decodes `count` values more. `scratch` is memory for indices and lengths, `previous` for the value before the
  /// first where values are stored as what follows a common beginning.
  mutating func decode(
    _ count: Int, into batch: ColumnBatch, _ dictionary: borrowing ChunkDictionary,
    _ scratch: inout ByteBuffer,
    _ previous: inout ByteBuffer, limit: Int
  ) throws(ParquetError) {
    guard count > 0 else { return }
    if let width = type.width {
      guard count * width <= limit - batch.byteCount else {
        throw Self.tooLarge(batch.byteCount + count * width, limit)
      }
    }
    switch state {
    case .plain where type == .byteArray: try decodePlainBytes(count, into: batch, limit)
    case .plain:
      let byteCount = count * (type.width ?? 0)
      guard byteCount <= end - position else { throw Self.cutOff }
      batch.valueBuffer.append(UnsafeRawBufferPointer(start: base + position, count: byteCount))
      position += byteCount
    case .plainBits(let index):
      try decodeBits(index, count, into: batch)
      state = .plainBits(index: index + count)
    case .runLength(var decoder):
      let values = try Self.read(&decoder, count, &scratch)
      batch.valueBuffer.reserve(count)
      let target = batch.valueBuffer.end.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count { target[index] = UInt8(truncatingIfNeeded: values[index]) }
      batch.valueBuffer.count += count
      state = .runLength(decoder)
    case .dictionary(var decoder):
      let places = try Self.read(&decoder, count, &scratch)
      try dictionary.append(places, count, to: batch, limit)
      state = .dictionary(decoder)
    case .delta(var decoder):
      try decodeDelta(&decoder, count, into: batch)
      state = .delta(decoder)
    case .deltaLength(var decoder):
      try decodeLengths(&decoder, count, into: batch, &scratch, limit)
      state = .deltaLength(decoder)
    case .deltaBytes(var prefixes, var suffixes):
      try decodeDeltaBytes(&prefixes, &suffixes, count, into: batch, &scratch, &previous, limit)
      state = .deltaBytes(prefixes: prefixes, suffixes: suffixes)
    case .split(let index, let total):
      try decodeSplit(index, total, count, into: batch)
      state = .split(index: index + count, count: total)
    }
  }

  static func tooLarge(_ value: Int, _ limit: Int) -> ParquetError {
    ParquetError(.limitExceeded(what: "the size of a batch", value: value, limit: limit))
  }

  private static func read(
    _ decoder: inout RunLengthDecoder, _ count: Int, _ scratch: inout ByteBuffer
  ) throws(ParquetError) -> UnsafePointer<UInt32> {
    scratch.count = 0
    scratch.reserve(count * MemoryLayout<UInt32>.size)
    let places = scratch.mutableElements(as: UInt32.self)
    try decoder.read(count, into: places)
    return UnsafePointer(places)
  }

  private mutating func decodePlainBytes(_ count: Int, into batch: ColumnBatch, _ limit: Int)
    throws(ParquetError)
  {
    // Each value has four bytes before it: so many values cannot be in fewer bytes.
    guard count <= (end - position) / 4 else { throw Self.cutOff }
    batch.offsetBuffer.reserve(count * MemoryLayout<Int>.size)
    batch.valueBuffer.reserve(min(end - position, max(limit - batch.byteCount, 0)))
    let offsets = batch.offsetBuffer.end.assumingMemoryBound(to: Int.self)
    let target = batch.valueBuffer.base
    var written = batch.valueBuffer.count
    let room = batch.valueBuffer.capacity
    // SAFETY: lengths are checked against the page's end and the room that was reserved.
    for index in 0..<count {
      guard end &- position >= 4 else { throw Self.cutOff }
      let length = Int(UInt32(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
      position &+= 4
      guard length <= end &- position else { throw Self.cutOff }
      guard length <= room &- written else { throw Self.tooLarge(written + length, limit) }
      memcpy(target + written, base + position, length)
      position &+= length
      written &+= length
      offsets[index] = written
    }
    batch.valueBuffer.count = written
    batch.offsetBuffer.count += count * MemoryLayout<Int>.size
  }

  private func decodeBits(_ start: Int, _ count: Int, into batch: ColumnBatch) throws(ParquetError) {
    guard start + count <= (end - position) * 8 else { throw Self.cutOff }
    batch.valueBuffer.reserve(count)
    let target = batch.valueBuffer.end.assumingMemoryBound(to: UInt8.self)
    let source = base + position
    for index in 0..<count {
      let bit = start &+ index
      target[index] =
        source.load(fromByteOffset: bit >> 3, as: UInt8.self) >> UInt8(truncatingIfNeeded: bit & 7) & 1
    }
    batch.valueBuffer.count += count
  }

  private func decodeDelta(_ decoder: inout DeltaDecoder, _ count: Int, into batch: ColumnBatch)
    throws(ParquetError)
  {
    let width = type.width ?? 8
    guard count <= decoder.remaining else { throw Self.cutOff }
    batch.valueBuffer.reserve(count * width)
    if width == 4 {
      try decoder.read(count, into: batch.valueBuffer.end.assumingMemoryBound(to: Int32.self))
    } else {
      try decoder.read(count, into: batch.valueBuffer.end.assumingMemoryBound(to: Int64.self))
    }
    batch.valueBuffer.count += count * width
  }

  private mutating func decodeLengths(
    _ decoder: inout DeltaDecoder, _ count: Int, into batch: ColumnBatch, _ scratch: inout ByteBuffer,
    _ limit: Int
  ) throws(ParquetError) {
    guard count <= decoder.remaining else { throw Self.cutOff }
    scratch.count = 0
    scratch.reserve(count * MemoryLayout<Int32>.size)
    let lengths = scratch.mutableElements(as: Int32.self)
    try decoder.read(count, into: lengths)
    batch.offsetBuffer.reserve(count * MemoryLayout<Int>.size)
    let offsets = batch.offsetBuffer.end.assumingMemoryBound(to: Int.self)
    let start = batch.valueBuffer.count
    var total = 0
    for index in 0..<count {
      let length = Int(lengths[index])
      guard length >= 0, length <= end &- position &- total else { throw Self.cutOff }
      total &+= length
      offsets[index] = start &+ total
    }
    let byteCount = batch.byteCount + total + count * MemoryLayout<Int>.size
    guard byteCount <= limit else { throw Self.tooLarge(byteCount, limit) }
    batch.valueBuffer.append(UnsafeRawBufferPointer(start: base + position, count: total))
    batch.offsetBuffer.count += count * MemoryLayout<Int>.size
    position += total
  }

  private mutating func decodeDeltaBytes(
    _ prefixes: inout DeltaDecoder, _ suffixes: inout DeltaDecoder, _ count: Int, into batch: ColumnBatch,
    _ scratch: inout ByteBuffer, _ previous: inout ByteBuffer, _ limit: Int
  ) throws(ParquetError) {
    guard count <= prefixes.remaining, count <= suffixes.remaining else { throw Self.cutOff }
    scratch.count = 0
    scratch.reserve(2 * count * MemoryLayout<Int32>.size)
    let lengths = scratch.mutableElements(as: Int32.self)
    try prefixes.read(count, into: lengths)
    try suffixes.read(count, into: lengths + count)
    for index in 0..<count {
      let (prefix, suffix) = (Int(lengths[index]), Int(lengths[count &+ index]))
      guard prefix >= 0, prefix <= previous.count, suffix >= 0, suffix <= end &- position else {
        throw Self.cutOff
      }
      let length = prefix + suffix
      guard batch.byteCount + length <= limit else { throw Self.tooLarge(batch.byteCount + length, limit) }
      if let width = type.width, length != width {
        throw ParquetError(.damaged("a value of \(width) bytes has \(length)"))
      }
      previous.count = prefix
      previous.append(UnsafeRawBufferPointer(start: base + position, count: suffix))
      position += suffix
      batch.valueBuffer.append(previous.bytes)
      if type == .byteArray { batch.offsetBuffer.append(littleEndian: batch.valueBuffer.count) }
    }
  }

  private func decodeSplit(_ start: Int, _ total: Int, _ count: Int, into batch: ColumnBatch)
    throws(ParquetError)
  {
    guard count <= total - start else { throw Self.cutOff }
    let width = type.width ?? 1
    batch.valueBuffer.reserve(count * width)
    let target = batch.valueBuffer.end.assumingMemoryBound(to: UInt8.self)
    let source = (base + position).assumingMemoryBound(to: UInt8.self)
    // SAFETY: `width` streams of `total` bytes are in the page, of which `start + count` are read at most.
    for stream in 0..<width {
      let bytes = source + (stream &* total &+ start)
      for index in 0..<count { target[index &* width &+ stream] = bytes[index] }
    }
    batch.valueBuffer.count += count * width
  }
}

/// The entries of a chunk's dictionary, as a batch holds values.
struct ChunkDictionary: ~Copyable {
  let batch: ColumnBatch?

  /// Appends the entries at the given places.
  func append(
    _ places: UnsafePointer<UInt32>, _ count: Int, to target: ColumnBatch, _ limit: Int
  ) throws(ParquetError) {
    guard let batch else { throw ParquetError(.damaged("a page refers to a dictionary, and there is none")) }
    var greatest: UInt32 = 0
    for index in 0..<count { greatest = max(greatest, places[index]) }
    guard Int(greatest) < batch.valueCount else {
      throw ParquetError(
        .damaged("a page refers to entry \(greatest) of a dictionary of \(batch.valueCount)"))
    }
    // SAFETY: all places were checked.
    switch batch.column.physicalType.width {
    case 4: gather(places, count, batch, target, UInt32.self)
    case 8: gather(places, count, batch, target, UInt64.self)
    case let width?:
      target.valueBuffer.reserve(count * width)
      let (source, end) = (batch.valueBuffer.base, target.valueBuffer.end)
      for index in 0..<count { memcpy(end + index * width, source + Int(places[index]) * width, width) }
      target.valueBuffer.count += count * width
    case nil: try gatherBytes(places, count, batch, target, limit)
    }
  }

  private func gather<Word: BitwiseCopyable>(
    _ places: UnsafePointer<UInt32>, _ count: Int, _ batch: ColumnBatch, _ target: ColumnBatch,
    _ type: Word.Type
  ) {
    target.valueBuffer.reserve(count * MemoryLayout<Word>.size)
    let source = batch.valueBuffer.elements(as: type)
    let output = target.valueBuffer.end.assumingMemoryBound(to: type)
    for index in 0..<count { output[index] = source[Int(places[index])] }
    target.valueBuffer.count += count * MemoryLayout<Word>.size
  }

  private func gatherBytes(
    _ places: UnsafePointer<UInt32>, _ count: Int, _ batch: ColumnBatch, _ target: ColumnBatch, _ limit: Int
  ) throws(ParquetError) {
    let starts = batch.offsetBuffer.elements(as: Int.self)
    var total = target.byteCount + count * MemoryLayout<Int>.size
    for index in 0..<count {
      let place = Int(places[index])
      total &+= starts[place &+ 1] &- starts[place]
      guard total <= limit else { throw ValueDecoder.tooLarge(total, limit) }
    }
    target.valueBuffer.reserve(total - target.byteCount)
    target.offsetBuffer.reserve(count * MemoryLayout<Int>.size)
    let source = batch.valueBuffer.base
    let output = target.valueBuffer.base
    let offsets = target.offsetBuffer.end.assumingMemoryBound(to: Int.self)
    var written = target.valueBuffer.count
    for index in 0..<count {
      let place = Int(places[index])
      let length = starts[place &+ 1] &- starts[place]
      memcpy(output + written, source + starts[place], length)
      written &+= length
      offsets[index] = written
    }
    target.valueBuffer.count = written
    target.offsetBuffer.count += count * MemoryLayout<Int>.size
  }
}
