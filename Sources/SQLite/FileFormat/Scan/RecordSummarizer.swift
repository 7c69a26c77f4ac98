/// Hashes records as SQLite would write them now, and notes what their values are.
///
/// Most records are in that form already and are hashed where they lie. Others are not: rows older than a column,
/// numbers in more bytes than they need, fields behind the last column.
struct RecordSummarizer: ~Copyable {
  private(set) var rows = RowSum()
  private let columnCount: Int
  private let isReal: [Bool]
  private let keyColumn: Int
  private let defaults: DefaultValues
  private let tallies: UnsafeMutablePointer<ColumnTally>
  private let registers: UnsafeMutablePointer<UInt8>
  /// A record's fields, and its serial types, where it has to be made anew.
  private let fields: UnsafeMutablePointer<Field>
  private let serials: UnsafeMutableRawPointer

  /// A value as it is to be stored.
  private struct Field {
    var serial: UInt64 = 0
    /// The bits of a number.
    var number: UInt64 = 0
    /// A text or blob.
    var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  init(_ schema: ScannedSchema) {
    columnCount = schema.columns.count
    isReal = schema.columns.map { $0.affinity == .real }
    keyColumn = schema.keyColumn ?? -1
    defaults = DefaultValues(schema)
    tallies = .allocate(capacity: columnCount)
    tallies.initialize(repeating: ColumnTally(), count: columnCount)
    registers = .allocate(capacity: columnCount * DistinctSketch.registerCount)
    registers.initialize(repeating: 0, count: columnCount * DistinctSketch.registerCount)
    fields = .allocate(capacity: columnCount)
    fields.initialize(repeating: Field(), count: columnCount)
    // A serial type has nine bytes at most, and so has a number.
    serials = .allocate(byteCount: 9 * columnCount + 9, alignment: 16)
  }

  deinit {
    tallies.deallocate()
    registers.deallocate()
    fields.deallocate()
    serials.deallocate()
  }

  var facts: [ColumnFacts] {
    (0..<columnCount).map {
      ColumnFacts(tallies[$0], DistinctSketch(registers + $0 * DistinctSketch.registerCount))
    }
  }

  /// Adds a whole record.
  ///
  /// SAFETY: `LeafCursor.padding` bytes may be read behind the record.
  mutating func add(_ record: UnsafeRawPointer, _ byteCount: Int, rowid: Int64) -> RecordFault {
    let header = Varint.read(record)
    guard header.value <= UInt64(truncatingIfNeeded: byteCount), header.value >= header.count else {
      return .header
    }
    var isShortest = header.count == Varint.length(header.value)
    var serial = record + header.count
    var body = record + Int(truncatingIfNeeded: header.value)
    let headerEnd = body
    let end = record + byteCount
    for column in 0..<columnCount {
      guard serial < headerEnd else {
        if serial > headerEnd { return .header }
        guard let cell = column == keyColumn ? .null : defaults[column] else { return .noDefault }
        note(cell, in: column, rowid: rowid)
        isShortest = false
        continue
      }
      let type = Varint.read(serial)
      serial += type.count
      guard serial <= headerEnd else { return .header }
      if type.value < 12 {
        guard type.value < 10 else { return .reserved }
        let kind = UInt8(truncatingIfNeeded: type.value)
        let count = SerialType.byteCount(kind)
        guard count <= end - body else { return .value }
        let field = number(kind, body, in: column)
        if field.serial != type.value || type.count != 1 { isShortest = false }
        note(field, isReal: isReal[column] || kind == SerialType.real, in: column, rowid: rowid)
        body += count
      } else {
        let wide = (type.value &- 12) >> 1
        guard wide <= UInt64(truncatingIfNeeded: end - body) else { return .value }
        let count = Int(truncatingIfNeeded: wide)
        if column == keyColumn {
          note(Field(), isReal: false, in: column, rowid: rowid)
          isShortest = false
        } else {
          note(
            bytes: UnsafeRawBufferPointer(start: body, count: count), isText: type.value & 1 == 1, in: column)
        }
        if type.count != Varint.length(type.value) { isShortest = false }
        body += count
      }
    }
    isShortest = isShortest && serial == headerEnd && body == end
    let key = keyColumn < 0 ? 0 : rowid
    rows.add(isShortest ? RowHasher.hash(record, count: byteCount, key: key) : rebuiltHash(record, key: key))
    return .none
  }

  /// A number or NULL as it is to be stored.
  @inline(__always)
  private func number(_ serial: UInt8, _ body: UnsafeRawPointer, in column: Int) -> Field {
    if serial == SerialType.null || column == keyColumn { return Field() }
    if serial == SerialType.real {
      let bits = UInt64(bigEndian: body.loadUnaligned(as: UInt64.self))
      return real(Double(bitPattern: bits), in: column)
    }
    let integer = RecordBytes.loadInteger(body, serial: serial)
    if isReal[column] { return real(Double(integer), in: column) }
    return Field(serial: UInt64(SerialType.shortest(for: integer)), number: UInt64(bitPattern: integer))
  }

