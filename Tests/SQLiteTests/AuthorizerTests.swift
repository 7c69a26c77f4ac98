import Diagnostics
import SQLite
import TestSupport
import Testing

@Suite struct AuthorizerTests {
  private final class Log {
    var actions: [AuthorizerAction] = []
  }

  private let folder: TemporaryFolder
  private let connection: Connection

  init() throws {
    folder = try TemporaryFolder()
    connection = try Connection(path: folder.file("a.db"), access: .create)
    try connection.execute(
      """
      create table t(x, y); create index i on t(x); create view v as select x from t;
      insert into t values (1, '{"a": 2}'), (3, '{"a": 4}');
      """)
  }

  @Test(
    "whatever changes data, schema or connection is refused",
    arguments: [
      "insert into t values (1, 2)", "insert into t values (1, 2) returning x", "update t set x = 1",
      "delete from t",
      "replace into t values (1, 2)", "with a as (select 1) insert into t select 1, 2",
      "create table u(x)", "create table u as select 1", "create temp table u(x)",
      "create view w as select 1",
      "create temp view w as select 1", "create index j on t(y)",
      "create trigger g after insert on t begin select 1; end",
      "create temp trigger g after insert on t begin select 1; end", "create virtual table f using fts5(x)",
      "drop table t", "drop view v", "drop index i", "alter table t add column z",
      "alter table t rename to u",
      "attach 'other.db' as o", "attach ':memory:' as o", "detach main", "vacuum",
      "vacuum into 'FOLDER/copy.db'",
      "begin", "begin immediate", "commit", "rollback", "savepoint s", "release s", "reindex", "reindex t",
      "analyze", "analyze t",
      "pragma user_version = 1", "pragma user_version(1)", "pragma main.user_version = 1",
      "pragma journal_mode = wal", "pragma journal_mode(off)", "pragma writable_schema = 1",
      "pragma writable_schema",
      "pragma query_only = 0", "pragma foreign_keys = 1", "pragma synchronous = off",
      "pragma locking_mode = exclusive",
      "pragma application_id = 5", "pragma encoding = 'UTF-16'", "pragma page_size = 512",
      "pragma cache_size = 5",
      "pragma schema_version = 5", "pragma optimize", "pragma wal_checkpoint", "pragma incremental_vacuum",
      "pragma temp_store_directory = '/tmp'", "pragma hard_heap_limit = 1", "pragma trusted_schema = 1",
      "pragma shrink_memory", "pragma JOURNAL_MODE = WAL", "pragma unknown_pragma",
      "select load_extension('x')", "select LOAD_EXTENSION('x')", "explain insert into t values (1, 2)",
      "explain query plan delete from t",
    ])
  func refused(sql: String) throws {
    let before = try folder.names()
    connection.authorizeReadsOnly()
    let told = diagnostic {
      _ = try connection.rows(sql.replacingFirst("FOLDER", with: folder.path))
    }
    // A function is refused as an unknown one is, with words of its own.
    let isRefused = told?.code == .sqlReadOnly || told?.message.hasPrefix("not authorized") == true
    #expect(isRefused, "\(told?.message ?? "it was done")")
    connection.removeAuthorizer()
    #expect(try folder.names() == before)
    #expect(try connection.rows("select x from t order by x") == [[1], [3]])
    #expect(try connection.rows("select name from sqlite_schema order by name") == [["i"], ["t"], ["v"]])
    #expect(try connection.scalar("pragma journal_mode") == "delete")
    #expect(try connection.integer("pragma user_version") == 0)
  }

  @Test(
    "what only reads is done",
    arguments: [
      "select * from t", "select * from v", "values (1, 2)", "select count(*) from t",
      "select t.rowid from t",
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select sum(i) from n",
      "explain select * from t", "explain query plan select * from t", "pragma table_info(t)",
      "pragma table_info = t", "pragma main.table_xinfo(t)", "pragma TABLE_LIST", "pragma index_list(t)",
      "pragma database_list", "pragma user_version", "pragma journal_mode", "pragma encoding",
      "pragma integrity_check", "pragma quick_check(1)", "select * from pragma_table_info('t')",
      "select * from pragma_user_version",
      "select json_extract(y, '$.a') from t", "select key, value from t, json_each(t.y)",
      "select y ->> 'a' from t",
      "select json_group_array(x) from t", "select x, row_number() over (order by x desc) from t",
      "select sum(x) over (partition by y rows between 1 preceding and current row) from t",
      "select x from t union all select x from v order by 1 limit 1", "select group_concat(x, ',') from t",
      "select date('2020-01-01'), printf('%d', 1), lower('A'), like('a', 'b'), random()",
      "select 1 where exists (select 1 from t)",
    ])
  func accepted(sql: String) throws {
    connection.authorizeReadsOnly()
    #expect(throws: Never.self) { _ = try connection.rows(sql) }
  }

  @Test("the tables and columns that a statement reads are told")
  func observed() throws {
    let log = Log()
    connection.authorize { action in
      log.actions.append(action)
      return true
    }
    _ = try connection.prepare("select y, count(*) from v, t group by 1")
    #expect(log.actions.contains(.select))
    #expect(log.actions.contains(.read(table: "t", column: "y", database: "main")))
    #expect(log.actions.contains(.read(table: "t", column: "x", database: "main")))
    #expect(log.actions.contains(.function("count")))
    log.actions = []
    _ = try connection.prepare("insert into t select 1, 2")
    #expect(log.actions.contains(.change(code: 18, "t", nil, database: "main")))
  }

  @Test("without an authorizer everything is allowed again")
  func removed() throws {
    connection.authorize { _ in false }
    #expect(throws: SQLiteError.self) { try connection.run("select 1") }
    connection.removeAuthorizer()
    try connection.run("insert into t values (5, 6)")
    #expect(connection.changedRowCount == 1)
  }
}

extension String {
  fileprivate func replacingFirst(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return String(self[..<range.lowerBound] + other + self[range.upperBound...])
  }
}
