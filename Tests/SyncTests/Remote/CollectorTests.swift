import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing
import Threads

@Suite struct CollectorTests {
  private func collect(
    _ fixture: RemoteFixture, keep: Int = 1, grace: Double = 0, isDryRun: Bool = false
  ) throws -> RemoteCollector.Report {
    var options = RemoteCollector.Options()
    options.keptCount = keep
    options.graceSeconds = grace
    options.isDryRun = isDryRun
    return try RemoteCollector(fixture.remote(), options, id: InvocationName.next()).run()
  }

  private func objects(_ fixture: RemoteFixture) throws -> [String] {
    var keys: [String] = []
    try fixture.destination.list("") { key, _ in keys.append(key.text) }
    return keys.sorted()
  }

  /// Four builds of which each changes one table; `prod` was at all, `dev` is at the second.
  private func fourBuilds() throws -> (fixture: RemoteFixture, builds: [Build]) {
    let fixture = try RemoteFixture()
    var builds = [try fixture.publish(RemoteFixture.plain, second: 1)]
    for number in 2...4 {
      builds.append(try fixture.publish("update main.counts set n = \(number)", second: number))
    }
    for build in builds { try fixture.push(build) }
    try fixture.push(builds[1], to: "dev")
    return (fixture, builds)
  }

