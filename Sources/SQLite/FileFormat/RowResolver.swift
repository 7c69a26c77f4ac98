/// Turns values that are not stored as they come into those that SQLite would store.
struct RowResolver: ~Copyable {
  private let definition: TableDefinition
  private let cells: UnsafeMutablePointer<RecordCell>
  /// Room for the text of a number in each column.
  private let texts: UnsafeMutableRawPointer
  private var converter: AffinityConverter?

  init(_ definition: TableDefinition) {
    self.definition = definition
    cells = .allocate(capacity: definition.columns.count)
    texts = .allocate(
      byteCount: definition.columns.count * AffinityConverter.numberTextCapacity, alignment: 16)
  }

  deinit {
    cells.deallocate()
    texts.deallocate()
  }

  /// Resolves a row from the column `first` on. The result stays in place until the next call.
  ///
  /// - Parameter nextKey: the key that a NULL stands for.
  mutating func resolve(
    _ row: UnsafePointer<RecordCell>, from first: Int, nextKey: Int64
  ) throws(DatabaseFileError) -> UnsafePointer<RecordCell> {
    cells.update(from: row, count: definition.columns.count)
    for column in first..<definition.columns.count {
      do {
        cells[column] =
          column == definition.keyColumn
          ? try key(row[column], nextKey: nextKey) : try value(row[column], in: column)
      } catch let error as SQLiteError {
        throw DatabaseFileError(.sqlite(error))
      } catch let error as DatabaseFileError {
        throw error
      } catch {
        throw DatabaseFileError(.unsupported("\(error)"))
      }
    }
    return UnsafePointer(cells)
  }

  private mutating func value(_ cell: RecordCell, in column: Int) throws -> RecordCell {
    var cell = cell
    if cell.kind == .real, cell.real.isNaN { cell = .null }
    let affinity = definition.columns[column].affinity
    switch cell.kind {
    case .null where definition.columns[column].isNotNull:
      throw DatabaseFileError(.nullNotAllowed(column: definition.columns[column].name))
    case .text where affinity.isNumeric:
      return try madeConverter().number(cell.bytes) ?? cell
    case .integer where affinity == .text:
      let text = texts + column * AffinityConverter.numberTextCapacity
      return .text(text, count: AffinityConverter.write(cell.integer, to: text))
    case .real where affinity == .text:
      let text = texts + column * AffinityConverter.numberTextCapacity
      return .text(text, count: try madeConverter().write(cell.real, to: text))
    case .null, .integer, .real, .text, .blob:
      return cell
    }
  }

  private mutating func key(_ cell: RecordCell, nextKey: Int64) throws -> RecordCell {
    switch cell.kind {
    case .integer: return cell
    case .null: return .integer(nextKey)
    case .real:
      if cell.real.isNaN { return .integer(nextKey) }
      if let integer = Affinity.integer(for: cell.real) { return .integer(integer) }
    case .text:
      if let number = try madeConverter().number(cell.bytes) {
        return try key(number, nextKey: nextKey)
      }
    case .blob: break
    }
    let name = definition.keyColumn.map { definition.columns[$0].name } ?? ""
    throw DatabaseFileError(.keyNotInteger(column: name))
  }

  private mutating func madeConverter() throws -> AffinityConverter {
    if let converter { return converter }
    let made = try AffinityConverter()
    converter = made
    return made
  }
}
