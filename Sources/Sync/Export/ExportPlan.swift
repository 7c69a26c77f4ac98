import SQLite
import Storage

/// A table or view that is to be exported.
package struct ExportItem: Sendable {
  package var relation: Relation
  /// The file of its layer, where it is a table of a build, which may be read page by page.
  var scannedFile: String?
  package var columns: [MappedColumn]
  /// Known of tables only.
  package var rowCount: Int?
  var exactHash: String?
}

/// All that one export writes.
package struct ExportPlan: Sendable {
  package var build: String?
  package var items: [ExportItem]

  /// Plans the export of relations of a build or draft that is open for reading, by name; of all where no name is given.
  package init(_ reader: borrowing WarehouseReader, selection: [String]) throws {
    let catalog = try ExportCatalog(reader)
    try self.init(reader, catalog, relations: catalog.relations(named: selection))
  }

  /// Plans the export of relations of a catalog that was made of the same reader.
  package init(_ reader: borrowing WarehouseReader, _ catalog: ExportCatalog, relations: Set<Relation>) throws
  {
    let build = reader.build
    let connection = reader.connection
    self.build = build?.id
    items = try catalog.entries.filter { relations.contains($0.relation) }.map { entry in
      ExportItem(
        relation: entry.relation, scannedFile: entry.kind == .table ? build?.file(entry.relation.layer) : nil,
        columns: try Self.columns(of: entry.relation, entry.columns, connection), rowCount: entry.rowCount,
        exactHash: entry.exactHash)
    }
  }

  /// The types of a relation's columns: as declared, else as its values are.
  ///
  /// - Parameter profiles: what is known of the values, which need not be looked at then.
  static func columns(
    of relation: Relation, _ declared: [ColumnSchema], _ connection: Connection,
    profiles: [ColumnProfile] = []
  ) throws -> [MappedColumn] {
    let statement = try connection.prepare("select * from \(relation.sql)")
    var columns: [MappedColumn] = []
    for index in 0..<statement.columnCount {
      let name = statement.columnName(index)
      var type = statement.declaredType(index).flatMap { ColumnType(declared: $0) }.map { MappedType($0) }
      // A build's record has text for whatever it knows nothing of: text is believed only where it is declared.
      if let schema = declared.first(where: { $0.name == name }), type == nil, schema.type != .text {
        type = MappedType(schema.type)
      }
      if type == nil {
        let known = profiles.first { $0.name == name }.map { Set($0.counts.keys) }
        type = try observedType(of: name, in: relation, known, connection)
      }
      columns.append(MappedColumn(name: name, type: type ?? .text))
    }
    return columns
  }

  /// The type of a column that nobody declared, by the storage classes of all its values.
  private static func observedType(
    of column: String, in relation: Relation, _ known: Set<String>?, _ connection: Connection
  ) throws -> MappedType {
    let classes: Set<String>
    if let known {
      classes = known
    } else {
      let rows = try connection.rows(
        "select distinct typeof(\(SQLIdentifier(column))) from \(relation.sql)")
      classes = Set(
        rows.compactMap { row -> String? in if case .text(let name) = row[0] { name } else { nil } })
    }
    if let type = MappedType.observed(classes) { return type }
    throw SyncError(
      .exportMisfit,
      "the column '\(column)' of \(relation) has values of several kinds: \(classes.sorted().joined(separator: ", "))",
      hints: ["declare its `data_type`, and let the model cast it"])
  }
}
