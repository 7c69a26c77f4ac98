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
    return makeReject(.valueNull, Reject.reasonOfNull(in: name), at: field.offset, row, csv, columnName: name)
  }

  func rejectValue(_ column: Int, _ field: CSVField, _ row: CSVRow, _ csv: CSVBatch) -> Reject {
    let schema = mapping.columns[column].schema
    let reason = Reject.reason(of: csv.text(of: field), in: schema)
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
      code: code,
      place: .line(
        csv.line(of: row) + before.count { $0 == UInt8(ascii: "\n") },
        column: String(decoding: before[lineStart...], as: UTF8.self).count + 1,
        byteOffset: csv.byteOffset + offset),
      columnName: columnName, reason: reason, hint: nil,
      rawText: String(decoding: csv.bytes[row.byteRange], as: UTF8.self))
  }
}
