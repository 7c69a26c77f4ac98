import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A database file that could not be written, or not be read page by page. Values of rows are never part of it, keys and row numbers are.
package struct DatabaseFileError: DiagnosticConvertible, Equatable {
  package enum Reason: Sendable, Equatable {
    /// A system call failed: what was being done, and the number that it left in `errno`.
    case system(operation: String, errorNumber: Int32)
    /// A NULL, or a NaN, which SQLite stores as NULL, in a column declared NOT NULL.
    case nullNotAllowed(column: String)
    /// The value of an INTEGER PRIMARY KEY is no integer.
    case keyNotInteger(column: String)
    /// Rows must come in the order of their INTEGER PRIMARY KEY.
    case keyNotAscending(key: Int64, previous: Int64)
    /// Two rows have the same key in a unique index.
    case notUnique(index: String, rowids: [Int64])
    /// A row is larger than SQLite allows.
    case rowTooLarge(byteCount: Int)
    /// The keys of an index do not fit the memory allowed for them.
    case indexTooLarge(index: String, byteLimit: Int)
    /// The database would have more pages than the format can number.
    case fileTooLarge
    /// A definition asks for what this writer does not make.
    case unsupported(String)
    /// The database is finished while the writer of one of its tables is not.
    case tableUnfinished
    /// A file that is being extended was written to by somebody else.
    case fileChanged
    /// A page, counted from 1, is not what it should be: `it …`.
    case damaged(page: Int, String)
    /// A file beside the database has changes that are not in it: `it …`.
    case unsettled(String)
    /// What only statements can read.
    case notScannable(String)
    /// SQLite refused a definition or a conversion.
    case sqlite(SQLiteError)
  }

  package let reason: Reason
  /// The file, where it is known.
  package var path: String?
  package var table: String?
  /// The number of the row in the order of appending, from 1.
  package var row: Int?

  package init(_ reason: Reason, path: String? = nil, table: String? = nil, row: Int? = nil) {
    self.reason = reason
    self.path = path
    self.table = table
    self.row = row
  }

  static func system(_ operation: String, _ path: String, errorNumber: Int32 = errno) -> DatabaseFileError {
    DatabaseFileError(.system(operation: operation, errorNumber: errorNumber), path: path)
  }

  /// Whether an index was too large for the memory allowed; without it the table can be written.
  package var isOfMemory: Bool { if case .indexTooLarge = reason { true } else { false } }

  package var code: DiagnosticCode {
    switch reason {
    case .system(_, ENOSPC), .system(_, EDQUOT), .system(_, EFBIG): .diskFull
    case .system: .fileAccess
    case .nullNotAllowed: .valueNull
    case .keyNotInteger, .keyNotAscending, .notUnique, .rowTooLarge: .valueInvalid
    case .indexTooLarge, .fileTooLarge, .unsupported, .notScannable: .sqlError
    case .damaged: .sqlCorrupt
    case .unsettled: .sqlBusy
    case .tableUnfinished: .internalError
    case .fileChanged: .fileAccess
    case .sqlite(let error): error.code
    }
  }

  package var diagnostic: Diagnostic {
    if case .sqlite(let error) = reason { return error.diagnostic }
    var diagnostic = Diagnostic(code, message)
    if let table { diagnostic.notes.append("the table is '\(table)'\(row.map { ", its row \($0)" } ?? "")") }
    if let path { diagnostic.notes.append("the database is '\(path)'") }
    if let hint { diagnostic.hints.append(hint) }
    return diagnostic
  }

  private var message: String {
    switch reason {
    case .system(let operation, let number): "cannot \(operation): \(String(cString: strerror(number)))"
    case .nullNotAllowed(let column): "NULL in the column '\(column)', which is declared NOT NULL"
    case .keyNotInteger(let column): "the INTEGER PRIMARY KEY '\(column)' has a value that is no integer"
    case .keyNotAscending(let key, let previous): "the key \(key) comes after the key \(previous)"
    case .notUnique(let index, let rowids):
      "the unique index '\(index)' has the rows \(rowids.map(String.init).joined(separator: " and ")) under one key"
    case .rowTooLarge(let count): "a row of \(count) bytes is larger than SQLite allows"
    case .indexTooLarge(let index, let limit):
      "the keys of the index '\(index)' take more than the \(limit) bytes of memory allowed"
    case .fileTooLarge: "the database has more pages than the file format can number"
    case .unsupported(let what): "\(what) cannot be written in bulk"
    case .tableUnfinished: "the table was not written to its end"
    case .damaged(let page, let what): "the page \(page) of the database is damaged: \(what)"
    case .unsettled(let what): "the database cannot be read yet: \(what)"
    case .notScannable(let what): "\(what) cannot be read page by page"
    case .fileChanged: "the database was changed by another program while tables were added to it"
    case .sqlite(let error): error.reason
    }
  }

  private var hint: String? {
    switch reason {
    case .system(_, ENOSPC), .system(_, EDQUOT), .system(_, EFBIG):
      "free some space there and run the command again"
    case .system(_, EEXIST): "the file must not exist: remove it or choose another path"
    case .keyNotAscending: "sort the rows by the key, or insert them by statements"
    case .indexTooLarge: "create the index by a statement when the table is written"
    case .fileTooLarge: "choose a larger page size"
    case .damaged: "the file is not a sound SQLite database: restore it or build it again"
    case .unsettled: "end the program that writes to it, and open it once by SQLite"
    case .fileChanged: "end the other program and run the command again"
    default: nil
    }
  }
}
