import SQLite
import Storage

/// Shows that the query of a test returns no row, without running it: from what was seen of the rows when they were
/// written, or by reading the table's pages, which takes a fraction of the time that sorting them takes.
///
/// It proves nothing or that; never that a test fails. Where it proves nothing, the query runs.
struct EmptinessProof: Sendable {
  private enum Step: Sendable {
    case known
    case repetitions(TableScan, columns: [Int], skipsNulls: Bool)
    case outside(TableScan, column: Int, texts: [String])
    case orphans(TableScan, column: Int, parent: ParentColumn)
  }

  private let step: Step

  /// What tables hold and where they are.
  struct Context {
    let connection: Connection
    let draft: Draft
    let records: [Relation: RelationRecord]
    let parents: ParentColumns
    /// Tables with fewer rows are read by the tests' queries.
    let leastRowCount: Int
  }

  /// Looks for a way to prove it; nil where there is none.
  ///
  /// What it opens must be opened, and be gone, while no connection of this process has a transaction: the caller sees
  /// to that.
  init?(_ compiled: CompiledNode, _ context: Context) {
    guard let rows = FailingRows(compiled.sql), let step = try? Self.step(for: rows, context) else {
      return nil
    }
    self.step = step
  }

  /// - Throws: where the file cannot be read in this way.
  private static func step(for rows: FailingRows, _ context: Context) throws -> Step? {
    switch rows {
    case .nulls(let column):
      let profile = context.records[column.relation]?.columns?.first {
        $0.name.lowercased() == column.name.lowercased()
      }
      return profile?.hasNulls == false ? .known : nil
    case .repetitions(let relation, let names, let skipsNulls):
      guard let scan = try scan(relation, context) else { return nil }
      let columns = names.compactMap { place($0, scan) }
      guard columns.count == names.count, Set(columns).count == names.count else { return nil }
      return .repetitions(scan, columns: columns, skipsNulls: skipsNulls)
    case .outside(let column, let texts):
      guard let scan = try scan(column.relation, context), let place = place(column.name, scan) else {
        return nil
      }
      return .outside(scan, column: place, texts: texts)
    case .orphans(let column, let parent):
      guard let scan = try scan(column.relation, context), let place = place(column.name, scan),
        let set = try context.parents.column(parent, context)
      else { return nil }
      return .orphans(scan, column: place, parent: set)
    }
  }

  /// A table that can be read page by page and whose columns compare byte for byte.
  static func scan(_ relation: Relation, _ context: Context, isLarge: Bool = true) throws -> TableScan? {
    guard let record = context.records[relation], record.kind == .table,
      !isLarge || (record.rowCount ?? 0) >= context.leastRowCount
    else { return nil }
    let schema = SQLIdentifier(relation.layer.schemaName)
    let sql = try context.connection.scalar(
      "select sql from \(schema).sqlite_schema where type = 'table' and name = ? collate nocase",
      [.text(relation.name)])
    guard case .text(let text)? = sql, !SQLNormalizer.mentions("collate", in: text) else { return nil }
    return try TableScan(path: context.draft.warehouse.draftFile(relation.layer), table: relation.name)
  }

  static func place(_ name: String, _ scan: TableScan) -> Int? {
    scan.columns.firstIndex { $0.name.lowercased() == name.lowercased() }
  }

  /// Whether nothing is left to be read.
  var isKnown: Bool { if case .known = step { true } else { false } }

  /// Whether the query is proven to return no row. May be asked on any thread.
  func holds() -> Bool {
    do {
      switch step {
      case .known: return true
      case .repetitions(let scan, let columns, let skipsNulls):
        return try !scan.mayRepeat(columns, skipsNulls: skipsNulls)
      case .outside(let scan, let column, let texts): return try scan.areAll(column, among: texts)
      case .orphans(let scan, let column, let parent):
        guard let set = try parent.integers() else { return false }
        return try scan.areAll(column, in: set)
      }
    } catch {
      // What cannot be read proves nothing; the query tells what is wrong.
      return false
    }
  }
}
