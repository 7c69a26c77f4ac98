import CSV
import Diagnostics
import Files
import SQLite
import Storage

/// Decides what an ingest does: finds the files of the tables, sees which have changed, reads their headers.
/// Writes nothing.
package struct IngestPlanner {
  private let tables: [SourceTable]
  private let options: IngestOptions
  private let records: [RelationRecord]

  /// - Parameter records: what the raw layer of the draft holds now; see `records(in:)`.
  package init(tables: [SourceTable], options: IngestOptions, records: [RelationRecord]) {
    self.tables = tables
    self.options = options
    self.records = records
  }

  /// What the raw layer of a warehouse's draft holds; nothing where there is no draft yet.
  package static func records(in warehouse: Warehouse) throws -> [RelationRecord] {
    let path = warehouse.draftFile(.raw)
    guard FileSystem.exists(path) else { return [] }
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.attach(path, as: Layer.raw.schemaName, access: .readOnly)
    return try RelationCatalog(connection).records(in: .raw)
  }

  /// The plan, or all that stands against it: files that are missing, headers that do not fit.
  package func plan() throws -> IngestPlan {
    let archive = try SourceArchive(path: options.archivePath)
    let matches = try match(archive)
    let recorded = Dictionary(records.map { ($0.relation, $0) }, uniquingKeysWith: { first, _ in first })
    var items: [IngestPlan.Item] = []
    var faults: [Diagnostic] = []
    for (table, member) in matches {
      let action = try action(for: table, member, record: recorded[table.relation])
      var (mapping, parquet) = (HeaderMapping?.none, ParquetMember?.none)
      if case .load = action {
        do {
          if member.format == .parquet {
            parquet = try ParquetMember(member, temporaryFolder: options.temporaryFolder)
          }
          mapping = try HeaderMapping(table.stream(of: member, parquet, options).readHeader(), of: table)
        } catch {
          faults += Diagnostic.all(of: error)
          continue
        }
      }
      items.append(
        IngestPlan.Item(table: table, member: member, action: action, mapping: mapping, parquet: parquet))
    }
    if let only = faults.first, faults.count == 1 { throw IngestError(only) }
    if !faults.isEmpty { throw DiagnosticList(faults) }
    let planned = Set(items.map(\.table.relation))
    return IngestPlan(
      options: options, items: items,
      untouched: records.filter { !planned.contains($0.relation) }.sorted { $0.relation < $1.relation })
  }

  // MARK: Files

  private func match(_ archive: SourceArchive) throws -> [(SourceTable, ArchiveMember)] {
    let members = try archive.members(named: tables.flatMap(\.memberNames))
    if case .file(let path) = archive {
      let wanted = Path.name(of: path).lowercased()
      guard let member = members.first,
        let table = tables.first(where: { $0.memberNames.contains { $0.lowercased() == wanted } })
      else {
        throw IngestError(
          .sourceUndeclared, "the file '\(path)' belongs to no declared source table",
          notes: ["files that do are \(tables.map(\.memberName).sorted().quotedList)"],
          hints: [Suggestion.hint(for: Path.name(of: path), in: tables.flatMap(\.memberNames))].compactMap {
            $0
          })
      }
      return [(table, member)]
    }
    let byName = Dictionary(grouping: members) { $0.baseName.lowercased() }
    var matches: [(SourceTable, ArchiveMember)] = []
    var missing: [String] = []
    for table in tables {
      let candidates = table.memberNames.flatMap { byName[$0.lowercased()] ?? [] }
      let exact = candidates.filter { table.memberNames.contains($0.baseName) }
      if let member = exact.first, exact.count == 1 {
        matches.append((table, member))
      } else if let member = candidates.first, candidates.count == 1 {
        matches.append((table, member))
      } else if candidates.isEmpty {
        missing.append(table.memberName)
      } else {
        throw IngestError(
          .archiveMemberAmbiguous, "\(archive.subject) has more than one file for '\(table.relation)'",
          notes: ["there are \(candidates.map(\.name).quotedList)"], hints: ["leave one of them in it"])
      }
    }
    if !missing.isEmpty { throw missingMembers(missing, of: archive, found: members.map(\.baseName)) }
    return matches
  }

  private func missingMembers(_ missing: [String], of archive: SourceArchive, found: [String]) -> IngestError
  {
    let listed = found.sorted().prefix(20)
    let more = found.count - listed.count
    var hints = missing.compactMap { name in
      Suggestion.nearest(to: name, in: found, limit: 1).first.map { "did you mean '\($0)' for '\(name)'?" }
    }
    if hints.isEmpty {
      hints = ["a source table's file is named as the table, with `.csv` or `.parquet` behind it"]
    }
    return IngestError(
      .archiveMemberMissing, "\(archive.subject) has no \(missing.quotedList)",
      notes: [
        found.isEmpty
          ? "it has no CSV or Parquet file at all"
          : "it has \(listed.quotedList)\(more > 0 ? " and \(more) more" : "")"
      ], hints: hints)
  }

  // MARK: Changes

  private func action(
    for table: SourceTable, _ member: ArchiveMember, record: RelationRecord?
  ) throws -> IngestPlan.Item.Action {
    guard let record, let load = record.load else { return .load(why: "not loaded yet") }
    if options.isForced { return .load(why: "loading is forced") }
    if load.schemaFingerprint != table.schemaFingerprint { return .load(why: "the declaration has changed") }
    if load.byteCount != member.byteCount { return .load(why: "the file has changed") }
    if !options.rejectLimit.admits(load.rejectCount, ofRows: load.rowsRead) {
      return .load(why: "it was loaded with \(load.rejectCount) rejects, which are too many now")
    }
    // A file of its own has no CRC beside it: reading it for one costs far less than loading it.
    guard try member.crc32 ?? MemberReader.checksum(of: member) == load.crc32 else {
      return .load(why: "the file has changed")
    }
    return .keep(record)
  }
}

extension SourceTable {
  /// A stream of the table's file.
  ///
  /// - Parameter parquet: the open file, where it is a Parquet file.
  func stream(of member: ArchiveMember, _ parquet: ParquetMember?, _ options: IngestOptions) throws
    -> any RowStream
  {
    if let parquet { return ParquetStream(parquet) }
    return try CSVStream(
      member,
      dialect: CSVDialect(delimiter: delimiter, maximumFieldByteCount: options.maximumFieldByteCount))
  }
}
