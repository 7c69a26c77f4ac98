import Cloud
import Diagnostics
import Storage
import Threads

/// What is told while tables are copied.
package enum MirrorCopyEvent: Sendable, Hashable {
  /// It is there already, whole.
  case found(Relation)
  case copied(Relation, rowCount: Int)
}

/// Brings tables of a build to the next build in Snowflake by COPY out of an external stage: in the Glue job's place, for those
/// who have a storage integration. It leaves what the job leaves, so that either goes on where the other ended.
package struct MirrorCopy: Sendable {
  private let database: MirrorDatabase
  /// `@"LETTERBOXD"."RAW__NEXT"."REMOTE"/`: the place of the remote's `data/`.
  private let stage: String
  private let threadCount: Int
  private let shouldStop: @Sendable () -> Bool
  private let onEvent: @Sendable (MirrorCopyEvent) -> Void

  /// The folder of a remote that the stage is over.
  private static let folder = "data/"
  /// How many files one COPY may name.
  private static let fileLimit = 1000

  /// - Parameter stage: as it is written in SQL, `LETTERBOXD.RAW__NEXT.REMOTE`, if it is over the remote's `data/`; with the
  ///   path to that behind it where it is over a folder above, `LETTERBOXD.RAW__NEXT.REMOTE/films/data`.
  package init(
    _ database: MirrorDatabase, stage: String, threadCount: Int = 4,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onEvent: @escaping @Sendable (MirrorCopyEvent) -> Void = { _ in }
  ) throws {
    let slash = stage.firstIndex(of: "/") ?? stage.endIndex
    let path = stage[slash...].split(separator: "/")
    guard let names = Self.names(String(stage[..<slash])), path.allSatisfy(Self.isPlainPath) else {
      throw SyncError(
        .mirrorImpossible, "'\(stage)' is no name of a stage",
        hints: ["write it as LETTERBOXD.RAW__NEXT.REMOTE, with database and schema"])
    }
    self.database = database
    self.stage =
      "@" + names.map(SnowflakeSQL.identifier).joined(separator: ".") + "/"
      + path.map { "\($0)/" }.joined()
    self.threadCount = threadCount
    self.shouldStop = shouldStop
    self.onEvent = onEvent
  }

  /// The parts of a name, as Snowflake stores them.
  static func names(_ written: String) -> [String]? {
    var parts: [String] = [""]
    var isQuoted = false
    for character in written {
      if character == "\"" { isQuoted.toggle() }
      if character == ".", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    let isSound = parts.allSatisfy { part in
      part.hasPrefix("\"") ? part.utf8.count > 2 && part.hasSuffix("\"") : isPlain(part)
    }
    return isSound && !isQuoted && parts.count <= 3 ? parts.map(SnowflakeSQL.storedName) : nil
  }

  private static func isPlainPath(_ part: Substring) -> Bool {
    part != "." && part != ".."
      && part.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
          || $0 == 0x2E || $0 == 0x5F
      }
  }

  /// Whether nobody needs to quote a name.
  private static func isPlain(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first), first != UInt8(ascii: "$") else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }
  }

  /// Copies the tables that a plan asks for. The schemas of the next build must be there.
  package func run(_ plan: MirrorPlan) throws {
    let tables = plan.written.compactMap(plan.table)
    guard !tables.isEmpty else { return }
    let found = try Found(database)
    let order = tables.indices.sorted { (tables[$0].byteCount, $1) > (tables[$1].byteCount, $0) }
    _ = try WorkQueue.run(order, threadCount: threadCount) { index in
      if shouldStop() { throw CancellationError() }
      try bring(tables[index], found)
    }
  }

  /// What is there of the next build.
  private struct Found: Sendable {
    var marks: [MirrorPlace: String] = [:]
    var views: Set<MirrorPlace> = []

    init(_ database: MirrorDatabase) throws {
      let schemas = MirrorSchema.all.filter(\.isNext)
      let listed = schemas.map { SnowflakeSQL.literal($0.name) }.joined(separator: ", ")
      let information = "\(SnowflakeSQL.identifier(database.name)).information_schema"
      let rows = try database.run(
        "select table_schema, table_name, table_type, comment from \(information).tables where table_schema in (\(listed))"
      ).rows
      for row in rows {
        guard row.count == 4, let schema = schemas.first(where: { $0.name == row[0].text }),
          let name = row[1].text
        else { continue }
        let place = MirrorPlace(schema: schema, stored: name)
        if row[2].text == "VIEW" { views.insert(place) } else { marks[place] = row[3].text ?? "" }
      }
    }
  }

  private func bring(_ table: RemoteManifest.Table, _ found: Found) throws {
    let place = MirrorPlace(table.relation, isNext: true)
    do {
      if found.marks[place] == Self.mark(table), try count(place) == table.rowCount {
        onEvent(.found(table.relation))
        return
      }
      if found.views.contains(place) { try database.run("drop view if exists \(place.sql)") }
      try database.run(Self.creation(table))
      for statement in try Self.copies(table, stage: stage) { try database.run(statement, isLong: true) }
      let rows = try count(place)
      guard rows == table.rowCount else {
        throw SyncError(
          .mirrorDiffers, "Snowflake has \(rows) rows of '\(table.relation)', not \(table.rowCount)",
          hints: ["push again; if it stays so, look whether the stage is over this remote's `data/`"])
      }
      try database.run("comment on table \(place.sql) is \(SnowflakeSQL.literal(Self.mark(table)))")
      onEvent(.copied(table.relation, rowCount: rows))
    } catch let error as CloudError where error.service != nil {
      throw error.diagnostic.noting(
        "while '\(table.relation)' was copied out of the stage \(stage); what readers see is as it was")
    }
  }

  private func count(_ place: MirrorPlace) throws -> Int {
    let value = try database.run("select count(*) from \(place.sql)").singleValue
    return Int(clamping: value?.integer ?? -1)
  }

  // MARK: Statements

  static func creation(_ table: RemoteManifest.Table) -> String {
    let columns = table.columns.map { "\(MirrorName.quoted($0.name)) \($0.type.snowflakeName)" }
    return "create or replace transient table \(MirrorPlace(table.relation, isNext: true).sql) "
      + "(\(columns.joined(separator: ", ")))"
  }

  /// Columns are taken by their names in the files, each cast to the type of the one mapping. A table that was just made has
  /// loaded nothing, so that no file is passed over for having been loaded.
  static func copies(_ table: RemoteManifest.Table, stage: String) throws -> [String] {
    let files = try table.objects.filter { $0.rowCount != 0 }.map { object in
      guard object.key.hasPrefix(folder) else {
        throw SyncError(.remoteManifestRefused, "'\(object.key)' is no object below \(folder)")
      }
      return SnowflakeSQL.literal(String(object.key.dropFirst(folder.utf8.count)))
    }
    let columns = table.columns.map { MirrorName.quoted($0.name) }.joined(separator: ", ")
    let values = table.columns.map { "$1:\(SnowflakeSQL.identifier($0.name))::\($0.type.snowflakeName)" }
    return stride(from: 0, to: files.count, by: fileLimit).map { start in
      let named = files[start..<min(start + fileLimit, files.count)].joined(separator: ", ")
      return "copy into \(MirrorPlace(table.relation, isNext: true).sql) (\(columns)) "
        + "from (select \(values.joined(separator: ", ")) from \(stage)) files = (\(named)) "
        + "file_format = (type = parquet use_logical_type = true binary_as_text = false) on_error = abort_statement"
    }
  }

  /// The comment of a table that is whole, as the job's script has it: it names columns, types and bytes, not a build.
  package static func mark(_ table: RemoteManifest.Table) -> String {
    let columns = table.columns.map { "[\(json($0.name)), \(json($0.type.snowflakeName))]" }
    let objects = table.objects.map { "[\(json($0.sha256)), \($0.rowCount ?? 0)]" }
    let facts = columns + ["[\(objects.joined(separator: ", "))]"]
    return "reelhouse 1 \(Digest.sha256("[\(facts.joined(separator: ", "))]"))"
  }

  /// A text in JSON as Python writes it: ASCII alone.
  private static func json(_ text: String) -> String {
    var result = "\""
    for unit in text.utf16 {
      switch unit {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x08: result += "\\b"
      case 0x09: result += "\\t"
      case 0x0A: result += "\\n"
      case 0x0C: result += "\\f"
      case 0x0D: result += "\\r"
      case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return result + "\""
  }
}
