extension SnowflakeColumn {
  init(_ told: SnowflakeAnswer.RowType) {
    let kind: Kind =
      switch told.type.lowercased() {
      case "fixed", "number", "decimal", "numeric", "integer", "int", "bigint": .number
      case "decfloat": .decimalFloat
      case "real", "float", "double": .real
      case "text", "varchar", "char", "string": .text
      case "boolean": .boolean
      case "date": .date
      case "time": .time
      case "timestamp_ntz": .timestampNTZ
      case "timestamp_ltz": .timestampLTZ
      case "timestamp_tz": .timestampTZ
      case "binary": .binary
      default: .semiStructured(told.type)
      }
    self.init(name: told.name, kind: kind, scale: told.scale ?? 0, isNullable: told.nullable ?? true)
  }

  /// Reads a cell of this column in the form of `jsonv2`; nil where it is none.
  ///
  /// Source: SQL API, "Handling responses", the types' forms.
  func value(of cell: String?) -> SnowflakeValue? {
    guard let cell else { return .null }
    switch kind {
    case .number:
      if scale == 0, let value = Int64(cell) { return .integer(value) }
      return Self.isDecimal(cell, hasExponent: false) ? .decimal(cell) : nil
    case .decimalFloat: return Self.isDecimal(cell, hasExponent: true) ? .decimal(cell) : nil
    case .real: return Double(cell).map { .real($0) }
    case .text, .semiStructured: return .text(cell)
    case .boolean:
      switch cell {
      case "true", "TRUE", "1": return .boolean(true)
      case "false", "FALSE", "0": return .boolean(false)
      default: return nil
      }
    case .date: return Int(cell).map { .date(days: $0) }
    case .time:
      guard let time = SnowflakeTimestamp(cell[...]), (0..<86_400).contains(time.seconds) else { return nil }
      return .time(nanoseconds: time.seconds * 1_000_000_000 + Int64(time.nanoseconds))
    case .timestampNTZ, .timestampLTZ: return SnowflakeTimestamp(cell[...]).map { .timestamp($0) }
    case .timestampTZ:
      let parts = cell.split(separator: " ", omittingEmptySubsequences: false)
      // The zone is told as minutes east of UTC, and 1440 on top.
      guard parts.count == 2, let time = SnowflakeTimestamp(parts[0]), let zone = Int(parts[1]),
        (0...2880).contains(zone)
      else { return nil }
      return .timestamp(
        SnowflakeTimestamp(seconds: time.seconds, nanoseconds: time.nanoseconds, offsetMinutes: zone - 1440))
    case .binary: return Self.bytes(cell).map { .binary($0) }
    }
  }

  private static func isDecimal(_ text: String, hasExponent: Bool) -> Bool {
    var rest = text.utf8[...]
    func skipDigits() -> Int {
      let count = rest.prefix(while: \.isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    var digitCount = skipDigits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      digitCount += skipDigits()
    }
    if hasExponent, digitCount > 0, rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      if skipDigits() == 0 { return false }
    }
    return digitCount > 0 && rest.isEmpty
  }

  private static func bytes(_ hex: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hex.utf8.count / 2)
    var digits = hex.utf8.makeIterator()
    while let first = digits.next() {
      guard let high = Hex.value(first), let low = digits.next().flatMap(Hex.value) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}

extension SnowflakeTimestamp {
  /// Reads seconds with up to nine places: `-1.500000000`.
  init?(_ text: Substring) {
    let isNegative = text.first == "-"
    let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].utf8.allSatisfy(\.isDigit), let whole = Int64(parts[0])
    else {
      return nil
    }
    var nanoseconds: Int32 = 0
    if parts.count == 2 {
      let places = parts[1].utf8
      guard (1...9).contains(places.count), places.allSatisfy(\.isDigit) else { return nil }
      for place in places { nanoseconds = nanoseconds * 10 + Int32(place - UInt8(ascii: "0")) }
      for _ in places.count..<9 { nanoseconds *= 10 }
    }
    guard isNegative else {
      self.init(seconds: whole, nanoseconds: nanoseconds)
      return
    }
    // Rounded down: -1.5 is half a second behind -2.
    self.init(
      seconds: nanoseconds == 0 ? -whole : -whole - 1,
      nanoseconds: nanoseconds == 0 ? 0 : 1_000_000_000 - nanoseconds)
  }
}
