import CSV
import Diagnostics
import Parquet
import SQLite
import Storage

/// Turns columns of a Parquet file into rows of typed cells. Where a column is stored as it is declared, its values are
/// taken as they are; elsewhere they are read as the texts that a CSV file would have for them.
struct ParquetDecoder: Sendable {
  private struct Column: Sendable {
    /// Among the columns that are read; nil where the file has no such column.
    let place: Int?
    let form: ParquetForm
    let schema: ColumnSchema
  }

  /// Where the rows of a batch stand in the file.
  struct Origin {
    /// The rows of the file before them.
    let rowsBefore: Int
    let rowGroup: Int
    let reader: Parquet.FileReader
  }

  /// Why a row cannot be loaded: the first of its columns that has no value.
  private struct Fault {
    let column: Int
    let code: DiagnosticCode
  }

  /// The columns of the file that are read.
  let fields: [Int]
  private let columns: [Column]
  private let scratchByteCountOfRow: Int

  init(_ mapping: HeaderMapping, _ schema: Schema) {
    let fields = mapping.columns.compactMap(\.field)
    self.fields = fields
    columns = mapping.columns.map { column in
      guard let field = column.field else { return Column(place: nil, form: .text, schema: column.schema) }
      guard let form = ParquetForm(schema.columns[field]) else {
        preconditionFailure("a mapping has no columns that cannot be read")
      }
      return Column(place: fields.firstIndex(of: field), form: form, schema: column.schema)
    }
    scratchByteCountOfRow = columns.reduce(0) { sum, column in
      sum + column.form.textByteCount + (column.schema.type == .timestamp ? DateParsing.longestTimestamp : 0)
    }
  }

  /// Types the rows of a batch's columns; those that cannot be typed become rejects.
  func decode(_ batch: LoadBatch, _ origin: Origin) throws {
    let rows = batch.columns[0].rowCount
    batch.prepare(
      columnCount: columns.count, rowCount: rows, scratchByteCount: rows * scratchByteCountOfRow)
    batch.rowsRead = rows
    var faults: [Int: Fault] = [:]
    var scratch = batch.scratch.baseAddress.unsafelyUnwrapped
    batch.cells.append(count: rows * columns.count) { cells in
      for index in columns.indices {
        fill(cells + index, rows, index, batch, &scratch, &faults)
      }
      return faults.isEmpty ? rows * columns.count : compact(cells, rows, faults)
    }
    if !faults.isEmpty { batch.rejects += try rejects(faults, batch, origin) }
  }

  /// Moves the rows without a fault together and returns how many cells they are.
  private func compact(_ cells: UnsafeMutablePointer<RecordCell>, _ rows: Int, _ faults: [Int: Fault]) -> Int
  {
    let width = columns.count
    var kept = 0
    for row in 0..<rows where faults[row] == nil {
      for index in 0..<width { cells[kept &+ index] = cells[row &* width &+ index] }
      kept &+= width
    }
    return kept
  }

  // MARK: Columns

  /// Writes the cells of one column, each a row's width behind the one before.
  private func fill(
    _ cells: UnsafeMutablePointer<RecordCell>, _ rows: Int, _ index: Int, _ batch: LoadBatch,
    _ scratch: inout UnsafeMutableRawPointer, _ faults: inout [Int: Fault]
  ) {
    let column = columns[index]
    guard let place = column.place else {
      for row in 0..<rows { cells[row &* columns.count] = .null }
      return
    }
    let values = batch.columns[place]
    let cursor = CellCursor(cells, stride: columns.count, isNotNull: column.schema.isNotNull, column: index)
    switch (column.form, column.schema.type) {
    case (.integer64, .integer):
      let source = values.values(as: Int64.self)
      cursor.fill(values, &faults) { .integer(source[$0]) }
    case (.integer32, .integer):
      let source = values.values(as: Int32.self)
      cursor.fill(values, &faults) { .integer(Int64(source[$0])) }
    case (.real64, .real):
      let source = values.values(as: Double.self)
      cursor.fill(values, &faults) { source[$0].isFinite ? .real(source[$0]) : nil }
    case (.real32, .real):
      let source = values.values(as: Float.self)
      cursor.fill(values, &faults) { source[$0].isFinite ? .real(Double(source[$0])) : nil }
    case (.boolean, .boolean):
      let source = values.values(as: UInt8.self)
      cursor.fill(values, &faults) { .integer(source[$0] == 0 ? 0 : 1) }
    case (.text, .text):
      cursor.fill(values, &faults, .invalidUTF8) { value in
        let bytes = values.bytes(at: value)
        guard UTF8Validator.firstInvalidOffset(in: bytes) == nil else { return nil }
        return .text(bytes.baseAddress, count: bytes.count)
      }
    case (let form, let type):
      // SAFETY: `scratch` has room for the text and, behind it, for the time of each value.
      let textByteCount = form.textByteCount
      cursor.fill(values, &faults) { value in
        let room = scratch
        scratch += textByteCount
        guard let text = form.write(values.bytes(at: value), into: room) else { return nil }
        return FieldParsing.cell(text, type, &scratch)
      }
    }
  }

