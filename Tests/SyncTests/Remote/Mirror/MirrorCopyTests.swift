import Cloud
import Diagnostics
import Storage
import Sync
import Synchronization
import TestSupport
import Testing

/// COPY, and the search for differing rows, beside the servers that stand in for S3 and Snowflake.
@Suite(.enabled(if: MirrorFixture.isThere && CloudServer("REELHOUSE_TEST_S3") != nil)) struct MirrorCopyTests
{
  private let fixture: MirrorFixture
  private let stage: String

  init() throws {
    fixture = try MirrorFixture()
    let server = try #require(CloudServer("REELHOUSE_TEST_S3"))
    let prefix = "copy/\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    stage = "\(MirrorFixture.value("_DATABASE") ?? "").RAW__NEXT.REMOTE/\(prefix)/data"
    try fixture.builds.publish(RemoteFixture.plain, second: 1)
    try fixture.builds.push()
    // The same build has the same objects and the same manifest in a bucket.
    try fixture.builds.push(
      nil, to: "prod",
      S3Destination(try S3Client(server.configuration()), bucket: server.bucket, prefix: prefix))
  }

  @Test("tables are copied with the build's hashes, published, and not copied again")
  func wholeWay() throws {
    let plan = try fixture.plan()
    try fixture.runner().makePlaces(plan)
    let events = Events()
    let copy = try MirrorCopy(fixture.database, stage: stage, threadCount: 1, onEvent: { events.add($0) })
    try copy.run(plan)
    #expect(
      Set(events.all) == [
        .copied(MirrorFixture.movies, rowCount: 3), .copied(MirrorFixture.many, rowCount: 5000),
        .copied(MirrorFixture.counts, rowCount: 7),
      ])
    try copy.run(plan)
    #expect(events.all.suffix(3).allSatisfy { if case .found = $0 { true } else { false } })
    #expect(try fixture.runner().run(plan)?.exchangedCount == 3)
    #expect(try fixture.verify().faults == [])
  }

  @Test("what somebody changed in the mirror is found, row by row")
  func difference() throws {
    try fixture.mirror()
    try fixture.run("update raw.movies set name = 'Uno', born = '2024-03-01' where id = 1")
    try fixture.run("delete from staged.many where i = 17")
    try fixture.run("insert into main.counts select * from main.counts where seven = 3")
    let remote = fixture.builds.remote()
    let found = try MirrorVerifier(fixture.database, remote, threadCount: 1).run(
      remote.manifest(remote.requiredRef("prod").ref.current), environment: "prod")
    let lines = Dictionary(
      uniqueKeysWithValues: found.faults.map { ($0.relation ?? "", $0.difference?.lines ?? []) })
    #expect(
      lines == [
        "raw.movies": ["changed: name is Uno, not One, born is 2024-03-01, not 2024-02-29 (id 1, score 0.5)"],
        "staged.many": ["missing: (i 17, seven 3, name name 17)"],
        "main.counts": ["surplus: (seven 3, n 714)"],
      ])
  }

  @Test(
    "a stage that is none is refused",
    arguments: ["", "a b", "A..B", "A.B.C.D", "\"A", "A/../B", "A/b c", "1A", "A'"])
  func stages(_ name: String) {
    #expect(diagnostic { _ = try MirrorCopy(fixture.database, stage: name) }?.code == .mirrorImpossible)
  }

  @Test("a stage without the objects ends in an error, and readers see what they saw")
  func wrongStage() throws {
    let plan = try fixture.plan()
    try fixture.runner().makePlaces(plan)
    let copy = try MirrorCopy(fixture.database, stage: stage + "/elsewhere", threadCount: 1)
    let told = diagnostic { try copy.run(plan) }
    #expect(told?.code == .requestRefused)
    #expect(told?.notes.contains { $0.contains("was copied out of the stage") } == true)
  }
}

@Suite struct MirrorCopyMarkTests {
  @Test("a table's mark is that of the job's script")
  func mark() throws {
    let text = #"""
      {"layer": "raw", "name": "t", "kind": "table", "rowCount": 3, "exportKey": "", "sql": "", "indexes": [],
      "columns": [{"name": "id", "type": "integer"}, {"name": "a\"\\ü\n😀\u007f", "type": "text"}],
      "objects": [{"key": "k", "byteCount": 1, "sha256": "abababababababababababababababababababababababababababababababab", "rowCount": 3}]}
      """#
    let table = try JSON.decode(RemoteManifest.Table.self, from: text)
    // As Python computes it of the same facts.
    let hash = "997b870f90032001b45a62b895fd58bd38e9370191bb9f3363e1521811ff7585"
    #expect(MirrorCopy.mark(table) == "reelhouse 1 \(hash)")
  }
}

/// What a copy tells, from whichever thread.
private final class Events: Sendable {
  private let list = Mutex<[MirrorCopyEvent]>([])

  func add(_ event: MirrorCopyEvent) { list.withLock { $0.append(event) } }
  var all: [MirrorCopyEvent] { list.withLock { $0 } }
}
