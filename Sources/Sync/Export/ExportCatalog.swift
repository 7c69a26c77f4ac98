import Diagnostics
import SQLite
import Storage

/// What there is to export: the tables and views of a build or of the draft.
package struct ExportCatalog: Sendable {
  package struct Entry: Sendable {
    package let relation: Relation
    /// dbt's name of the node that made it.
    package let uniqueID: String
    let kind: RelationRecord.Kind
    let rowCount: Int?
    let exactHash: String?
    /// As a build's record has them.
    let columns: [ColumnSchema]
  }

  /// By layer and name.
  package let entries: [Entry]

  package init(_ reader: borrowing WarehouseReader) throws {
    let found: [Entry]
    if let record = try reader.build?.record() {
      found = record.relations.map {
        Entry(
          relation: $0.relation, uniqueID: $0.uniqueID, kind: $0.kind, rowCount: $0.rowCount,
          exactHash: $0.exactHash, columns: $0.columns)
      }
    } else {
      found = try RelationCatalog(reader.connection).records().map {
        Entry(
          relation: $0.relation, uniqueID: $0.uniqueID, kind: $0.kind, rowCount: $0.rowCount,
          exactHash: $0.exactHash, columns: [])
      }
    }
    entries = found.sorted { $0.relation < $1.relation }
  }

  package var relations: Set<Relation> { Set(entries.map(\.relation)) }

  /// The relations that a pattern means: a layer, `layer.name` or a name, with `*` for any letters.
  package func relations(matching pattern: String) -> Set<Relation> {
    let pattern = Array(pattern.lowercased().utf8)
    let found = entries.map(\.relation).filter { relation in
      [relation.layer.schemaName, relation.name, relation.description].contains {
        Self.matches(Array($0.lowercased().utf8)[...], pattern[...])
      }
    }
    return Set(found)
  }

  /// The relations that patterns mean, or all where there is none; a pattern that means nothing is an error.
  package func relations(named patterns: [String]) throws(SyncError) -> Set<Relation> {
    if patterns.isEmpty { return relations }
    var chosen: Set<Relation> = []
    for pattern in patterns {
      let found = relations(matching: pattern)
      if found.isEmpty { throw unknown(pattern) }
      chosen.formUnion(found)
    }
    return chosen
  }

  /// That a word means nothing here.
  ///
  /// - Parameter others: what else it could have meant.
  package func unknown(_ word: String, among others: [String] = []) -> SyncError {
    let names = entries.flatMap { [$0.relation.description, $0.relation.name] } + others
    return SyncError(
      .invalidArgument, "nothing is named '\(word)' here",
      hints: Suggestion.hint(for: word, in: names).map { [$0] } ?? [
        "`reelhouse ls` lists what the project has"
      ])
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
