import Diagnostics
import Files
import SQLite
import Storage
import Sync
import TestSupport
import Testing

@Suite struct PushPullTests {
  @Test("a pulled build is the pushed one: schema, rows to the byte, views, indexes, records, artifacts")
  func roundTrip() throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    let report = try fixture.push()
    #expect(report.sentDataObjectCount == 5 && report.hasMovedRef)
    let pulled = try fixture.pull()
    #expect(pulled.build.id == build.id)
    #expect(try RemoteFixture.contents(pulled.build) == RemoteFixture.contents(build))
    var (here, there) = (try build.record(), try pulled.build.record())
    #expect(try pulled.warehouse.verify(pulled.build) == [])
    (here.layers, there.layers) = ([], [])
    #expect(here == there)
    #expect(try pulled.warehouse.currentBuild()?.id == build.id)
    let name = Path.join(pulled.build.path, "manifest.json")
    #expect(try FileSystem.readText(name) == "{\"of\": 1}")
    // Whoever pulled can push the very same.
    let again = try fixture.push(from: pulled.warehouse)
    #expect(again.sentObjectCount == 0 && !again.hasMovedRef)
  }

  @Test(
    "values that Parquet's types do not tell apart come back as they were",
    arguments: [
      ("a column of reals without affinity", "create table raw.t (x)", "(1), (2.0), (0.5), (-0.0), (null)"),
      (
        "numeric", "create table raw.t (x numeric)",
        "(1), (2.0), (0.5), (999999999999), (1e12), ('123456789'), (-1e-300)"
      ),
      ("decimal", "create table raw.t (x decimal(10, 2))", "(1.25), (-999999999999), (7)"),
      ("reals", "create table raw.t (x real)", "(1), (2.0), (0.5), (-0.0), (999999999999), (1e-300)"),
      ("integers", "create table raw.t (x integer)", "(1), (2.0), (-9223372036854775808), (null)"),
      (
        "timestamps", "create table raw.t (x timestamp)",
        """
        ('2024-02-29 12:00:00'), ('2024-02-29T12:00:00'), ('2024-02-29 12:00:00.5'), ('2024-02-29'),
        ('2024-02-29 12:00:00.500000'), ('2024-02-29 12:00:00.000000'), (null), ('1969-12-31 23:59:59.999999')
        """
      ),
      ("dates", "create table raw.t (x date)", "('2024-02-29'), ('0000-01-01'), ('9999-12-31'), (null)"),
      ("booleans", "create table raw.t (x boolean)", "(0), (1), (null)"),
      ("texts", "create table raw.t (x text)", "(''), ('a'), ('1'), ('1.0'), (' 7'), (null), ('ü€😀')"),
      ("blobs", "create table raw.t (x blob)", "(x''), (x'00FF'), (null)"),
      ("texts without a type", "create table raw.t (x)", "('1'), ('2024-01-01'), (null)"),
      ("nothing but nulls", "create table raw.t (x)", "(null), (null)"),
      ("odd names", "create table raw.t (\"a \"\"b\" integer)", "(1)"),
    ])
  func exactValues(name: String, create: String, values: String) throws {
    let fixture = try RemoteFixture()
    // In a row each beside a constant, and many of them, so that batches end between.
    let build = try fixture.publish(
      """
      \(create); insert into raw.t values \(values);
      insert into raw.t with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
        select t.* from n, raw.t;
      """, second: 1)
    try fixture.push()
    #expect(try RemoteFixture.contents(fixture.pull().build) == RemoteFixture.contents(build))
  }

  @Test("tables with keys, constraints and odd names come back as they were")
  func schemas() throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(
      """
      create table main."odd name/../x" (a integer primary key, b text unique check (b <> 'no') default 'q');
      insert into main."odd name/../x" values (-5, 'x'), (3, null), (9223372036854775807, 'y');
      create unique index main."an index" on "odd name/../x"(b, a);
      create index main.part on "odd name/../x"(b) where b > 'a';
      create table main.empty (a integer, b text, c date);
      create table main.ÄÖ (a text primary key, b integer not null);
      insert into main.ÄÖ values ('a', 1), ('B', 2);
      create view main.v as select a, b from "odd name/../x";
      create view main.w as select count(*) as n from v;
      """, second: 1)
    try fixture.push()
    #expect(try RemoteFixture.contents(fixture.pull().build) == RemoteFixture.contents(build))
  }

  @Test(
    "what cannot be brought back is refused by name, and nothing is pushed",
    arguments: [
      (
        "create table raw.t (a integer primary key) without rowid; insert into raw.t values (1)", "RH1710",
        "raw.t"
      ),
      ("create table raw.t (a integer) strict", "RH1710", "raw.t"),
      ("create table raw.t (a text collate nocase primary key)", "RH1710", "raw.t"),
      ("create table raw.t (a integer, b as (a + 1))", "RH1710", "raw.t"),
      ("create table raw.t (a text); insert into raw.t values (cast(x'C3' as text))", "RH1601", "raw.t"),
      ("create table raw.t (a text); insert into raw.t values ('a' || char(0))", "RH1602", "a"),
      ("create table raw.t (a date); insert into raw.t values ('2023-02-29')", "RH1601", "raw.t"),
      ("create table raw.t (a real); insert into raw.t values (1e13)", "RH1602", "a"),
      ("create table raw.t (a); create trigger raw.g after insert on t begin select 1; end", "RH1710", "'g'"),
    ])
  func refused(sql: String, code: String, word: String) throws {
    let fixture = try RemoteFixture()
    // A NUL has no content hash, and is no reason to refuse what is in no table of a model.
    try fixture.publish(sql, second: 1)
    let error = try #require(thrown { try fixture.push() })
    let diagnostic = try #require(Diagnostic.all(of: error).first)
    #expect(diagnostic.code.rawValue == code, "\(diagnostic)")
    #expect((diagnostic.message + diagnostic.notes.joined()).contains(word), "\(diagnostic)")
    #expect(try fixture.remote().ref("prod") == nil)
    #expect(try FileSystem.list(fixture.warehouse.path).contains("push"))
  }

  @Test("a second push sends nothing, a changed table is sent alone, and an old build is sent no more")
  func reuse() throws {
    let fixture = try RemoteFixture()
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let second = try fixture.push()
    #expect(second.sentObjectCount == 0 && !second.hasMovedRef)

    let changed = try fixture.publish("update main.counts set n = n + 1 where seven = 3", second: 2)
    let third = try fixture.push()
    #expect(third.sentDataObjectCount == 1 && third.hasMovedRef)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == changed.id)

    let fourth = try fixture.push(first)
    #expect(fourth.sentObjectCount == 0 && fourth.hasMovedRef)
    let fifth = try fixture.push(changed, to: "dev")
    #expect(fifth.sentObjectCount == 0 && fifth.hasMovedRef)
    #expect(try fixture.remote().environments() == ["dev", "prod"])
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == first.id)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination, "dev") == changed.id)
  }

  @Test("the plan says what is added, changed, dropped and unchanged, and how columns change")
  func plan() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    try fixture.publish(
      """
      drop table raw.movies; drop table main.counts; create table main.fresh (a integer);
      create table main.counts (seven integer, n real); insert into main.counts values (1, 2.5);
      """, second: 2)
    let reader = try WarehouseReader(fixture.warehouse)
    let error = try #require(thrown { try fixture.runner().prepare(reader) })
    #expect(Diagnostic.all(of: error).first?.code == .remoteSchemaChange)
    let prepared = try fixture.runner(allowsSchemaChange: true).prepare(reader)
    let changes = prepared.plan.changes.map { "\($0.relation) \($0.change.rawValue)" }
    #expect(
      changes == [
        "raw._rejects unchanged", "raw.movies dropped", "staged.few unchanged", "staged.many unchanged",
        "main.counts changed", "main.fresh added",
      ])
    let counts = try #require(prepared.plan.changes.first { $0.relation.name == "counts" })
    #expect(counts.columns == [TableChange.ColumnChange(name: "n", old: .integer, new: .real)])
    #expect(counts.rowCount == 1 && counts.previousRowCount == 7 && (counts.byteCount ?? 0) > 0)
    #expect(prepared.missing.count == 3)
  }

  @Test("the cache of exports has mode 0600, keeps what was not sent, and is empty after a push")
  func cache() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    let reader = try WarehouseReader(fixture.warehouse)
    let prepared = try fixture.runner().prepare(reader)
    let folder = Path.join(fixture.warehouse.path, "push")
    let objects = try FileSystem.list(Path.join(folder, "objects"))
    #expect(objects.count == 5)
    for name in objects.map({ "objects/\($0)" }) + ["exports.json"] {
      #expect(try FileSystem.status(Path.join(folder, name))?.mode == 0o600, "\(name)")
    }
    #expect(try FileSystem.status(folder)?.mode == 0o700)
    _ = try fixture.runner().run(prepared)
    #expect(try FileSystem.list(Path.join(folder, "objects")) == [])
  }

  @Test("an object that was lost in the remote is exported and sent again")
  func heal() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let manifest = try fixture.remote().manifest(fixture.remote().requiredRef("prod").ref.current)
    let lost = try #require(manifest.tables.first { $0.name == "many" }?.objects.first)
    try fixture.destination.delete(try #require(ObjectKey(lost.key)))
    let report = try fixture.push()
    #expect(report.sentDataObjectCount == 1 && !report.hasMovedRef)
    try RemoteFixture.checkIsWhole(fixture.destination)
  }

  @Test("an object with other bytes is never taken for the right one")
  func damaged() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let manifest = try fixture.remote().manifest(fixture.remote().requiredRef("prod").ref.current)
    let object = try #require(manifest.tables.first { $0.name == "many" }?.objects.first)
    let path = Path.join(fixture.remotePath, object.key)
    var bytes = try FileSystem.read(path)
    bytes[bytes.count / 2] ^= 1
    try FileSystem.write(bytes, to: path)
    #expect(code { try fixture.pull() } == .remoteDamaged)
    #expect(code { try fixture.push() } == .remoteObjectDiffers)
    let second = Warehouse(path: fixture.folder.file("second"))
    #expect(try second.currentBuild() == nil)
    #expect(try second.builds().isEmpty)
  }

  @Test(
    "rollback moves an environment to where it was, or to any whole build, and never to one that is not whole"
  )
  func rollback() throws {
    let fixture = try RemoteFixture()
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    #expect(code { try fixture.rollback() } == .remoteEmpty)
    let second = try fixture.publish("delete from main.counts where seven = 1", second: 2)
    try fixture.push()
    #expect(try fixture.rollback().to.build == first.id)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == first.id)
    #expect(try fixture.rollback().to.build == second.id)
    #expect(code { try fixture.rollback(to: second.id) } == .invalidArgument)
    #expect(code { try fixture.rollback(to: "2020") } == .remoteEmpty)
    let ref = try fixture.remote().requiredRef("prod").ref
    #expect(ref.history.map(\.action) == [.rollback, .rollback, .push, .push])

    let manifest = try #require(try fixture.remote().manifest(id: first.id)).manifest
    let mart = try #require(manifest.tables.first { $0.name == "counts" }?.objects.first)
    try fixture.destination.delete(try #require(ObjectKey(mart.key)))
    #expect(code { try fixture.rollback(to: first.id) } == .remoteDamaged)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == second.id)
  }
}

extension RemoteFixture {
  func rollback(to id: String? = nil) throws -> (from: RemoteRef.Move, to: RemoteRef.Move) {
    try RemoteRollback(remote(), environment: "prod", pushID: InvocationName.next()).run(to: id)
  }
}

/// The code of the first diagnostic that `body` throws; nil where it throws nothing.
func code(_ body: () throws -> some Any) -> DiagnosticCode? {
  do {
    _ = try body()
    return nil
  } catch {
    return Diagnostic.all(of: error).first?.code
  }
}

/// What `body` throws; nil where it throws nothing.
func thrown(_ body: () throws -> some Any) -> (any Error)? {
  do {
    _ = try body()
    return nil
  } catch {
    return error
  }
}
