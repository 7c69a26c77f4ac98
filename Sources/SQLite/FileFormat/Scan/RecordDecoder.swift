/// What is wrong with a record.
enum RecordFault: UInt8 {
  case none
  /// Its header ends behind it, or does not end where a serial type does.
  case header
  /// A value ends behind it.
  case value
  /// A serial type that means nothing.
  case reserved
  /// It is older than a column whose default is no constant.
  case noDefault

  var text: String {
    switch self {
    case .none: "is sound"
    case .header: "has a header that does not fit it"
    case .value: "has a value that ends behind it"
    case .reserved: "has a serial type that means nothing"
    case .noDefault: "is older than a column whose default is no constant"
    }
  }
}

/// Takes the values of some columns out of records (section 2.1 of "Database File Format").
struct RecordDecoder: ~Copyable {
  private struct Step {
    /// The place of the column among those asked for, or -1.
    var slot = -1
    var isReal = false
    /// Whether the value is the rowid, and not in the record.
    var isKey = false
  }

  /// A step for each column up to the last that is asked for.
  private let steps: UnsafeMutablePointer<Step>
  private let stepCount: Int
  private let defaults: DefaultValues

  init(_ schema: ScannedSchema, columns: [Int]) {
    let made = Self.steps(schema, columns)
    stepCount = made.count
    steps = .allocate(capacity: made.count)
    steps.initialize(from: made, count: made.count)
    defaults = DefaultValues(schema)
  }

  deinit {
    steps.deallocate()
  }

  private static func steps(_ schema: ScannedSchema, _ columns: [Int]) -> [Step] {
    var steps = (0..<(columns.max() ?? -1) + 1).map { column in
      Step(isReal: schema.columns[column].affinity == .real, isKey: column == schema.keyColumn)
    }
    for (slot, column) in columns.enumerated() {
      precondition(steps[column].slot < 0, "a column is asked for twice")
      steps[column].slot = slot
    }
    return steps
  }

  /// Decodes a record into a row of vectors.
  ///
  /// SAFETY: `LeafCursor.padding` bytes may be read behind the record.
  ///
  /// - Parameters:
  ///   - byteCount: the bytes of the record, or as many of its first ones as `neededByteCount` says.
  ///   - copied: the bytes of texts and blobs are added to it.
  @inline(__always)
  func decode(
    _ record: UnsafeRawPointer, _ byteCount: Int, rowid: Int64,
    into vectors: UnsafeMutablePointer<ScanVectorStorage>, row: Int, copied: inout Int
  ) -> RecordFault {
    let header = Varint.read(record)
    guard header.value <= UInt64(truncatingIfNeeded: byteCount), header.value >= header.count else {
      return .header
    }
    var serial = record + header.count
    var body = record + Int(truncatingIfNeeded: header.value)
    let headerEnd = body
    let end = record + byteCount
    var column = 0
    while column < stepCount {
      guard serial < headerEnd else {
        if serial > headerEnd { return .header }
        return fillUp(from: column, rowid: rowid, into: vectors, row: row, copied: &copied)
      }
      let step = steps[column]
      column &+= 1
      var type = UInt64(serial.load(as: UInt8.self))
      if type < 0x80 {
        serial += 1
      } else {
        let long = Varint.read(serial)
        serial += long.count
        guard serial <= headerEnd else { return .header }
        type = long.value
      }
      if type < 12 {
        guard type < 10 else { return .reserved }
        let kind = UInt8(truncatingIfNeeded: type)
        let count = SerialType.byteCount(kind)
        guard count <= end - body else { return .value }
        if step.slot >= 0 {
          if step.isKey {
            vectors[step.slot].set(row, .integer, UInt64(bitPattern: rowid))
          } else {
            Self.setNumber(kind, body, isReal: step.isReal, in: &vectors[step.slot], row)
          }
        }
        body += count
        continue
      }
      let wide = (type &- 12) >> 1
      guard wide <= UInt64(truncatingIfNeeded: end - body) else { return .value }
      let count = Int(truncatingIfNeeded: wide)
      if step.slot >= 0 {
        if step.isKey {
          vectors[step.slot].set(row, .integer, UInt64(bitPattern: rowid))
        } else {
          vectors[step.slot].set(row, type & 1 == 0 ? .blob : .text, body, count)
          copied &+= count
        }
      }
      body += count
    }
    return .none
  }

  /// How many of a record's first bytes are needed for the values that are asked for: the header, and what lies before
  /// the end of the last of them.
  ///
  /// - Parameter header: the bytes of the header.
  func neededByteCount(_ header: UnsafeRawPointer, _ headerByteCount: Int) -> UInt64 {
    let length = Varint.read(header)
    var place = length.count
    var needed = UInt64(headerByteCount)
    for _ in 0..<stepCount where place < headerByteCount {
      let type = Varint.read(header + place)
      place += type.count
      let count =
        type.value < 12
        ? UInt64(SerialType.byteCount(UInt8(truncatingIfNeeded: type.value))) : (type.value - 12) >> 1
      // Serial types are below 2^64, so lengths below 2^63.
      let sum = needed.addingReportingOverflow(count)
      if sum.overflow { return .max }
      needed = sum.partialValue
    }
    return needed
  }

  @inline(__always)
  private static func setNumber(
    _ serial: UInt8, _ body: UnsafeRawPointer, isReal: Bool, in vector: inout ScanVectorStorage, _ row: Int
  ) {
    if serial == SerialType.null { return vector.set(row, .null, 0) }
    if serial == SerialType.real {
      let word = UInt64(bigEndian: body.loadUnaligned(as: UInt64.self))
      return Double(bitPattern: word).isNaN ? vector.set(row, .null, 0) : vector.set(row, .real, word)
    }
    let integer = RecordBytes.loadInteger(body, serial: serial)
    if isReal {
      vector.set(row, .real, Double(integer).bitPattern)
    } else {
      vector.set(row, .integer, UInt64(bitPattern: integer))
    }
  }

  /// Fills up a row that is older than its last columns.
  @inline(never)
  private func fillUp(
    from first: Int, rowid: Int64, into vectors: UnsafeMutablePointer<ScanVectorStorage>, row: Int,
    copied: inout Int
  ) -> RecordFault {
    for column in first..<stepCount where steps[column].slot >= 0 {
      let slot = steps[column].slot
      if steps[column].isKey {
        vectors[slot].set(row, .integer, UInt64(bitPattern: rowid))
        continue
      }
      guard let cell = defaults[column] else { return .noDefault }
      switch cell.kind {
      case .null: vectors[slot].set(row, .null, 0)
      case .integer, .real: vectors[slot].set(row, cell.kind, cell.bits)
      case .text, .blob:
        // SAFETY: the bytes of defaults are followed by as many as are read behind them.
        guard let base = cell.bytes.baseAddress else { continue }
        vectors[slot].set(row, cell.kind, base, cell.count)
        copied &+= cell.count
      }
    }
    return .none
  }
}
