import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing

/// A remote whose owner wishes us ill: manifests and refs whose hashes are right and whose contents are not.
@Suite struct HostileRemoteTests {
  struct Forgery: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout RemoteManifest) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout RemoteManifest) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  private static func place(_ manifest: RemoteManifest) -> Int {
    manifest.tables.firstIndex { $0.name == "movies" } ?? 0
  }

  static let refused: [Forgery] = [
    Forgery("a key that leads out") { $0.tables[place($0)].objects[0].key = "../../../etc/passwd" },
    Forgery("an absolute key") { $0.tables[place($0)].objects[0].key = "/etc/passwd" },
    Forgery("a key of another table") { $0.tables[place($0)].objects[0].key = $0.tables[0].objects[0].key },
    Forgery("a table's name that leads out") { $0.tables[place($0)].name = "../../x" },
    Forgery("a table of SQLite's own") { $0.tables[place($0)].name = "sqlite_master" },
    Forgery("the catalog as a table") { $0.tables[place($0)].name = "_relations" },
    Forgery("a table twice") { $0.tables.append($0.tables[0]) },
    Forgery("a file that leads out") { $0.files[0].name = "../../x.json" },
    Forgery("a file in the place of the record") { $0.files[0].name = "build.json" },
    Forgery("a file that is no JSON") { $0.files[0].name = "raw.db" },
    Forgery("a size below zero") { $0.tables[place($0)].objects[0].byteCount = -1 },
    Forgery("a size beyond all disks") { $0.tables[place($0)].objects[0].byteCount = .max },
    Forgery("sizes whose sum overflows") {
      for index in $0.tables.indices { $0.tables[index].objects[0].byteCount = 5 << 40 }
    },
    Forgery("rows below zero") { $0.tables[place($0)].rowCount = -1 },
    Forgery("rows beyond belief") {
      $0.tables[place($0)].rowCount = .max
      $0.tables[place($0)].objects[0].rowCount = .max
    },
    Forgery("rows that do not add up") { $0.tables[place($0)].objects[0].rowCount = 17 },
    Forgery("no SHA-256") { $0.tables[place($0)].objects[0].sha256 = "abc" },
    Forgery("no exact hash") { $0.tables[place($0)].exactHash = nil },
    Forgery("an exact hash that is none") { $0.tables[place($0)].exactHash = "x1:zz" },
    Forgery("no objects") { $0.tables[place($0)].objects = [] },
    Forgery("no columns") { $0.tables[place($0)].columns = [] },
    Forgery("another build's id") { $0.build.id = "20200101T000000Z-00000000" },
    Forgery("files of layers") {
      $0.build.layers = [BuildRecord.LayerRecord(layer: .raw, byteCount: 1, sha256: "x")]
    },
    Forgery("a relation that is no table") {
      $0.build.relations[0].fingerprint = "f"; $0.tables.removeLast()
    },
    Forgery("SQL that attaches a file") {
      $0.tables[place($0)].sql = "attach '/tmp/reelhouse-hostile.db' as x"
    },
    Forgery("SQL that drops") { $0.tables[place($0)].sql = "drop table movies" },
    Forgery("SQL that makes another table") { $0.tables[place($0)].sql = "create table other (a)" },
    Forgery("SQL of two statements") { $0.tables[place($0)].sql += "; create table other (a)" },
    Forgery("SQL that is endless") {
      $0.tables[place($0)].sql =
        "create table movies as with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    },
    Forgery("SQL of a virtual table") {
      $0.tables[place($0)].sql = "create virtual table movies using fts5(a)"
    },
    Forgery("an index that writes") {
      $0.tables[place($0)].indexes = ["insert into movies values (1, 1, 1, 1)"]
    },
    Forgery("a pragma for an index") { $0.tables[place($0)].indexes = ["pragma writable_schema = on"] },
    Forgery("a view with a trigger's SQL") {
      guard let view = $0.tables.firstIndex(where: { $0.kind == .view }) else { return }
      $0.tables[view].sql = "create trigger few after insert on many begin delete from many; end"
    },
  ]

  @Test("a manifest that cannot be ours is refused before anything is fetched", arguments: refused)
  func refusal(forgery: Forgery) throws {
    let fixture = try forged(forgery)
    #expect(code { try fixture.pull() } == .remoteManifestRefused)
    try checkNothingHappened(fixture)
  }

  static let damaged: [Forgery] = [
    Forgery("a size that is not the object's") { $0.tables[place($0)].objects[0].byteCount -= 1 },
    Forgery("a larger size") { $0.tables[place($0)].objects[0].byteCount += 1 },
    Forgery("an object that is not there") {
      let sha256 = String(repeating: "0", count: 64)
      $0.tables[place($0)].objects[0].sha256 = sha256
      $0.tables[place($0)].objects[0].key = "data/raw/movies/\(sha256)/part-00000.parquet"
    },
    Forgery("other columns") { $0.tables[place($0)].columns[1].type = .binary },
    Forgery("another exact hash") {
      $0.tables[place($0)].exactHash = "x1:" + String(repeating: "0", count: 32)
    },
    Forgery("other SQL") { $0.tables[place($0)].sql = "create table movies (a, b, c, d)" },
    Forgery("fewer columns in the SQL") { $0.tables[place($0)].sql = "create table movies (a)" },
    Forgery("corrections that are none") {
      let object = $0.tables[place($0)].objects[0]
      $0.tables[place($0)].corrections = RemoteManifest.Object(
        key: "exact/raw/movies/\(object.sha256).parquet", byteCount: object.byteCount, sha256: object.sha256)
    },
  ]

  @Test("a manifest that is not true of its objects publishes nothing", arguments: damaged)
  func damage(forgery: Forgery) throws {
    let fixture = try forged(forgery)
    let found = code { try fixture.pull() }
    #expect(found == .remoteDamaged || found == .remoteNotExact, "\(String(describing: found))")
    try checkNothingHappened(fixture)
  }

  @Test(
    "a ref that is not sound is refused by push, pull and rollback, and is not overwritten",
    arguments: [
      "", "{}", "[]", "nonsense", "{\"formatVersion\": 1, \"environment\": \"prod\", \"history\": []}",
      #"{"formatVersion": 1, "environment": "dev", "history": []}"#,
      #"""
      {"formatVersion": 1, "environment": "prod", "history": [{"action": "push", "build": "../../x", "machine": "m",
      "manifestByteCount": 10, "manifestSHA256": "x", "movedAt": "", "pushID": ""}]}
      """#,
    ])
  func refs(text: String) throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.folder.write(text, to: "remote/refs/prod.json")
    #expect(code { try fixture.push() } == .remoteManifestRefused)
    #expect(code { try fixture.pull() } == .remoteManifestRefused)
    #expect(code { try fixture.rollback() } == .remoteManifestRefused)
    #expect(try FileSystem.readText(fixture.folder.file("remote/refs/prod.json")) == text)
  }

  @Test("a remote of a newer format is refused by name")
  func newer() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.folder.write(#"{"formatVersion": 2, "more": []}"#, to: "remote/refs/prod.json")
    #expect(code { try fixture.push() } == .remoteFormatTooNew)
    #expect(code { try fixture.pull() } == .remoteFormatTooNew)
  }

  @Test("a manifest that is not the one that the ref names is not believed")
  func exchanged() throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let path = Path.join(fixture.remotePath, "builds/\(build.id).json")
    try FileSystem.write(try FileSystem.read(path) + [0x20], to: path)
    #expect(code { try fixture.pull() } == .remoteDamaged)
  }

  /// A remote whose manifest was changed by somebody who knows how hashes are made.
  private func forged(_ forgery: Forgery) throws -> RemoteFixture {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    var manifest = try #require(try fixture.remote().manifest(id: build.id)).manifest
    forgery.change(&manifest)
    let bytes = try manifest.bytes()
    try FileSystem.write(bytes, to: Path.join(fixture.remotePath, "builds/\(build.id).json"))
    var ref = try fixture.remote().requiredRef("prod").ref
    ref.history[0].manifestByteCount = bytes.count
    ref.history[0].manifestSHA256 = ObjectContent.bytes(bytes).sha256
    try FileSystem.write(try JSON.bytes(ref), to: Path.join(fixture.remotePath, "refs/prod.json"))
    return fixture
  }

  private func checkNothingHappened(_ fixture: RemoteFixture) throws {
    let warehouse = Warehouse(path: fixture.folder.file("second"))
    #expect(try warehouse.currentBuild() == nil)
    if FileSystem.isDirectory(warehouse.buildsPath) {
      #expect(try FileSystem.list(warehouse.buildsPath) == [])
    }
    #expect(!FileSystem.exists("/tmp/reelhouse-hostile.db"))
  }
}
