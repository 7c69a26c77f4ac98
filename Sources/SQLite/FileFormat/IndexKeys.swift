#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Gathers the keys of an index while its table is written, in memory: 36 bytes a row and its record.
///
/// A table writer owns it alone.
final class IndexKeys {
  let index: TableDefinition.Index
  private let keyColumn: Int?
  private let byteLimit: Int
  private var entries: UnsafeMutablePointer<IndexEntry>
  private var capacity = 1024
  private(set) var count = 0
  /// The records, in pieces that stay where they are.
  private var chunks: [UnsafeMutableRawPointer] = []
  private var room = 0
  private var free: UnsafeMutableRawPointer?
  private var byteCount = 0
  /// Whether the keys came in order, as those of a table sorted by them do.
  private var isSorted = true

  private static let chunkByteCount = 1 << 20
  /// Words are read from a record's end and beyond it.
  private static let padding = 16

  init(_ index: TableDefinition.Index, keyColumn: Int?, options: DatabaseFileWriter.Options) {
    self.index = index
    self.keyColumn = keyColumn
    byteLimit = options.indexMemoryByteLimit
    entries = .allocate(capacity: capacity)
  }

  deinit {
    removeAll()
    entries.deallocate()
  }

  subscript(position: Int) -> IndexEntry { entries[position] }

  func removeAll() {
    for chunk in chunks { chunk.deallocate() }
    chunks = []
    count = 0
    free = nil
    room = 0
  }

  /// Sorts as far as the words decide. Records lie far apart in memory, so `settle` compares them later, when they are
  /// needed anyway.
  func sortByWords() {
    guard !isSorted else { return }
    var all = UnsafeMutableBufferPointer(start: entries, count: count)
    all.sort { $0.wordsPrecede($1) }
  }

  /// Sorts the keys from `start` on that the words do not tell apart, and returns where they end. All keys before
  /// `start` are in their places.
  func settle(from start: Int) -> Int {
    if isSorted { return count }
    var end = start + 1
    while end < count, entries[end].isUndecided(against: entries[start]) { end += 1 }
    if end - start > 1 {
      let columnCount = index.columns.count
      var run = UnsafeMutableBufferPointer(start: entries + start, count: end - start)
      run.sort { $0.precedes($1, columnCount: columnCount) }
    }
    return end
  }

  /// Adds the key of the row that an encoder has measured.
  func add(
    _ row: UnsafePointer<RecordCell>, _ states: UnsafeMutablePointer<ColumnState>, rowid: Int64
  ) throws(DatabaseFileError) {
    let rowidType = SerialType.shortest(for: rowid)
    var serials = 1
    var body = SerialType.byteCount(rowidType)
    for column in index.columns {
      let part = part(column, row, states, rowid: rowid)
      serials += Varint.length(part.serial)
      body += part.count
    }
    let header = Varint.length(UInt64(serials) + 1) + serials
    let place = try reserve(4 + header + body)
    place.storeBytes(of: UInt32(truncatingIfNeeded: header + body), as: UInt32.self)
    var serial = place + 4
    serial += Varint.write(UInt64(header), to: serial)
    var target = place + 4 + header
    for column in index.columns {
      let part = part(column, row, states, rowid: rowid)
      serial += Varint.write(part.serial, to: serial)
      if part.serial >= 12 {
        if let base = row[column].bytes.baseAddress { RecordBytes.copy(base, to: target, count: part.count) }
      } else {
        _ = RecordBytes.storeNumber(
          part.number, serial: UInt8(truncatingIfNeeded: part.serial), to: target)
      }
      target += part.count
    }
    serial.storeBytes(of: rowidType, as: UInt8.self)
    _ = RecordBytes.storeNumber(UInt64(bitPattern: rowid), serial: rowidType, to: target)

    append(makeEntry(row, states, rowid: rowid, place: place, header: header))
  }

  /// How a column's value stands in the key.
  @inline(__always)
  private func part(
    _ column: Int, _ row: UnsafePointer<RecordCell>, _ states: UnsafeMutablePointer<ColumnState>,
    rowid: Int64
  ) -> (serial: UInt64, number: UInt64, count: Int) {
    if column == SchemaReader.rowid || column == keyColumn {
      let serial = SerialType.shortest(for: rowid)
      return (UInt64(serial), UInt64(bitPattern: rowid), SerialType.byteCount(serial))
    }
    let state = states + column
    if state.pointee.serial == SerialType.bytes {
      let cell = row[column]
      let kind: UInt64 = cell.kind == .text ? 13 : 12
      return (kind &+ 2 &* UInt64(truncatingIfNeeded: cell.count), 0, cell.count)
    }
    let serial = state.pointee.serial
    return (UInt64(serial), state.pointee.number, SerialType.byteCount(serial))
  }

