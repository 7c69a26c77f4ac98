import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing

@Suite struct DoctorTests {
  private func examine(_ remote: Remote) -> [LinkCheck] {
    var checkup = Checkup()
    RemoteDoctor(remote, environment: "prod", probeID: "x").examine(&checkup)
    return checkup.checks
  }

  private func keys(_ destination: any Destination) throws -> [String] {
    var keys: [String] = []
    try destination.list("") { key, _ in keys.append(key.text) }
    return keys
  }

  @Test("a sound remote is told with where the environment is, and nothing is left there")
  func sound() throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let before = try keys(fixture.remote().destination)
    let checks = examine(fixture.remote())
    #expect(checks.allSatisfy { $0.diagnostics.isEmpty } && checks.count == 3)
    guard case .sound(let text) = checks[1].outcome else { throw Unsound(check: checks[1]) }
    #expect(text.contains(build.id))
    #expect(try keys(fixture.remote().destination) == before)
  }

  @Test("a server that pays no heed to conditions of writes is found out", arguments: [true, false])
  func careless(ignoresAbsence: Bool) throws {
    let folder = try TemporaryFolder()
    let destination = CarelessDestination(FolderDestination(folder.path), ignoresAbsence: ignoresAbsence)
    let checks = examine(Remote(name: "careless", destination: destination))
    #expect(checks.last?.diagnostics.first?.code == .remoteUnsafe)
    let header = ignoresAbsence ? "If-None-Match" : "If-Match"
    #expect(checks.last?.diagnostics.first?.message.contains(header) == true)
    #expect(try keys(destination).isEmpty)
  }

  @Test("what rests on a broken link is not looked at")
  func chain() {
    var checkup = Checkup()
    checkup.check("a", "first") { throw SyncError(.remoteEmpty, "nothing there") }
    checkup.check("a", "second", after: ["first"]) { .sound("never seen") }
    checkup.check("b", "first") { .sound("of another group") }
    checkup.check("b", "second", after: ["first"]) { .sound("seen") }
    #expect(checkup.diagnostics.map(\.code) == [.remoteEmpty])
    guard case .unseen = checkup.checks[1].outcome else { return #expect(Bool(false)) }
    #expect(checkup.isSound("b", "second") && !checkup.isSound("a", "second"))
  }

  @Test("the grants that are looked for are those that Terraform gives")
  func grants() throws {
    let text = try FileSystem.readText(
      Path.join(Path.parent(of: #filePath), "../../terraform/modules/snowflake/grants.tf"))
    let block = try #require(text.firstMatch(of: #/service_schemas = \{(?s:(.*?))\n  \}/#)).1
    let given = block.matches(of: #/(?m)^\s+([A-Z_]+)\s+= \[(.*)\]/#).map { match in
      MirrorGrants.Schema(
        name: String(match.1), privileges: match.2.matches(of: #/"([A-Z ]+)"/#).map { String($0.1) })
    }
    #expect(given == MirrorGrants.schemas)
  }

  private struct Unsound: Error {
    let check: LinkCheck
  }
}

/// A folder that writes whatever the condition says.
private struct CarelessDestination: Destination {
  private let folder: FolderDestination
  private let ignoresAbsence: Bool

  init(_ folder: FolderDestination, ignoresAbsence: Bool) {
    self.folder = folder
    self.ignoresAbsence = ignoresAbsence
  }

  var location: String { folder.location }

  func head(_ key: ObjectKey) throws -> ObjectStatus? { try folder.head(key) }

  func get(_ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    -> ObjectStatus?
  { try folder.get(key, range: range, body) }

  func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome {
    let outcome = try folder.put(key, content, condition)
    let isIgnored = (condition == .ifAbsent) == ignoresAbsence
    guard outcome == .refused, isIgnored, let version = try folder.head(key)?.version else { return outcome }
    return try folder.put(key, content, .ifMatch(version))
  }

  func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws {
    try folder.list(prefix, body)
  }

  func delete(_ key: ObjectKey) throws { try folder.delete(key) }
  func sweep(before time: Timestamp) throws { try folder.sweep(before: time) }
}
