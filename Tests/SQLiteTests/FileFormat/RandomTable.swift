import SQLite

/// A table with rows, as a seed makes it. Texts and blobs lie in one buffer that lives as long as the table.
final class RandomTable {
  let name: String
  let columns: [ColumnDefinition]
  let indexes: [IndexDefinition]
  private(set) var cells: [RecordCell] = []
  private var pieces: [UnsafeMutableRawBufferPointer] = []

  private static let types = [
    "", "text", "integer", "real", "numeric", "boolean", "date", "varchar(10)", "blob", "double precision",
    "clob", "bigint", "floating point", "decimal(10,5)",
  ]
  private static let numberTexts = [
    "007", "1e3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", " 12 ", "0x10", "1.5",
    ".5", "5.", "+7", "-0", "-0.0", "1e400", "-1e-400", "1_000", "12abc", "", " ", "\t3\n", "nan", "inf",
    "1e",
    "1e+", "--1", "0.1e1", "1234567890123456789", "12345678901234567890", "00000000000000000000000000001",
    "1.7976931348623157e308", "4.0", "9007199254740993", "9007199254740993.0", "2023-01-05", "1\u{0}2", "é",
    "-", "+", ".", "3.\u{0}", "99999999999999999999e-1",
  ]
  private static let reals: [Double] = [
    0, -0.0, 1, -1, 0.1, 1.5, 1e15, 1e16, -1e16, 123456789.125, 1e300, 5e-324, .greatestFiniteMagnitude,
    .infinity, -.infinity, .nan, 0x1p63, -0x1p63, 0x1p62, 0x1p53, 0x1p47, 140_737_488_355_327,
    140_737_488_355_328, 1.0 / 3, 100, 255, 32768, 9.5e17, 1e-7, 123456.7890123,
  ]
  private static let integers: [Int64] = [
    0, 1, -1, 2, 127, 128, -128, -129, 32767, 32768, -32768, -32769, 8_388_607, 8_388_608, -8_388_609,
    2_147_483_647, 2_147_483_648, -2_147_483_649, 140_737_488_355_327, 140_737_488_355_328,
    -140_737_488_355_329, .max, .min, 1 << 53, 1 << 53 + 1,
  ]

  var rowCount: Int { cells.count / columns.count }

  init(_ name: String, pageSize: Int, _ random: inout CaseRandom) {
    self.name = name
    let count = random.once(in: 40) ? 150 : 1 + random.below(6)
    let key = random.once(in: 2) ? random.below(count) : -1
    columns = (0..<count).map { index in
      if index == key { return ColumnDefinition("c\(index)", "integer", isPrimaryKey: true) }
      return ColumnDefinition(
        "c\(index)", Self.types[random.below(Self.types.count)], isNotNull: random.once(in: 30))
    }
    let columnNames = columns.map(\.name)
    indexes = (0..<random.below(3)).map { number in
      let names = columnNames.shuffled(using: &random).prefix(1 + random.below(3))
      return IndexDefinition("\(name)_\(number)", on: Array(names), isUnique: random.once(in: 8))
    }
    let rowCounts = [0, 1, 2, 5, 20, 60, 200, 700]
    fill(rowCounts[random.below(rowCounts.count)], key: key, pageSize: pageSize, &random)
  }

  deinit {
    for piece in pieces { piece.deallocate() }
  }

  private func fill(_ rowCount: Int, key: Int, pageSize: Int, _ random: inout CaseRandom) {
    var lastKey = Int64(random.below(2000)) - 1000
    // What the rows of one table hold is much alike, or all sorts.
    let largest = random.once(in: 30) ? 200_000 : random.once(in: 3) ? pageSize * 3 : 60
    let isMixed = random.once(in: 2)
    for _ in 0..<rowCount {
      lastKey += 1 + (random.once(in: 3) ? Int64(random.below(100_000)) : 0)
      for column in columns.indices {
        if column == key {
          let isNull = random.once(in: 20)
          cells.append(isNull ? .null : .integer(lastKey))
          // A NULL takes the key that follows the greatest, which later keys must not meet.
          if isNull && cells.count <= columns.count { lastKey = 1 }
        } else {
          cells.append(cell(for: columns[column], largest: largest, isMixed: isMixed, pageSize, &random))
        }
      }
    }
  }

