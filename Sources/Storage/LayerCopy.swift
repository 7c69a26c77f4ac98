import Files
import SQLite

/// What stays of a layer's old file when a new one takes its place.
struct LayerCopy {
  private let path: String
  /// The tables with pages of their own, but for the catalog and those that are replaced.
  private let tables: [CopiedTable]
  /// The statements that make views and triggers, in their order.
  private let statements: [String]
  private let records: [RelationRecord]

  /// Reads what the file of a layer holds.
  ///
  /// - Parameter names: tables of which nothing stays.
  init(_ layer: Layer, at path: String, exceptOf names: [String]) throws {
    self.path = path
    // A read-only connection could not roll back what a killed process left.
    try LayerFile.settle(path)
    let connection = try Connection(path: path, access: .readOnly)
    let replaced = Set(names.map { $0.lowercased() })
    tables = try CopiedTable.all(in: connection).filter {
      !replaced.contains($0.name.lowercased()) && $0.name != RelationCatalog.tableName
    }
    let others = try connection.prepare(
      "select sql, tbl_name from sqlite_schema where type in ('view', 'trigger') order by type desc, rowid")
    var statements: [String] = []
    while try others.step() {
      if !replaced.contains(others.text(1).lowercased()) { statements.append(others.text(0)) }
    }
    self.statements = statements
    records = try RelationCatalog(connection).records(in: layer, inSchema: "main").filter {
      !replaced.contains($0.relation.name.lowercased())
    }
  }

  /// Copies the tables' pages.
  func copyTables(to file: inout DatabaseFileExtension, shouldStop: () -> Bool) throws {
    if tables.isEmpty { return }
    let source = try BTreeCopy(path: path)
    for table in tables {
      if shouldStop() { throw CancellationError() }
      try file.copyTable(table, from: source)
    }
  }

  /// Makes the views and triggers and notes the relations, the tables being there.
  func complete(_ connection: Connection, _ schema: String) throws {
    for statement in statements { try connection.execute(statement) }
    let catalog = RelationCatalog(connection)
    for record in records { try catalog.record(record, inSchema: schema) }
  }
}
