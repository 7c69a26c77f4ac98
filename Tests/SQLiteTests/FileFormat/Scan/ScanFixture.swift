import SQLite

/// A value to the bit: texts by their bytes, reals by theirs.
struct StoredValue: Equatable, CustomStringConvertible {
  var kind: RecordCell.Kind
  var word: UInt64 = 0
  var bytes: [UInt8] = []

  init(_ vector: ScanVector, _ row: Int) {
    kind = vector.kind(row)
    switch kind {
    case .null: break
    case .integer, .real: word = vector.words[row]
    case .text, .blob: bytes = Array(vector.bytes(row))
    }
  }

  init(_ statement: borrowing Statement, _ column: Int) {
    switch statement.storageClass(column) {
    case .null: kind = .null
    case .integer: (kind, word) = (.integer, UInt64(bitPattern: statement.integer(column)))
    case .real: (kind, word) = (.real, statement.real(column).bitPattern)
    case .text: (kind, bytes) = (.text, statement.withBytes(column) { Array($0) })
    case .blob: (kind, bytes) = (.blob, statement.withBytes(column) { Array($0) })
    }
  }

  var description: String {
    switch kind {
    case .null: "NULL"
    case .integer: "\(Int64(bitPattern: word))"
    case .real: "\(Double(bitPattern: word))"
    case .text: "text \(String(decoding: bytes.prefix(40), as: UTF8.self).debugDescription) of \(bytes.count)"
    case .blob: "blob \(bytes.prefix(20)) of \(bytes.count)"
    }
  }
}

/// All rows of a statement.
func storedRows(_ connection: Connection, _ sql: String) throws -> [[StoredValue]] {
  let statement = try connection.prepare(sql)
  var rows: [[StoredValue]] = []
  while try statement.step() {
    rows.append((0..<statement.columnCount).map { StoredValue(statement, $0) })
  }
  return rows
}

/// All rows of some parts of a table, as the scanner has them.
func scannedRows(
  _ scan: TableScan, columns: [Int]? = nil, parts: [TableScan.Part]? = nil, rowCapacity: Int = 8192,
  byteLimit: Int = 1 << 20
) throws -> [[StoredValue]] {
  let columns = columns ?? Array(scan.columns.indices)
  let batch = ScanBatch(columnCount: columns.count, rowCapacity: rowCapacity, byteLimit: byteLimit)
  var rows: [[StoredValue]] = []
  for part in parts ?? [scan.whole] {
    var scanner = scan.scanner(of: part, columns: columns)
    while try scanner.next(into: batch) {
      for row in 0..<batch.rowCount {
        rows.append(columns.indices.map { StoredValue(batch[$0], row) })
      }
    }
  }
  return rows
}

/// The first difference of two lists of rows, or nil.
func firstDifference(_ left: [[StoredValue]], _ right: [[StoredValue]]) -> String? {
  if left == right { return nil }
  for (index, pair) in zip(left, right).enumerated() where pair.0 != pair.1 {
    return "row \(index): \(pair.0) and \(pair.1)"
  }
  return "\(left.count) and \(right.count) rows"
}

/// Inserts the rows of a table into a table of the same name and columns, in another order, values to the bit.
func copyRows(
  of table: String, from source: Connection, to target: Connection, order: String
) throws {
  let statement = try source.prepare("select * from \(table) order by \(order)")
  let parameters = Array(repeating: "?", count: statement.columnCount).joined(separator: ", ")
  let insert = try target.prepare("insert into \(table) values (\(parameters))")
  try target.execute("begin")
  while try statement.step() {
    for column in 0..<statement.columnCount {
      if statement.storageClass(column) == .text {
        _ = statement.withBytes(column) { insert.bind(unownedText: $0, at: Int32(column + 1)) }
      } else {
        try insert.bind(statement.value(column), at: column + 1)
      }
    }
    _ = try insert.step()
    insert.reset()
  }
  try target.execute("commit")
}
