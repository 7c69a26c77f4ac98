import CSV
import Diagnostics
import Storage

extension RowDecoder {
  /// A reject for a fault that the splitter found.
  func reject(_ fault: CSVFault, _ row: CSVRow, _ csv: CSVBatch) -> Reject {
    var reject = makeReject(
      fault.kind.code, fault.kind.reason, at: fault.byteOffset - csv.byteOffset, row, csv)
    reject.hint = fault.kind.hint
    return reject
  }

  func rejectFieldCount(_ row: CSVRow, _ csv: CSVBatch) -> Reject {
    let expected = mapping.fieldCount
    let reason =
      "the row has \(row.fieldCount) field\(row.fieldCount == 1 ? "" : "s"), the header has \(expected)"
    var reject = makeReject(.rowFieldCount, reason, at: row.byteRange.lowerBound, row, csv)
    if row.fieldCount > expected { reject.hint = "put a field that holds the delimiter in quotes" }
    return reject
  }

  func rejectNull(_ column: Int, _ field: CSVField, _ row: CSVRow, _ csv: CSVBatch) -> Reject {
    let name = mapping.columns[column].schema.name
    let reason = "the column '\(name)' is empty, and it is declared as not null"
    return makeReject(.valueNull, reason, at: field.offset, row, csv, columnName: name)
  }

  func rejectValue(_ column: Int, _ field: CSVField, _ row: CSVRow, _ csv: CSVBatch) -> Reject {
    let schema = mapping.columns[column].schema
    let value = TextForPeople.escaped(csv.text(of: field))
    let reason = "'\(value)' in the column '\(schema.name)' is no \(schema.type.expectation)"
    return makeReject(.valueInvalid, reason, at: field.offset, row, csv, columnName: schema.name)
  }

  /// - Parameter offset: the place in the batch.
  private func makeReject(
    _ code: DiagnosticCode, _ reason: String, at offset: Int, _ row: CSVRow, _ csv: CSVBatch,
    columnName: String? = nil
  ) -> Reject {
    let before = csv.bytes[row.byteRange.lowerBound..<max(offset, row.byteRange.lowerBound)]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
    return Reject(
      code: code, line: csv.line(of: row) + before.count { $0 == UInt8(ascii: "\n") },
      column: String(decoding: before[lineStart...], as: UTF8.self).count + 1,
      byteOffset: csv.byteOffset + offset,
      columnName: columnName, reason: reason, hint: nil,
      rawText: String(decoding: csv.bytes[row.byteRange], as: UTF8.self))
  }
}

extension ColumnType {
  /// What a value of the type looks like, for messages.
  fileprivate var expectation: String {
    switch self {
    case .integer: "integer of 64 bits"
    case .real: "finite number"
    case .text: "text"
    case .date: "date (YYYY-MM-DD)"
    case .boolean: "boolean (true, false, t, f, 1 or 0)"
    case .timestamp: "point in time (YYYY-MM-DD HH:MM:SS)"
    }
  }
}
