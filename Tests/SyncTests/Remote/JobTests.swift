import Cloud
import Diagnostics
import Storage
import Sync
import Synchronization
import TestSupport
import Testing

/// The Glue job as a step of a push, against a Glue that does what the test says.
@Suite struct JobTests {
  private let fixture: RemoteFixture
  private let server: GlueJobServer
  private let remote: Remote
  private static let root = "s3://bucket/films/"
  private static let script = "scripts/job.py"

  init() throws {
    fixture = try RemoteFixture()
    server = try GlueJobServer(scriptLocation: Self.root + Self.script)
    remote = fixture.remote(PlacedDestination(inner: fixture.destination, location: Self.root))
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
  }

  private func plan(_ pushID: String = "push-1", script: JobScript = .own) throws -> JobPlan {
    let move = try remote.requiredRef("prod").ref.current
    return try JobPlan(
      MirrorJob(server.client(), name: "job", script: script), remote, remote.manifest(move),
      manifestSHA256: move.manifestSHA256, environment: "prod", pushID: pushID)
  }

  private func runner(
    otherRunSeconds: Double = 5, stopsRun: Bool = false, replacesUnknownScript: Bool = false,
    shouldStop: @escaping @Sendable () -> Bool = { false }, _ events: Events = Events()
  ) -> JobRunner {
    var options = JobRunner.Options()
    options.pauseSeconds = 0.01
    options.longestPauseSeconds = 0.02
    options.otherRunSeconds = otherRunSeconds
    options.stopsRun = stopsRun
    options.replacesUnknownScript = replacesUnknownScript
    options.shouldStop = shouldStop
    return JobRunner(remote, options) { event in events.add(event) }
  }