  private func reserve(_ byteCount: Int) throws(DatabaseFileError) -> UnsafeMutableRawPointer {
    let size = byteCount + Self.padding
    if free == nil || room < size {
      let chunkSize = max(size, Self.chunkByteCount)
      self.byteCount += chunkSize
      guard self.byteCount + count * MemoryLayout<IndexEntry>.stride <= byteLimit else {
        throw DatabaseFileError(.indexTooLarge(index: index.name, byteLimit: byteLimit))
      }
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: chunkSize, alignment: 16)
      chunks.append(chunk)
      free = chunk
      room = chunkSize
    }
    let place = free.unsafelyUnwrapped
    free = place + byteCount
    room -= byteCount
    return place
  }

  private func append(_ entry: IndexEntry) {
    if count == capacity {
      let larger = UnsafeMutablePointer<IndexEntry>.allocate(capacity: capacity * 2)
      larger.update(from: entries, count: count)
      entries.deallocate()
      entries = larger
      capacity *= 2
    }
    if isSorted && count > 0 {
      isSorted = entries[count - 1].precedes(entry, columnCount: index.columns.count)
    }
    (entries + count).initialize(to: entry)
    count += 1
  }
}

// MARK: - The order as two words

extension IndexKeys {
  /// The words of a key: the rank of the first column's class, then what decides among values of this class.
  @inline(__always)
  private func makeEntry(
    _ row: UnsafePointer<RecordCell>, _ states: UnsafeMutablePointer<ColumnState>, rowid: Int64,
    place: UnsafeMutableRawPointer, header: Int
  ) -> IndexEntry {
    let isOnly = index.columns.count == 1
    let first = part(index.columns[0], row, states, rowid: rowid)
    let body = UnsafeRawPointer(place) + 4 + header
    var high: UInt64 = 0
    var low: UInt64 = isOnly ? 0 : IndexEntry.undecided
    if first.serial >= 12 {
      let rank: UInt64 = first.serial & 1 == 1 ? 2 : 3
      // Fourteen bytes, and a last one by which a shorter text comes before a longer one.
      let words = Self.words(body, count: first.count)
      high = rank << 56 | words.0 >> 8
      let last = isOnly && first.count <= 14 ? UInt64(first.count) : IndexEntry.undecided
      low = words.0 << 56 | words.1 >> 8 & ~0xFF | last
    } else if first.serial != 0 {
      let isReal = first.serial == 7
      let real = isReal ? Double(bitPattern: first.number) : Double(Int64(bitPattern: first.number))
      let order = Self.order(real)
      high = 1 << 56 | order >> 8
      low = order << 56 | IndexEntry.undecided
      // Below 2^53 the double is the number itself, so that more may follow.
      if abs(real) < 0x1p53 {
        if isOnly {
          low = order << 56
        } else {
          let second = part(index.columns[1], row, states, rowid: rowid)
          low |= Self.shortOrder(second, at: body + first.count)
        }
      }
    }
    return IndexEntry(high: high, low: low, rowid: rowid, place: place)
  }

  /// The order of a second column in the six bytes that are left for it.
  @inline(__always)
  private static func shortOrder(
    _ part: (serial: UInt64, number: UInt64, count: Int), at body: UnsafeRawPointer
  ) -> UInt64 {
    var order: UInt64 = 0
    if part.serial >= 12 {
      order = (part.serial & 1 == 1 ? 2 : 3) << 40 | words(body, count: part.count).0 >> 24
    } else if part.serial != 0 {
      let isReal = part.serial == 7
      let real = isReal ? Double(bitPattern: part.number) : Double(Int64(bitPattern: part.number))
      order = 1 << 40 | Self.order(real) >> 24
    }
    return order << 8
  }

  /// The first sixteen bytes, zeros behind the end.
  @inline(__always)
  private static func words(_ bytes: UnsafeRawPointer, count: Int) -> (UInt64, UInt64) {
    // SAFETY: the records are followed by as many bytes as are read here.
    let first = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    let second = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    if count >= 16 { return (first, second) }
    if count >= 8 { return (first, second & ~(UInt64.max >> (8 * UInt64(count - 8)))) }
    return (first & ~(UInt64.max >> (8 * UInt64(count))), 0)
  }

  /// The bits of a double, ordered as the numbers are.
  @inline(__always)
  private static func order(_ real: Double) -> UInt64 {
    let bits = (real + 0).bitPattern  // -0 is 0
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}