  @inline(__always)
  private func real(_ real: Double, in column: Int) -> Field {
    if real.isNaN { return Field() }
    // A real column stores an integer where that is shorter; -0 would not come back.
    if isReal[column], let integer = Affinity.integer(for: real), integer != 0 || real.sign == .plus {
      let shortest = SerialType.shortest(for: integer)
      if SerialType.byteCount(shortest) < 8 {
        return Field(serial: UInt64(shortest), number: UInt64(bitPattern: integer))
      }
    }
    return Field(serial: UInt64(SerialType.real), number: real.bitPattern)
  }

  // MARK: Facts

  /// - Parameter isReal: whether a number is a real, which may be stored as an integer.
  @inline(__always)
  private func note(_ field: Field, isReal: Bool, in column: Int, rowid: Int64) {
    let registers = registers + column &* DistinctSketch.registerCount
    if column == keyColumn {
      tallies[column].note(integer: rowid)
      DistinctSketch.note(DistinctHash.number(UInt64(bitPattern: rowid), isReal: false), in: registers)
    } else if field.serial == 0 {
      tallies[column].nullCount &+= 1
    } else if isReal {
      let stored = Double(bitPattern: field.number)
      let real = field.serial == 7 ? stored : Double(Int64(bitPattern: field.number))
      tallies[column].note(real: real)
      DistinctSketch.note(DistinctHash.number((real + 0).bitPattern, isReal: true), in: registers)
    } else {
      tallies[column].note(integer: Int64(bitPattern: field.number))
      DistinctSketch.note(DistinctHash.number(field.number, isReal: false), in: registers)
    }
  }

  @inline(__always)
  private func note(bytes: UnsafeRawBufferPointer, isText: Bool, in column: Int) {
    tallies[column].note(
      bytes, isText: isText, isPadded: true, in: registers + column &* DistinctSketch.registerCount)
  }

  private func note(_ cell: RecordCell, in column: Int, rowid: Int64) {
    switch cell.kind {
    case .null: note(Field(), isReal: false, in: column, rowid: rowid)
    case .integer: note(Field(serial: 6, number: cell.bits), isReal: false, in: column, rowid: rowid)
    case .real: note(Field(serial: 7, number: cell.bits), isReal: true, in: column, rowid: rowid)
    case .text: note(bytes: cell.bytes, isText: true, in: column)
    case .blob: note(bytes: cell.bytes, isText: false, in: column)
    }
  }

  // MARK: Records in another form

  /// The hash of the record that SQLite would make of a sound one.
  @inline(never)
  private func rebuiltHash(_ record: UnsafeRawPointer, key: Int64) -> UInt128 {
    let header = Varint.read(record)
    var serial = record + header.count
    var body = record + Int(truncatingIfNeeded: header.value)
    let headerEnd = body
    var serialByteCount = 0
    for column in 0..<columnCount {
      var field = Field()
      if serial < headerEnd {
        let type = Varint.read(serial)
        serial += type.count
        let count =
          type.value < 12
          ? SerialType.byteCount(UInt8(truncatingIfNeeded: type.value)) : Int((type.value - 12) >> 1)
        if type.value < 12 {
          field = number(UInt8(truncatingIfNeeded: type.value), body, in: column)
        } else if column != keyColumn {
          field = Field(serial: type.value, bytes: UnsafeRawBufferPointer(start: body, count: count))
        }
        body += count
      } else if column != keyColumn, let cell = defaults[column] {
        field = self.field(cell, in: column)
      }
      fields[column] = field
      serialByteCount += Varint.write(field.serial, to: serials + serialByteCount)
    }
    return hash(serialByteCount, key: key)
  }

  private func field(_ cell: RecordCell, in column: Int) -> Field {
    switch cell.kind {
    case .null: return Field()
    case .integer: return Field(serial: UInt64(SerialType.shortest(for: cell.integer)), number: cell.bits)
    case .real: return real(cell.real, in: column)
    case .text: return Field(serial: UInt64(13 + 2 * cell.count), bytes: cell.bytes)
    case .blob: return Field(serial: UInt64(12 + 2 * cell.count), bytes: cell.bytes)
    }
  }

  /// The hash of the record of `fields`, whose serial types lie in `serials`.
  private func hash(_ serialByteCount: Int, key: Int64) -> UInt128 {
    var hasher = RowHasher(key: key)
    let small = serials + 9 * columnCount
    let headerByteCount = serialByteCount + (serialByteCount < 127 ? 1 : serialByteCount < 16_382 ? 2 : 3)
    let lengthByteCount = Varint.write(UInt64(headerByteCount), to: small)
    hasher.append(UnsafeRawBufferPointer(start: small, count: lengthByteCount))
    hasher.append(UnsafeRawBufferPointer(start: serials, count: serialByteCount))
    for column in 0..<columnCount {
      let field = fields[column]
      if field.serial >= 12 {
        hasher.append(field.bytes)
      } else {
        let kind = UInt8(truncatingIfNeeded: field.serial)
        let count = RecordBytes.storeNumber(field.number, serial: kind, to: small)
        hasher.append(UnsafeRawBufferPointer(start: small, count: count))
      }
    }
    return hasher.finish()
  }
}