  /// Where the cells of one column go.
  private struct CellCursor {
    private let cells: UnsafeMutablePointer<RecordCell>
    private let stride: Int
    private let isNotNull: Bool
    private let column: Int

    init(_ cells: UnsafeMutablePointer<RecordCell>, stride: Int, isNotNull: Bool, column: Int) {
      self.cells = cells
      self.stride = stride
      self.isNotNull = isNotNull
      self.column = column
    }

    /// Writes a cell for each row; `cell` is given the place of a value and returns nil for one that is none of the
    /// type, which is a fault of the code.
    @inline(__always)
    func fill(
      _ values: ColumnBatch, _ faults: inout [Int: Fault], _ code: DiagnosticCode = .valueInvalid,
      _ cell: (Int) -> RecordCell?
    ) {
      let validity = values.validity
      var value = 0
      for row in 0..<values.rowCount {
        var written = RecordCell.null
        if let validity, validity[row] == 0 {
          if isNotNull { note(.valueNull, row, &faults) }
        } else {
          if let cell = cell(value) { written = cell } else { note(code, row, &faults) }
          value &+= 1
        }
        cells[row &* stride] = written
      }
    }

    @inline(never)
    private func note(_ code: DiagnosticCode, _ row: Int, _ faults: inout [Int: Fault]) {
      if faults[row] == nil { faults[row] = Fault(column: column, code: code) }
    }
  }

  // MARK: Rejects

  private func rejects(_ faults: [Int: Fault], _ batch: LoadBatch, _ origin: Origin) throws -> [Reject] {
    var rejects: [Reject] = []
    // Where the next value of each column that was read stands.
    var next = [Int](repeating: 0, count: batch.columns.count)
    for row in 0..<batch.rowsRead {
      let values = batch.columns.indices.map { place -> Int? in
        if let validity = batch.columns[place].validity, validity[row] == 0 { return nil }
        defer { next[place] += 1 }
        return next[place]
      }
      if let fault = faults[row] { rejects.append(try reject(fault, row, values, batch, origin)) }
    }
    return rejects
  }

  /// - Parameter values: where the row's values stand in the batch's columns.
  private func reject(
    _ fault: Fault, _ row: Int, _ values: [Int?], _ batch: LoadBatch, _ origin: Origin
  ) throws -> Reject {
    let column = columns[fault.column]
    guard let place = column.place else { preconditionFailure("a column that is not read has no faults") }
    func text(_ place: Int, _ form: ParquetForm) -> String? {
      values[place].map { Self.text(batch.columns[place].bytes(at: $0), form) }
    }
    let reason =
      switch fault.code {
      case .valueNull: Reject.reasonOfNull(in: column.schema.name)
      case .invalidUTF8: "the text in the column '\(column.schema.name)' is not UTF-8"
      default: Reject.reason(of: text(place, column.form) ?? "", in: column.schema)
      }
    let members = columns.compactMap { column in
      column.place.map { (column.schema.name, text($0, column.form), column.form.columnType) }
    }
    return Reject(
      code: fault.code,
      place: .row(
        origin.rowsBefore + row + 1, rowGroup: origin.rowGroup,
        byteOffset: origin.reader.chunk(column: fields[place], rowGroup: origin.rowGroup).startOffset),
      columnName: column.schema.name, reason: reason, hint: nil, rawText: try Self.json(members))
  }

  /// A value as a CSV file would have it; what is not UTF-8 is replaced.
  private static func text(_ value: UnsafeRawBufferPointer, _ form: ParquetForm) -> String {
    withUnsafeTemporaryAllocation(byteCount: max(1, form.textByteCount), alignment: 1) { room in
      let text = room.baseAddress.flatMap { form.write(value, into: $0) }
      return text.map { String(decoding: $0, as: UTF8.self) } ?? value.map { String($0, radix: 16) }.joined()
    }
  }

  /// A row as an object whose members stand in the order of the columns.
  private static func json(_ row: [(name: String, text: String?, type: ColumnType)]) throws -> String {
    let members = try row.map { name, text, type in
      let isBare =
        type == .integer || type == .boolean || type == .real && text.flatMap(Double.init)?.isFinite == true
      let value = try text.map { isBare ? $0 : try JSON.text($0) } ?? "null"
      return "\(try JSON.text(name)):\(value)"
    }
    return "{\(members.joined(separator: ","))}"
  }
}
