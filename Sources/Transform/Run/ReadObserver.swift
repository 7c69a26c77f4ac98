import SQLite
import Storage

/// What a statement reads and calls, as SQLite tells it while preparing it.
struct ReadObserver {
  private(set) var relations: Set<Relation> = []
  /// Tables that may have been read without a column, such as by `count(*)`, under a name without a layer: it may also
  /// be that of a common table expression in a view.
  private(set) var possibleRelations: Set<Relation> = []
  /// Tables of no layer, such as `sqlite_schema`.
  private(set) var foreignTables: Set<String> = []
  private(set) var functions: Set<String> = []
  private(set) var readsRowids = false

  /// Table-valued functions whose rows depend on their arguments alone.
  private static let pureTableFunctions: [StaticString] = ["json_each", "json_tree", "generate_series"]

  /// Prepares a statement and adds what it reads.
  mutating func observe(_ sql: String, _ connection: Connection) throws {
    // SQLite makes these tables when they are first named, which looks as if the statement did.
    for name in Self.pureTableFunctions where SQLNormalizer.mentions(name, in: sql) {
      _ = try? connection.prepare("select 1 from \(name)")
    }
    let box = ObservationBox()
    connection.authorize { action in
      switch action {
      case .read(let table, let column, let database): box.note(table, column, database)
      case .function(let name): box.functions.insert(name.lowercased())
      default: break
      }
      return true
    }
    do {
      defer { connection.removeAuthorizer() }
      _ = try connection.prepare(sql)
    }
    functions.formUnion(box.functions)
    readsRowids = readsRowids || box.readsRowids
    let commonTables =
      box.tables.contains { $0.database.isEmpty } ? StoredView.commonTableNames(in: sql) : []
    for (database, table) in box.tables {
      if Self.pureTableFunctions.contains(where: { "\($0)" == table.lowercased() }) { continue }
      if database.isEmpty, !table.lowercased().hasPrefix("sqlite_"), !table.lowercased().hasPrefix("pragma_")
      {
        // SQLite tells the name as it is written where no column is read.
        if !commonTables.contains(table.lowercased()), let relation = try Self.find(table, connection) {
          possibleRelations.insert(relation)
        }
        continue
      }
      if let layer = Layer(rawValue: database), !table.lowercased().hasPrefix("sqlite_"),
        !table.lowercased().hasPrefix("pragma_")
      {
        relations.insert(Relation(layer: layer, name: table))
      } else {
        foreignTables.insert(table)
      }
    }
  }

  /// The table that a name without a layer means, in the order in which SQLite looks.
  private static func find(_ name: String, _ connection: Connection) throws -> Relation? {
    for layer in [Layer.main] + Layer.allCases.filter({ $0 != .main }) {
      let count = try connection.integer(
        "select count(*) from \(SQLIdentifier(layer.schemaName)).sqlite_schema where name = ? collate nocase",
        [.text(name)])
      if count > 0 { return Relation(layer: layer, name: name) }
    }
    return nil
  }

  private final class ObservationBox {
    var tables: [(database: String, table: String)] = []
    var functions: Set<String> = []
    var readsRowids = false
    private var seen: Set<String> = []

    func note(_ table: String, _ column: String, _ database: String) {
      if column == "ROWID" { readsRowids = true }
      if seen.insert("\(database).\(table)").inserted { tables.append((database, table)) }
    }
  }
}

/// Finds SQL that gives other rows each time, whatever it reads.
enum Volatility {
  private static let volatileFunctions: Set<String> = [
    "random", "randomblob", "current_timestamp", "current_date", "current_time", "changes", "total_changes",
    "last_insert_rowid",
  ]
  private static let timeFunctions: Set<String> = [
    "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff",
  ]
  /// Words that make a time function depend on the clock or on where the machine stands.
  private static let timeWords: Set<String> = ["now", "localtime", "utc"]

  /// Why the SQL is volatile; nil where it is not.
  ///
  /// - Parameters:
  ///   - functions: what SQLite said that the statement calls, in lower case.
  ///   - texts: the statement, and the views that it reads.
  static func reason(functions: Set<String>, texts: [String]) -> String? {
    if let name = functions.intersection(volatileFunctions).sorted().first { return "its SQL calls \(name)" }
    guard !functions.isDisjoint(with: timeFunctions) else { return nil }
    for text in texts {
      if let reason = timeReason(Array(SQLNormalizer.normalize(text).lowercased().utf8)) { return reason }
    }
    return nil
  }

  private static func timeReason(_ bytes: [UInt8]) -> String? {
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "'") {
        let end = bytes[(index + 1)...].firstIndex(of: UInt8(ascii: "'")) ?? bytes.count
        let text = String(decoding: bytes[(index + 1)..<end], as: UTF8.self).trimmed
        if timeWords.contains(text) { return "its SQL asks for the time with '\(text)'" }
        index = end + 1
        continue
      }
      guard isWord(bytes[index]) else {
        index += 1
        continue
      }
      var end = index
      while end < bytes.count, isWord(bytes[end]) { end += 1 }
      let name = String(decoding: bytes[index..<end], as: UTF8.self)
      if timeFunctions.contains(name), lacksTime(bytes, from: end, name) {
        return "its SQL asks for the time with \(name)() without a time"
      }
      index = end
    }
    return nil
  }

  /// Whether a call has no argument for the time, which then is the current one.
  private static func lacksTime(_ bytes: [UInt8], from start: Int, _ name: String) -> Bool {
    var index = start
    while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "(") else { return false }
    var depth = 0
    var commaCount = 0
    var isEmpty = true
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "'"):
        isEmpty = false
        index = bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count
      case UInt8(ascii: "("):
        if depth > 0 { isEmpty = false }
        depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return name == "strftime" ? commaCount == 0 : isEmpty }
      case UInt8(ascii: ",") where depth == 1: commaCount += 1
      case UInt8(ascii: " "): break
      default: isEmpty = false
      }
      index += 1
    }
    return false
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte >= 0x80
  }
}
