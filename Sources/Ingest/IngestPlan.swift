import Diagnostics
import Storage

/// What an ingest will do, before it does anything.
package struct IngestPlan: Sendable {
  /// One table and the file that it is or would be loaded from.
  package struct Item: Sendable {
    package enum Action: Sendable, Equatable {
      case load(why: String)
      case keep(RelationRecord)
    }

    package let table: SourceTable
    package let member: ArchiveMember
    package let action: Action
    /// How the file's columns go to the table's; nil where the file is not read.
    package let mapping: HeaderMapping?
    /// The open file, where it is a Parquet file that is read.
    let parquet: ParquetMember?

    package var isLoaded: Bool { if case .load = action { true } else { false } }
  }

  package let options: IngestOptions
  package let items: [Item]
  /// Tables of the raw layer that have no part in this ingest and stay as they are.
  package let untouched: [RelationRecord]

  package var loads: [Item] { items.filter(\.isLoaded) }
  package var byteCount: Int { loads.reduce(0) { $0 + $1.member.byteCount } }

  /// How much of the layer's bytes the tables are that are loaded, about, 0...1.
  var share: Double {
    let kept = items.reduce(0) { sum, item in
      if case .keep(let record) = item.action { sum + (record.load?.byteCount ?? 0) } else { sum }
    }
    let untouched = untouched.reduce(0) { $0 + ($1.load?.byteCount ?? 0) }
    return Double(byteCount) / Double(max(1, byteCount + kept + untouched))
  }

  /// The plan in words, a line each table and below it what is out of the ordinary.
  package var explanation: String {
    var lines: [String] = []
    for item in items {
      switch item.action {
      case .load(let why):
        lines.append(
          "load \(item.table.relation) from \(item.member.displayPath): \(item.member.byteCount) bytes, \(why)"
        )
      case .keep(let record):
        lines.append("keep \(item.table.relation): unchanged, \(record.rowCount ?? 0) rows")
      }
      guard let mapping = item.mapping else { continue }
      if !mapping.missing.isEmpty {
        lines.append("  columns that the file has not, NULL: \(mapping.missing.joined(separator: ", "))")
      }
      if !mapping.ignored.isEmpty {
        lines.append("  undeclared columns, left out: \(mapping.ignored.joined(separator: ", "))")
      }
      if !mapping.appended.isEmpty {
        lines.append("  undeclared columns, added: \(mapping.appended.joined(separator: ", "))")
      }
    }
    if !untouched.isEmpty {
      lines.append("keep \(untouched.map(\.relation.description).joined(separator: ", "))")
    }
    return lines.joined(separator: "\n")
  }
}
