#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is known of a column, and of its value in the row at hand.
struct ColumnState {
  /// The kinds of cells that are not stored as they come, a bit each.
  let refusedKinds: UInt8
  let isNumeric: Bool
  let isReal: Bool
  /// Whether the column is another name of the rowid, and stored as NULL.
  let isKey: Bool

  /// The serial type of the value; 12 stands for all texts and blobs.
  var serial: UInt8 = 0
  /// The bits of a number.
  var number: UInt64 = 0
  var tally = ColumnTally()
  /// Those of the column's `DistinctSketch`.
  let registers: UnsafeMutablePointer<UInt8>

  init(_ column: TableDefinition.Column, isKey: Bool, registers: UnsafeMutablePointer<UInt8>) {
    self.registers = registers
    self.isKey = isKey
    isNumeric = column.affinity.isNumeric
    isReal = column.affinity == .real
    var kinds: [RecordCell.Kind] = column.isNotNull ? [.null] : []
    switch column.affinity {
    case .text: kinds += [.integer, .real]
    case .numeric, .integer, .real: kinds += [.text]
    case .blob: break
    }
    if isKey { kinds = [.null, .real, .text, .blob] }
    refusedKinds = kinds.reduce(0) { $0 | 1 << $1.rawValue }
  }

  @inline(__always)
  mutating func note(_ bytes: UnsafeRawBufferPointer, of kind: RecordCell.Kind) {
    tally.note(bytes, isText: kind == .text, isPadded: false, in: registers)
  }
}

