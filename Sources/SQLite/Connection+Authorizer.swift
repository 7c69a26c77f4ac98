import CSQLite

typealias AuthorizerCallback =
  @convention(c) (
    UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
    UnsafePointer<CChar>?
  ) -> Int32

/// What a statement asks to do while SQLite prepares it.
package enum AuthorizerAction: Sendable, Equatable {
  case select
  /// A column of a table is read; the column is empty where only rows are counted.
  case read(table: String, column: String, database: String)
  case function(String)
  case recursive
  case pragma(name: String, argument: String?)
  case transaction
  /// Anything that changes data, schema or connection: the number of the action, its two operands and its database.
  case change(code: Int32, String?, String?, database: String?)
}

final class AuthorizerBox {
  let decide: (AuthorizerAction) -> Bool

  init(_ decide: @escaping (AuthorizerAction) -> Bool) {
    self.decide = decide
  }
}

extension Connection {
  /// Has `decide` asked for each thing that statements want to do from now on; false refuses the statement.
  package func authorize(_ decide: @escaping (AuthorizerAction) -> Bool) {
    setAuthorizer(box: AuthorizerBox(decide)) { context, code, first, second, database, _ in
      guard let context else { return SQLITE_DENY }
      let box = Unmanaged<AuthorizerBox>.fromOpaque(context).takeUnretainedValue()
      func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
      let action: AuthorizerAction =
        switch code {
        case SQLITE_SELECT: .select
        case SQLITE_READ:
          .read(table: text(first) ?? "", column: text(second) ?? "", database: text(database) ?? "")
        case SQLITE_FUNCTION: .function(text(second) ?? "")
        case SQLITE_RECURSIVE: .recursive
        case SQLITE_PRAGMA: .pragma(name: text(first) ?? "", argument: text(second))
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: .transaction
        default: .change(code: code, text(first), text(second), database: text(database))
        }
      return box.decide(action) ? SQLITE_OK : SQLITE_DENY
    }
  }

  /// Ends the questions.
  package func removeAuthorizer() {
    setAuthorizer(box: nil, callback: nil)
  }

  /// Refuses from now on whatever is not a pure read: for SQL that a user typed.
  package func authorizeReadsOnly() {
    removeAuthorizer()
    // SQLite makes these tables when they are first named, and would ask for a `CREATE TABLE` then.
    for function in ["json_each", "json_tree"] + readingPragmas.union(statePragmas).map({ "pragma_\($0)" }) {
      _ = try? prepare("select 1 from \(function)")
    }
    authorize { action in
      switch action {
      case .select, .read, .recursive: true
      case .function(let name): name.lowercased() != "load_extension"
      case .pragma(let name, let argument):
        readingPragmas.contains(name.lowercased())
          || (argument == nil && statePragmas.contains(name.lowercased()))
      case .transaction, .change: false
      }
    }
  }
}

/// Pragmas that read whatever their argument is.
private let readingPragmas: Set<String> = [
  "table_info", "table_xinfo", "table_list", "index_info", "index_xinfo", "index_list", "foreign_key_list",
  "database_list", "collation_list", "function_list", "pragma_list", "compile_options", "integrity_check",
  "quick_check", "foreign_key_check",
]

/// Pragmas that read where they have no argument and set something where they have one.
private let statePragmas: Set<String> = [
  "user_version", "application_id", "page_size", "page_count", "freelist_count", "encoding", "journal_mode",
  "schema_version", "cache_size", "data_version",
]
