import Diagnostics
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

  /// Plans the export of a build or draft that is open for reading.
  package init(_ reader: borrowing WarehouseReader, selection: [String]) throws {
    let build = reader.build
    let connection = reader.connection
    var items: [ExportItem] = []
    let record = try build?.record()
    let entries: [(Relation, RelationRecord.Kind, Int?, String?)]
    if let record {
      entries = record.relations.map { ($0.relation, $0.kind, $0.rowCount, $0.exactHash) }
    } else {
      entries = try RelationCatalog(connection).records().map {
        ($0.relation, $0.kind, $0.rowCount, $0.exactHash)
      }
    }
    let chosen = try Self.select(entries.map(\.0), selection)
    for (relation, kind, rowCount, exactHash) in entries.sorted(by: { $0.0 < $1.0 })
    where chosen.contains(relation) {
      let declared = record?.relations.first { $0.relation == relation }?.columns ?? []
      items.append(
        ExportItem(
          relation: relation,
          scannedFile: kind == .table ? build?.file(relation.layer) : nil,
          columns: try Self.columns(of: relation, declared, connection), rowCount: rowCount,
          exactHash: exactHash))
    }
    self.items = items
    self.build = build?.id
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

  // Selection

  private static func select(_ relations: [Relation], _ selection: [String]) throws -> Set<Relation> {
    if selection.isEmpty { return Set(relations) }
    var chosen: Set<Relation> = []
    for pattern in selection {
      let found = relations.filter { matches($0, pattern) }
      guard !found.isEmpty else {
        let names = relations.map(\.description)
        throw SyncError(
          .invalidArgument, "nothing is named '\(pattern)' here",
          hints: Suggestion.hint(for: pattern, in: names + relations.map(\.name)).map { [$0] } ?? [
            "`reelhouse ls` lists what the project has"
          ])
      }
      chosen.formUnion(found)
    }
    return chosen
  }

  private static func matches(_ relation: Relation, _ pattern: String) -> Bool {
    let pattern = Array(pattern.lowercased().utf8)
    return [relation.layer.schemaName, relation.name, relation.description].contains {
      matches(Array($0.lowercased().utf8)[...], pattern[...])
    }
  }

  /// Whether a name is that of a pattern in which `*` stands for any letters.
  private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == UInt8(ascii: "*") {
      return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
    }
    return name.first == first && matches(name.dropFirst(), pattern.dropFirst())
  }
}
