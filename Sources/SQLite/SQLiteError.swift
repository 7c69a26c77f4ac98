import CSQLite
import Diagnostics

/// A call into SQLite that failed. Bound values are never part of it.
package struct SQLiteError: DiagnosticConvertible, Equatable {
  /// The extended result code, such as `SQLITE_CONSTRAINT_NOTNULL`.
  package let resultCode: Int32
  /// SQLite's words.
  package let reason: String
  /// The statement, where one was at fault.
  package let sql: String?
  /// Where in `sql` the fault lies, in bytes, as far as SQLite says.
  package let offset: Int?
  /// The database file.
  package let path: String?

  package init(resultCode: Int32, reason: String, sql: String? = nil, offset: Int? = nil, path: String? = nil)
  {
    self.resultCode = resultCode
    self.reason = reason
    self.sql = sql
    self.offset = offset
    self.path = path
  }

  init(_ handle: OpaquePointer?, resultCode: Int32, sql: String? = nil, path: String? = nil) {
    let offset = handle.map { Int(sqlite3_error_offset($0)) } ?? -1
    self.init(
      resultCode: resultCode,
      reason: handle.map { String(cString: sqlite3_errmsg($0)) }
        ?? String(cString: sqlite3_errstr(resultCode)),
      sql: sql, offset: offset >= 0 ? offset : nil, path: path)
  }

  /// The primary result code, such as `SQLITE_CONSTRAINT`.
  package var primaryCode: Int32 { resultCode & 0xFF }

  package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
  /// Whether an authorizer refused the statement.
  package var isRefused: Bool { primaryCode == SQLITE_AUTH }
  package var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }

  /// Whether a reader met a transaction of another process that only a writer may roll back: it passes.
  private var isUnsettled: Bool {
    // SQLITE_READONLY_RECOVERY, _CANTLOCK and _ROLLBACK: macros of expressions, which Swift does not import.
    [1, 2, 3].contains(resultCode >> 8) && primaryCode == SQLITE_READONLY
  }

  package var code: DiagnosticCode {
    if isUnsettled { return .sqlBusy }
    return switch primaryCode {
    case SQLITE_BUSY, SQLITE_LOCKED: .sqlBusy
    case SQLITE_CORRUPT, SQLITE_NOTADB: .sqlCorrupt
    case SQLITE_FULL: .diskFull
    case SQLITE_READONLY, SQLITE_AUTH: .sqlReadOnly
    case SQLITE_CANTOPEN, SQLITE_IOERR: .fileAccess
    case SQLITE_MISUSE: .sqlNotOneStatement
    default: .sqlError
    }
  }

  package var diagnostic: Diagnostic {
    var diagnostic = Diagnostic(code, reason)
    if let path { diagnostic.notes.append("the database is '\(path)'") }
    if let sql {
      let place = offset.map { SQLText.place(ofByte: $0, in: sql) }
      if let place {
        diagnostic.location = SourceLocation(path: "SQL", line: place.line, column: place.column)
        diagnostic.excerpt = place.excerpt
      }
    }
    if let hint { diagnostic.hints.append(hint) }
    return diagnostic
  }

  private var hint: String? {
    switch primaryCode {
    case SQLITE_FULL: "free some space on that file system and run the command again"
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      "the file is not a sound SQLite database: restore it or build it again"
    case SQLITE_BUSY: "another process is writing: try again when it has ended"
    default: nil
    }
  }
}

/// Places in a text of SQL.
package enum SQLText {
  /// The line and column (from 1) of a byte offset, and the line itself.
  package static func place(ofByte offset: Int, in sql: String) -> (line: Int, column: Int, excerpt: String) {
    let bytes = Array(sql.utf8)
    let end = min(max(offset, 0), bytes.count)
    let line = bytes[..<end].count { $0 == UInt8(ascii: "\n") } + 1
    let start = (bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let stop = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let column = String(decoding: bytes[start..<max(start, end)], as: UTF8.self).count + 1
    let isCarriageReturned = stop > start && bytes[stop - 1] == UInt8(ascii: "\r")
    let shown = bytes[start..<(isCarriageReturned ? stop - 1 : stop)]
    return (line, column, String(decoding: shown, as: UTF8.self))
  }

  /// The first place from `index` on that is neither space nor comment; SQLite takes an open comment as closed.
  static func skippingBlanks(_ bytes: Substring.UTF8View, from index: Substring.Index) -> Substring.Index {
    var rest = bytes[index...]
    while let byte = rest.first {
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        rest = rest.dropFirst()
      } else if rest.starts(with: "--".utf8) {
        rest = rest.drop { $0 != UInt8(ascii: "\n") }
      } else if rest.starts(with: "/*".utf8) {
        rest = rest.dropFirst(2)
        while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
        rest = rest.dropFirst(2)
      } else {
        break
      }
    }
    return rest.startIndex
  }
}
