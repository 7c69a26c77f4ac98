import Ingest
import SQLite
import Storage
import Transform

/// Hands the ingest's loader to the engine, which may not know it.
struct SeedLoader: SeedLoading {
  func load(
    path: String, displayPath: String, delimiter: UInt8, columnTypes: [String: ColumnType], name: String,
    makeTable: (TableDefinition) throws -> TableWriter
  ) throws -> TableSummary {
    let seed = file(path, displayPath, delimiter)
    let columns = try seed.inferColumns(declared: columnTypes)
    let schema = TableSchema(name: name, columns: columns)
    let definition = try TableDefinition(
      sql: schema.createStatement(qualifiedName: SQLIdentifier(name).quoted))
    return try seed.load(columns, into: try makeTable(definition))
  }

  func columnNames(path: String, displayPath: String, delimiter: UInt8) throws -> [String] {
    try file(path, displayPath, delimiter).inferColumns().map(\.name)
  }

  private func file(_ path: String, _ displayPath: String, _ delimiter: UInt8) -> SeedFile {
    var seed = SeedFile(path: path, displayPath: displayPath, delimiter: delimiter)
    seed.shouldStop = { Interruption.isRequested }
    return seed
  }
}