  private func cell(
    for column: ColumnDefinition, largest: Int, isMixed: Bool, _ pageSize: Int, _ random: inout CaseRandom
  ) -> RecordCell {
    if random.once(in: column.isNotNull ? 2000 : 12) { return .null }
    switch isMixed ? random.below(6) : column.declaredType.utf8.count % 4 {
    case 0: return .integer(Self.integers[random.below(Self.integers.count)])
    case 1: return .integer(Int64(random.below(50)))
    case 2: return real(&random)
    case 3: return text(&random)
    case 4: return bytes(count: size(largest, pageSize, &random), isText: true, &random)
    default: return bytes(count: size(largest, pageSize, &random), isText: false, &random)
    }
  }

  private func real(_ random: inout CaseRandom) -> RecordCell {
    let real = Self.reals[random.below(Self.reals.count)]
    // A NaN is a NULL, which is another test's matter where NULL is not allowed.
    return .real(random.once(in: 3) ? Double(bitPattern: random.next()) : real)
  }

  private func text(_ random: inout CaseRandom) -> RecordCell {
    if random.once(in: 3) {
      return keep(Array("\(random.next() >> UInt64(random.below(64)))".utf8), isText: true)
    }
    return keep(Array(Self.numberTexts[random.below(Self.numberTexts.count)].utf8), isText: true)
  }

  private func size(_ largest: Int, _ pageSize: Int, _ random: inout CaseRandom) -> Int {
    if random.once(in: 20_000) { return 2_000_000 + random.below(3_000_001) }
    switch random.below(8) {
    case 0: return 0
    // Where headers and pages end.
    case 1: return 54 + random.below(8)
    case 2 where largest > 60: return max(0, pageSize - 60 + random.below(60))
    case 3 where largest > 60: return max(0, (pageSize - 12) * 64 / 255 - 40 + random.below(30))
    case 4 where largest > 60: return random.below(largest)
    default: return random.below(40)
    }
  }

  private func bytes(count: Int, isText: Bool, _ random: inout CaseRandom) -> RecordCell {
    let few = random.once(in: 2)
    return keep(
      (0..<count).map { _ in few ? 97 + UInt8(random.below(2)) : UInt8(truncatingIfNeeded: random.next()) },
      isText: isText)
  }

  private func keep(_ bytes: [UInt8], isText: Bool) -> RecordCell {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    piece.copyBytes(from: bytes)
    pieces.append(piece)
    return isText
      ? .text(piece.baseAddress, count: bytes.count) : .blob(piece.baseAddress, count: bytes.count)
  }

  // MARK: The same by statements

  /// Inserts all rows; returns the first row, from 1, that SQLite refused.
  func insert(into connection: Connection) throws -> Int? {
    try connection.execute(try definition.sql)
    let parameters = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    let statement = try connection.prepare("insert into \(name) values (\(parameters))")
    for row in 0..<rowCount {
      for column in columns.indices {
        let parameter = Int32(column + 1)
        let cell = cells[row * columns.count + column]
        let isBound =
          switch cell.kind {
          case .null: statement.bindNull(at: parameter)
          case .integer: statement.bind(integer: cell.integer, at: parameter)
          case .real: statement.bind(real: cell.real, at: parameter)
          case .text: statement.bind(unownedText: cell.bytes, at: parameter)
          case .blob:
            try {
              try statement.bind(.blob(Array(cell.bytes)), at: column + 1); return true
            }()
          }
        precondition(isBound)
      }
      do {
        _ = try statement.step()
        statement.reset()
      } catch {
        return row + 1
      }
    }
    return nil
  }

  var definition: TableDefinition {
    get throws { try TableDefinition(name, columns, indexes: indexes) }
  }

  var indexSQL: [String] {
    indexes.map {
      "create \($0.isUnique ? "unique" : "") index \($0.name) on \(name)(\($0.columns.joined(separator: ", ")))"
    }
  }
}