  private func stored() throws -> [UInt8]? {
    try remote.destination.bytes(#require(ObjectKey(Self.script)), limit: 1 << 20)?.bytes
  }

  private func store(_ text: String) throws {
    let key = try #require(ObjectKey(Self.script))
    if try remote.destination.head(key) != nil { try remote.destination.delete(key) }
    _ = try remote.destination.put(key, .bytes(Array(text.utf8)), .ifAbsent)
  }

  @Test("a run gets the manifest and the tables, is waited for, and is not repeated for the same build")
  func wholeWay() throws {
    server.expect(.accepted(states: ["STARTING", "RUNNING", "RUNNING", "SUCCEEDED"]))
    let plan = try plan()
    #expect(!plan.isNothingToDo && plan.script.state == .absent)
    #expect(plan.tables.map(\.description) == ["raw.movies", "staged.many", "main.counts"])
    let events = Events()
    let report = try #require(try runner(events).run(plan))
    #expect(report.runID == "jr_1")
    let run = try #require(server.runs.first)
    let build = try remote.requiredRef("prod").ref.current
    #expect(
      run.arguments == [
        "--manifest_uri": "s3://bucket/films/builds/\(build.build).json",
        "--manifest_sha256": build.manifestSHA256, "--build_id": build.build, "--push_id": "push-1",
        "--tables": "raw.movies,staged.many,main.counts",
      ])
    #expect(try stored() == JobScript.own.bytes)
    #expect(
      events.words == ["brought", "started jr_1", "STARTING", "RUNNING", "SUCCEEDED"], "\(events.words)")
    #expect(try self.plan("push-2").isNothingToDo)
    #expect(try runner().run(self.plan("push-2")) == nil)
    // Of another build, the same tables are brought again: the job passes over what is there.
    try fixture.publish("update main.counts set n = 9", second: 2)
    try fixture.push()
    #expect(try !self.plan("push-3").isNothingToDo)
  }

  @Test("a failed run is told with what it says, and the next push goes on, of a newer build too")
  func failure() throws {
    server.expect(.accepted(states: ["RUNNING", "FAILED"], error: "main.counts: the object is missing"))
    let told = try #require(diagnostic { _ = try runner().run(plan()) })
    #expect(told.code == .jobFailed && told.message.contains("main.counts: the object is missing"))
    #expect(told.notes.contains { $0.contains("jr_1") } && told.notes.contains { $0.contains("/logs") })
    #expect(try !plan("push-2").isNothingToDo)
    try fixture.publish("update main.counts set n = 9", second: 2)
    try fixture.push()
    #expect(try runner().run(plan("push-3"))?.runID == "jr_2")
    // The build of before is no longer what the last run brought.
    try fixture.push(#require(try fixture.warehouse.builds().last))
    #expect(try !plan("push-4").isNothingToDo)
  }

  @Test("a start whose answer is lost is found by its push's id, and never repeated")
  func lostAnswer() throws {
    server.expect(.lost(states: ["RUNNING", "SUCCEEDED"]))
    #expect(try runner().run(plan("mine"))?.runID == "jr_1")
    #expect(server.runs.count == 1)
  }

  @Test("another run is waited for, and one that does not end is told")
  func busy() throws {
    server.add(
      GlueJobServer.Run(id: "other", arguments: ["--build_id": "b"], states: ["RUNNING", "SUCCEEDED"]))
    server.expect(.busy)
    let events = Events()
    let told = diagnostic { _ = try runner(otherRunSeconds: 0, events).run(plan()) }
    #expect(told?.code == .jobBusy && told?.notes.first?.contains("'other'") == true)
    #expect(events.words == ["brought", "waiting other b"])
    // Its end is seen when it is asked for.
    _ = try server.client().getJobRun("job", "other")
    server.expect(.busy, .busy, .accepted(states: ["SUCCEEDED"]))
    #expect(try runner().run(plan())?.runID == "jr_2")
  }

  @Test("a run that an earlier push left behind is gone on with")
  func goingOn() throws {
    let earlier = try plan("push-1")
    server.expect(.accepted(states: ["RUNNING"]))
    let stop = Flag()
    let events = Events { if case .state = $0 { stop.set() } }
    #expect(throws: CancellationError.self) {
      try runner(shouldStop: { stop.isSet }, events).run(earlier)
    }
    #expect(events.words.last == "left jr_1" && server.stopped.isEmpty)
    let plan = try plan("push-2")
    #expect(plan.runningID == "jr_1")
    // It ends while somebody waits again.
    let glue = try server.client()
    let again = Events { if case .state = $0 { _ = try? glue.batchStopJobRun("job", ["jr_1"]) } }
    let told = diagnostic { _ = try runner(again).run(plan) }
    #expect(again.words.first == "went on jr_1" && told?.code == .jobFailed)
    #expect(server.runs.count == 1)
  }

  @Test("whoever asks for it has the run stopped with the push")
  func stopping() throws {
    server.expect(.accepted(states: ["RUNNING"]))
    let stop = Flag()
    let events = Events { if case .state = $0 { stop.set() } }
    #expect(throws: CancellationError.self) {
      try runner(stopsRun: true, shouldStop: { stop.isSet }, events).run(plan())
    }
    #expect(server.stopped == ["jr_1"])
    #expect(events.words.suffix(2) == ["stopping jr_1", "STOPPED"])
  }

  @Test(
    "an older script is replaced, a newer one stays, one that somebody changed ends the push",
    arguments: [
      ("SCRIPT_VERSION = 0\n", "replaced"), ("SCRIPT_VERSION = 99\n", "kept"),
      ("SCRIPT_VERSION = 1\n", "refused"), ("print('hello')\n", "refused"),
    ])
  func scripts(text: String, outcome: String) throws {
    try store(text)
    let told = diagnostic { _ = try runner().run(plan()) }
    switch outcome {
    case "replaced":
      #expect(told == nil)
      #expect(try stored() == JobScript.own.bytes)
    case "kept":
      #expect(told == nil)
      #expect(try stored() == Array(text.utf8))
    default:
      #expect(told?.code == .jobScriptUnknown && server.runs.isEmpty)
      #expect(try stored() == Array(text.utf8))
      _ = try runner(replacesUnknownScript: true).run(plan())
      #expect(try stored() == JobScript.own.bytes)
    }
  }

  @Test("a job whose script lies outside of the remote is refused")
  func foreignScript() throws {
    let foreign = try GlueJobServer(scriptLocation: "s3://elsewhere/job.py")
    let move = try remote.requiredRef("prod").ref.current
    let told = diagnostic {
      _ = try JobPlan(
        MirrorJob(foreign.client(), name: "job"), remote, remote.manifest(move),
        manifestSHA256: move.manifestSHA256, environment: "prod", pushID: "p")
    }
    #expect(
      told?.code == .jobScriptUnknown && told?.hints.first?.contains("\(Self.root)scripts/job.py") == true)
  }

  @Test("an environment that was moved meanwhile is the other push's to mirror")
  func moved() throws {
    let plan = try plan()
    try fixture.publish("update main.counts set n = 9", second: 2)
    try fixture.push()
    #expect(code { try runner().run(plan) } == .remoteMoved)
    #expect(server.runs.isEmpty)
  }

  @Test("a name with a comma makes the list one of JSON")
  func awkwardNames() throws {
    try fixture.publish("create table main.\"a, b\" (n integer)", second: 2)
    try fixture.push()
    _ = try runner().run(plan())
    #expect(
      server.runs.first?.arguments["--tables"]
        == #"["raw.movies","staged.many","main.a, b","main.counts"]"#)
  }

  @Test("a script that changes has another number than that of the bytes that had it before")
  func scriptNumber() {
    // Whoever changes the script puts its next version with its SHA-256 here; what was released stays.
    let released = [1: "1970edabe195fe743f34f5b2f532545d75d3b033c43f020ed36fd73e845a9875"]
    let own = JobScript.own
    #expect(own.version.flatMap { released[$0] } == Digest.sha256(own.bytes))
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}

/// What was told, in words.
private final class Events: Sendable {
  private let list = Mutex<[String]>([])
  private let onEvent: @Sendable (JobEvent) -> Void

  init(_ onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }) { self.onEvent = onEvent }

  var words: [String] { list.withLock { $0 } }

  func add(_ event: JobEvent) {
    let word =
      switch event {
      case .broughtScript: "brought"
      case .newerScript(let version): "newer \(version)"
      case .waiting(let run, let build): "waiting \(run) \(build ?? "")"
      case .started(let run): "started \(run)"
      case .wentOn(let run): "went on \(run)"
      case .state(let state, _): state
      case .stopping(let run): "stopping \(run)"
      case .left(let run): "left \(run)"
      }
    list.withLock { $0.append(word) }
    onEvent(event)
  }
}