/// Makes records of rows (section 2.1 of "Database File Format"): first the measure, then the bytes.
package struct RowEncoder: ~Copyable {
  let columnCount: Int
  let states: UnsafeMutablePointer<ColumnState>
  private let registers: UnsafeMutablePointer<UInt8>
  /// The serial types of the row at hand.
  private let serials: UnsafeMutableRawPointer
  private var serialCount = 0
  private var bodyCount = 0

  private static let longestSerial = 9

  package init(_ definition: TableDefinition) {
    columnCount = definition.columns.count
    states = .allocate(capacity: columnCount)
    registers = .allocate(capacity: columnCount * DistinctSketch.registerCount)
    registers.initialize(repeating: 0, count: columnCount * DistinctSketch.registerCount)
    for (index, column) in definition.columns.enumerated() {
      (states + index).initialize(
        to: ColumnState(
          column, isKey: index == definition.keyColumn,
          registers: registers + index * DistinctSketch.registerCount))
    }
    serials = .allocate(byteCount: columnCount * Self.longestSerial, alignment: 16)
  }

  deinit {
    states.deallocate()
    registers.deallocate()
    serials.deallocate()
  }

  var facts: [ColumnFacts] {
    (0..<columnCount).map { ColumnFacts(states[$0].tally, DistinctSketch(states[$0].registers)) }
  }

  /// The bytes of the record's header with its own length.
  @inline(__always)
  private var headerCount: Int {
    if serialCount < 127 { return serialCount &+ 1 }
    return serialCount &+ (serialCount < 16_382 ? 2 : 3)
  }

  /// The bytes of the record that was measured.
  @inline(__always)
  var payloadCount: Int { headerCount &+ bodyCount }

  /// Measures a row from the column `first` on. Returns the column that it stopped at, whose value is not stored as it
  /// comes, or the number of columns.
  ///
  /// - Parameter isResolved: whether all values from `first` on are what is to be stored.
  @inline(__always)
  mutating func measure(_ row: UnsafePointer<RecordCell>, from first: Int, isResolved: Bool) -> Int {
    if first == 0 {
      serialCount = 0
      bodyCount = 0
    }
    // SAFETY: `row` has a cell for each column, `states` a state, and `serials` room for the longest serial types.
    var serial = serials + serialCount
    var body = bodyCount
    var column = first
    measuring: while column < columnCount {
      let cell = row[column]
      let state = states + column
      if !isResolved && state.pointee.refusedKinds &>> cell.kind.rawValue & 1 != 0 { break measuring }
      switch cell.kind {
      case .text:
        let count = cell.count
        state.pointee.serial = SerialType.bytes
        serial += Varint.write(UInt64(truncatingIfNeeded: 13 &+ 2 &* count), to: serial)
        body &+= count
      case .integer:
        let type = Self.set(integer: cell.integer, in: state)
        serial.storeBytes(of: type, as: UInt8.self)
        serial += 1
        body &+= SerialType.byteCount(type)
      case .null:
        state.pointee.serial = SerialType.null
        state.pointee.tally.nullCount &+= 1
        serial.storeBytes(of: SerialType.null, as: UInt8.self)
        serial += 1
      case .real:
        let real = cell.real
        if real.isNaN { break measuring }
        let type = Self.set(real: real, in: state)
        serial.storeBytes(of: type, as: UInt8.self)
        serial += 1
        body &+= SerialType.byteCount(type)
      case .blob:
        let count = cell.count
        state.pointee.serial = SerialType.bytes
        serial += Varint.write(UInt64(truncatingIfNeeded: 12 &+ 2 &* count), to: serial)
        body &+= count
      }
      column &+= 1
    }
    serialCount = serial - serials
    bodyCount = body
    return column
  }

  /// Takes an integer as the value of a column and returns its serial type.
  @inline(__always)
  private static func set(integer: Int64, in state: UnsafeMutablePointer<ColumnState>) -> UInt8 {
    if state.pointee.isReal { return set(real: Double(integer), in: state) }
    state.pointee.tally.note(integer: integer)
    DistinctSketch.note(
      DistinctHash.number(UInt64(bitPattern: integer), isReal: false), in: state.pointee.registers)
    state.pointee.number = UInt64(bitPattern: integer)
    let type = state.pointee.isKey ? SerialType.null : SerialType.shortest(for: integer)
    state.pointee.serial = type
    return type
  }

  /// Takes a real as the value of a column and returns its serial type.
  private static func set(real: Double, in state: UnsafeMutablePointer<ColumnState>) -> UInt8 {
    var type = SerialType.real
    var number = real.bitPattern
    if state.pointee.isNumeric, let integer = Affinity.integer(for: real) {
      if !state.pointee.isReal { return set(integer: integer, in: state) }
      // A real column stores an integer where that is shorter; it is read as a real.
      let shortest = SerialType.shortest(for: integer)
      if SerialType.byteCount(shortest) < 8 {
        type = shortest
        number = UInt64(bitPattern: integer)
      }
    }
    state.pointee.tally.note(real: real)
    // -0 is 0.
    DistinctSketch.note(
      DistinctHash.number((real + 0).bitPattern, isReal: true), in: state.pointee.registers)
    state.pointee.number = number
    state.pointee.serial = type
    return type
  }

  /// Writes the records of rows whose values are stored as they come, each over the one before it, and returns their
  /// bytes: for measurements.
  package mutating func encode(
    _ cells: UnsafeBufferPointer<RecordCell>, to target: UnsafeMutableRawPointer
  ) -> Int {
    guard let first = cells.baseAddress else { return 0 }
    var byteCount = 0
    for offset in stride(from: 0, to: cells.count, by: columnCount) {
      _ = measure(first + offset, from: 0, isResolved: true)
      write(first + offset, to: target)
      byteCount &+= payloadCount
    }
    return byteCount
  }

  /// Writes the record that was measured, which has `payloadCount` bytes.
  @inline(__always)
  func write(_ row: UnsafePointer<RecordCell>, to target: UnsafeMutableRawPointer) {
    var target = target
    target += Varint.write(UInt64(truncatingIfNeeded: headerCount), to: target)
    RecordBytes.copy(serials, to: target, count: serialCount)
    target += serialCount
    for column in 0..<columnCount {
      let state = states + column
      let serial = state.pointee.serial
      if serial == SerialType.bytes {
        let bytes = row[column].bytes
        if let base = bytes.baseAddress { RecordBytes.copy(base, to: target, count: bytes.count) }
        state.pointee.note(bytes, of: row[column].kind)
        target += bytes.count
      } else {
        target += RecordBytes.storeNumber(state.pointee.number, serial: serial, to: target)
      }
    }
  }

  /// Writes the record that was measured to a cell and its overflow pages.
  func write(
    _ row: UnsafePointer<RecordCell>, to cursor: inout Segment.PayloadCursor, of segment: inout Segment,
    hasher: inout RowHasher
  ) throws(DatabaseFileError) {
    func append(_ bytes: UnsafeRawBufferPointer) throws(DatabaseFileError) {
      hasher.append(bytes)
      try segment.append(bytes, to: &cursor)
    }
    let small = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    defer { small.deallocate() }
    let lengthCount = Varint.write(UInt64(headerCount), to: small)
    try append(UnsafeRawBufferPointer(start: small, count: lengthCount))
    try append(UnsafeRawBufferPointer(start: serials, count: serialCount))
    for column in 0..<columnCount {
      let state = states + column
      if state.pointee.serial == SerialType.bytes {
        try append(row[column].bytes)
        state.pointee.note(row[column].bytes, of: row[column].kind)
      } else {
        let count = RecordBytes.storeNumber(state.pointee.number, serial: state.pointee.serial, to: small)
        try append(UnsafeRawBufferPointer(start: small, count: count))
      }
    }
    segment.endPayload(cursor)
  }
}
