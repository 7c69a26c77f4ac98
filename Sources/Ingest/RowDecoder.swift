import CSV
import Diagnostics
import SQLite
import Storage

/// Which fields are NULL.
enum NullRule: Sendable {
  /// An empty field that is not quoted; an empty one in quotes too where the column is no text.
  case unquotedEmpty
  /// An empty field, quoted or not, and the word `null` in any case: dbt's rule for seeds.
  case emptyOrNullWord
}

/// Turns the fields of rows into typed cells.
struct RowDecoder: Sendable {
  private struct Column: Sendable {
    /// -1 where the file has no such column.
    let field: Int32
    let type: ColumnType
    let isNotNull: Bool
  }

  let mapping: HeaderMapping
  private let nullRule: NullRule
  private let columns: [Column]

  init(_ mapping: HeaderMapping, nullRule: NullRule = .unquotedEmpty) {
    self.mapping = mapping
    self.nullRule = nullRule
    columns = mapping.columns.map {
      Column(field: Int32($0.field ?? -1), type: $0.schema.type, isNotNull: $0.schema.isNotNull)
    }
  }

  /// Types the rows of a batch from `firstRow` on; those that cannot be typed become rejects.
  func decode(_ batch: LoadBatch, from firstRow: Int) {
    // Texts without their doubled quotes are shorter than the field; a time is at most twice as long as written.
    batch.prepare(
      columnCount: columns.count, rowCount: batch.csv.rows.count,
      scratchByteCount: 2 * batch.csv.bytes.count + DateParsing.longestTimestamp)
    columns.withUnsafeBufferPointer { columns in decode(batch, columns, from: firstRow) }
  }

  private func decode(_ batch: LoadBatch, _ columns: UnsafeBufferPointer<Column>, from firstRow: Int) {
    let csv = batch.csv
    let fields = csv.fields
    let rows = csv.rows
    guard let bytes = csv.bytes.baseAddress else { return }
    let faults = csv.faults
    var nextFault = faults.firstIndex { $0.row >= firstRow } ?? faults.count
    var faultRow = nextFault < faults.count ? faults[nextFault].row : Int.max
    var scratch = batch.scratch.baseAddress.unsafelyUnwrapped
    let fieldCount = mapping.fieldCount
    var blankCount = 0
    // A local copy of the cells' owner, so that the loop writes without looking at the batch.
    var cells = CellBuffer()
    swap(&cells, &batch.cells)
    for index in firstRow..<max(firstRow, rows.count) {
      let row = rows[index]
      if index == faultRow {
        batch.rejects.append(reject(faults[nextFault], row, csv))
        nextFault += 1
        faultRow = nextFault < faults.count ? faults[nextFault].row : Int.max
        continue
      }
      if row.fieldCount != fieldCount {
        // An empty line is a row only where it can be one: in a file of a single column.
        if row.isBlank { blankCount += 1 } else { batch.rejects.append(rejectFieldCount(row, csv)) }
        continue
      }
      let start = cells.count
      for position in 0..<columns.count {
        let column = columns[position]
        if column.field < 0 {
          cells.append(.null)
          continue
        }
        let field = fields[row.firstField &+ Int(column.field)]
        // SAFETY: the splitter's fields lie within the batch's bytes.
        let content = UnsafeRawBufferPointer(start: bytes + field.offset, count: field.byteCount)
        if isNull(field, content, column.type) {
          if column.isNotNull {
            cells.truncate(to: start)
            batch.rejects.append(rejectNull(position, field, row, csv))
            break
          }
          cells.append(.null)
        } else if let cell = cell(content, field, column.type, &scratch) {
          cells.append(cell)
        } else {
          cells.truncate(to: start)
          batch.rejects.append(rejectValue(position, field, row, csv))
          break
        }
      }
    }
    swap(&cells, &batch.cells)
    batch.rowsRead = max(0, rows.count - firstRow) - blankCount
  }

  @inline(__always)
  private func isNull(_ field: CSVField, _ content: UnsafeRawBufferPointer, _ type: ColumnType) -> Bool {
    switch nullRule {
    case .unquotedEmpty:
      return content.isEmpty && (!field.isQuoted || type != .text)
    case .emptyOrNullWord:
      return Self.isNullWord(content)
    }
  }

  static func isNullWord(_ content: UnsafeRawBufferPointer) -> Bool {
    let word = FieldParsing.trimmed(content)
    return word.isEmpty || FieldParsing.equals(word, "null")
  }

  /// The value of a field that is not NULL, or nil where it has none of the type.
  @inline(__always)
  private func cell(
    _ content: UnsafeRawBufferPointer, _ field: CSVField, _ type: ColumnType,
    _ scratch: inout UnsafeMutableRawPointer
  ) -> RecordCell? {
    guard type == .text else { return FieldParsing.cell(content, type, &scratch) }
    guard field.hasDoubledQuotes else {
      return .text(content.baseAddress.unsafelyUnwrapped, count: content.count)
    }
    let text = scratch
    let count = CSVQuoting.unescape(content, into: text)
    scratch += count
    return .text(text, count: count)
  }
}
