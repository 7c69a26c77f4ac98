/// Converts the values that are seldom, by SQLite itself, so that no rule of it is spelt a second time.
final class AffinityConverter {
  private let storing: Statement
  private let reading: Statement
  private let rendering: Statement

  /// Room for any number as text: SQLite writes 15 digits, sign, point and exponent at most.
  static let numberTextCapacity = 32

  init() throws(SQLiteError) {
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.execute("create table value(number numeric); insert into value values (null)")
    storing = try connection.prepare("update value set number = ?")
    reading = try connection.prepare("select number from value")
    rendering = try connection.prepare("select cast(? as text)")
  }

  /// What a column of numeric affinity makes of a text; nil leaves the text as it is.
  func number(_ text: UnsafeRawBufferPointer) throws(SQLiteError) -> RecordCell? {
    if let integer = Affinity.plainInteger(text) { return .integer(integer) }
    guard Affinity.mayBeNumber(text) else { return nil }
    // SAFETY: the statement is run to its end, and bound anew, before the bytes go.
    guard storing.bind(unownedText: text, at: 1) else { return nil }
    _ = try storing.step()
    storing.reset()
    _ = storing.bindNull(at: 1)
    defer { reading.reset() }
    guard try reading.step() else { return nil }
    switch reading.storageClass(0) {
    case .integer: return .integer(reading.integer(0))
    case .real: return .real(reading.real(0))
    case .text, .blob, .null: return nil
    }
  }

  /// Writes the text of a real to `target`, `numberTextCapacity` bytes, and returns its length.
  func write(_ real: Double, to target: UnsafeMutableRawPointer) throws(SQLiteError) -> Int {
    defer { rendering.reset() }
    _ = rendering.bind(real: real, at: 1)
    guard try rendering.step() else { return 0 }
    return rendering.withBytes(0) { text in
      precondition(text.count <= Self.numberTextCapacity)
      UnsafeMutableRawBufferPointer(start: target, count: text.count).copyMemory(from: text)
      return text.count
    }
  }

  /// Writes the digits of an integer to `target` and returns their number, at most 20.
  static func write(_ integer: Int64, to target: UnsafeMutableRawPointer) -> Int {
    var rest = integer.magnitude
    var count = integer < 0 ? 1 : 0
    repeat {
      count += 1
      rest /= 10
    } while rest > 0
    rest = integer.magnitude
    var index = count
    repeat {
      index -= 1
      target.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    } while rest > 0
    if integer < 0 { target.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self) }
    return count
  }
}