  @Test("a collection removes builds beyond the history that is kept, and what only they name")
  func removal() throws {
    let (fixture, builds) = try fourBuilds()
    let before = try objects(fixture)
    let plan = try collect(fixture, keep: 2, isDryRun: true)
    #expect(plan.removedBuilds == [builds[0].id])
    #expect(try objects(fixture) == before)
    let report = try collect(fixture, keep: 2)
    #expect(report.removedBuilds == [builds[0].id])
    #expect(report.keptBuilds == [builds[1].id, builds[2].id, builds[3].id])
    // The table that it alone had, and its artifact.
    #expect(report.removedObjectCount == 2 && report.removedByteCount > 0)
    let removed = Set(before).subtracting(try objects(fixture))
    #expect(removed.count == 3 && removed.contains("builds/\(builds[0].id).json"))
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == builds[3].id)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination, "dev") == builds[1].id)
    #expect(try fixture.rollback().to.build == builds[2].id)
    #expect(code { try fixture.rollback(to: builds[0].id) } == .remoteEmpty)
    // What was collected can be pushed again.
    #expect(try fixture.push(builds[0]).sentDataObjectCount == 1)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == builds[0].id)
  }

  @Test("what is younger than the grace period stays, whatever names it")
  func grace() throws {
    let (fixture, builds) = try fourBuilds()
    _ = try fixture.destination.put(
      try #require(ObjectKey("data/main/lost/\(String(repeating: "a", count: 64))/part-00000.parquet")),
      .bytes([1]),
      .ifAbsent)
    let report = try collect(fixture, keep: 1, grace: 3600)
    #expect(report.removedBuilds.isEmpty && report.removedObjectCount == 0)
    #expect(try collect(fixture, keep: 1).removedBuilds == [builds[0].id, builds[2].id])
    #expect(try objects(fixture).contains { $0.contains("lost") } == false)
  }

  @Test("while a push is under way nothing is removed, and the push of a process that is gone does not count")
  func pushUnderWay() throws {
    let (fixture, builds) = try fourBuilds()
    let before = try objects(fixture)
    let key = try #require(ObjectKey("locks/push-other.json"))
    let holder = #"{"id": "other", "machine": "elsewhere", "process": "x/1/2", "since": "today", "beat": 0}"#
    _ = try fixture.destination.put(key, .bytes(Array(holder.utf8)), .ifAbsent)
    let error = try #require(thrown { try collect(fixture) })
    let diagnostic = try #require(Diagnostic.all(of: error).first)
    #expect(diagnostic.code == .remoteBusy && diagnostic.message.contains("elsewhere"), "\(diagnostic)")
    #expect(try objects(fixture) == (before + [key.text]).sorted())
    try fixture.destination.delete(key)
    #expect(try collect(fixture).removedBuilds == [builds[0].id, builds[2].id])
    #expect(try objects(fixture).filter { $0.hasPrefix("locks/") } == [])
  }

  @Test("a push waits for a collection to end, and goes on when the collector is gone")
  func pushWaits() throws {
    let (fixture, _) = try fourBuilds()
    let build = try fixture.publish("update main.counts set n = 9", second: 9)
    let key = try #require(ObjectKey("locks/gc.json"))
    let holder = #"{"id": "other", "machine": "elsewhere", "process": "x/1/2", "since": "today", "beat": 0}"#
    _ = try fixture.destination.put(key, .bytes(Array(holder.utf8)), .ifAbsent)
    let waits = Counter()
    let destination = fixture.destination
    let ended = WorkerThread.start {
      while waits.values.isEmpty {}
      try? destination.delete(key)
    }
    var options = PushRunner.Options(environment: "prod", pushID: InvocationName.next())
    options.threadCount = 1
    let runner = try PushRunner(fixture.warehouse, fixture.remote(), options) { event in
      if case .waiting("elsewhere") = event { waits.add(1) }
    }
    #expect(try runner.run(runner.prepare(WarehouseReader(fixture.warehouse))).hasMovedRef)
    _ = ended
    #expect(waits.values == [1])
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == build.id)
  }

  @Test("pushes and collections at once, for a while: every environment is at a whole build, always")
  func race() throws {
    let fixture = try RemoteFixture()
    var builds = [try fixture.publish(RemoteFixture.plain, second: 0)]
    for number in 1...3 {
      builds.append(try fixture.publish("update main.counts set n = \(number)", second: number))
    }
    try fixture.push(builds[0])
    let made = builds
    let done = Counter()
    let odd = Counter()
    var threads = [
      WorkerThread.start {
        for round in 0..<12 {
          do {
            try fixture.push(made[round % made.count])
            done.add(1)
          } catch {
            if Diagnostic.all(of: error).first?.code != .remoteBusy { odd.add(round) }
          }
        }
      },
      WorkerThread.start {
        for round in 0..<40 {
          do { _ = try collect(fixture) } catch {
            if Diagnostic.all(of: error).first?.code != .remoteBusy { odd.add(100 + round) }
          }
        }
      },
    ].compactMap(\.self)
    for _ in 0..<30 { _ = try RemoteFixture.checkIsWhole(fixture.destination) }
    threads.removeAll()
    #expect(odd.values.isEmpty && done.values.count > 0, "\(odd.values)")
    try RemoteFixture.checkIsWhole(fixture.destination)
  }

  @Test("a collection that is cut off at any call leaves every environment whole, and the next one ends it")
  func cutOff() throws {
    let (fixture, builds) = try fourBuilds()
    var place = 0
    while true {
      let remote = try fixture.copyRemote(to: "copy")
      let faulty = FaultyDestination(remote, at: place, .after)
      var options = RemoteCollector.Options()
      options.keptCount = 1
      options.graceSeconds = 0
      let cut = thrown { try RemoteCollector(fixture.remote(faulty), options, id: "a").run() }
      #expect(try RemoteFixture.checkIsWhole(remote) == builds[3].id, "call \(place)")
      #expect(try RemoteFixture.checkIsWhole(remote, "dev") == builds[1].id, "call \(place)")
      // This process lives, so what it left counts as held.
      if let left = ObjectKey("locks/gc.json") { try remote.delete(left) }
      _ = try RemoteCollector(fixture.remote(remote), options, id: "b").run()
      var builds: [String] = []
      try remote.list("builds/") { key, _ in builds.append(key.text) }
      #expect(builds.count == 2, "call \(place)")
      if cut == nil { break }
      place += 1
    }
    #expect(place > 10)
  }

  @Test("a ref that is not sound ends a collection before anything is removed")
  func unsound() throws {
    let (fixture, _) = try fourBuilds()
    try fixture.folder.write("{}", to: "remote/refs/dev.json")
    let before = try objects(fixture)
    #expect(code { try collect(fixture) } == .remoteManifestRefused)
    #expect(try objects(fixture) == before)
  }
}
