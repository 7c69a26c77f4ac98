import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing
import Threads

@Suite struct PushFaultTests {
  @Test(
    "a push that is cut off at any call leaves the environment at a whole build, and the next one ends at the new",
    arguments: FaultyDestination.Fault.allCases)
  func cutOff(fault: FaultyDestination.Fault) throws {
    let fixture = try RemoteFixture()
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let second = try fixture.publish(
      "update main.counts set n = 0; insert into raw.movies values (8, 'Eight', 8, null); drop view staged.few",
      second: 2)
    let contents = try RemoteFixture.contents(second)
    var place = 0
    var cuts = 0
    while true {
      let remote = try fixture.copyRemote(to: "copy")
      let faulty = FaultyDestination(remote, at: place, fault)
      let comment: Comment = "call \(place), \(fault)"
      let isCut = thrown { try fixture.push(second, faulty) } != nil
      cuts += isCut ? 1 : 0
      let build = try RemoteFixture.checkIsWhole(remote, "prod", comment)
      #expect(build == second.id || (isCut && build == first.id), comment)
      let again = try fixture.push(second, remote)
      #expect(isCut || again.sentObjectCount == 0, comment)
      #expect(try RemoteFixture.checkIsWhole(remote, "prod", comment) == second.id, comment)
      if place % 7 == 0 {
        let pulled = try fixture.pull(into: "pulled-\(fault)-\(place)", remote)
        #expect(try RemoteFixture.contents(pulled.build) == contents, comment)
      }
      if !faulty.isReached { break }
      place += 1
    }
    // A lost answer to the move of the ref is no fault.
    #expect(place > 20 && cuts >= place - (fault == .lostAnswer ? 2 : 0), "\(place) calls, \(cuts) cuts")
  }

  @Test("of two pushes at once one wins, the other is told and loses nothing")
  func twoAtOnce() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let second = try fixture.publish("update main.counts set n = 2", second: 2)
    let third = try fixture.publish("update main.counts set n = 3", second: 3)
    let (one, other) = (try fixture.runner(), try fixture.runner())
    let early = try one.prepare(WarehouseReader(fixture.warehouse, .build(id: second.id)))
    let late = try other.prepare(WarehouseReader(fixture.warehouse, .build(id: third.id)))
    #expect(try one.run(early).hasMovedRef)
    let error = try #require(thrown { try other.run(late) })
    let diagnostic = try #require(Diagnostic.all(of: error).first)
    #expect(diagnostic.code == .remoteMoved && diagnostic.notes.joined().contains(second.id), "\(diagnostic)")
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == second.id)
    // All that the loser sent is there.
    let again = try fixture.push(third)
    #expect(again.sentObjectCount == 0 && again.hasMovedRef)
    #expect(try RemoteFixture.checkIsWhole(fixture.destination) == third.id)
    let history = try fixture.remote().requiredRef("prod").ref.history.map(\.build)
    #expect(history.prefix(2) == [third.id, second.id])
  }

  @Test("pushes of many threads at once: each is in the history or was told")
  func manyAtOnce() throws {
    let fixture = try RemoteFixture()
    var builds = [try fixture.publish(RemoteFixture.plain, second: 0)]
    for number in 1...5 {
      builds.append(try fixture.publish("update main.counts set n = \(number)", second: number))
    }
    let told = Counter()
    let made = builds
    var threads = made.indices.compactMap { index in
      WorkerThread.start {
        do {
          try fixture.push(made[index])
        } catch {
          if Diagnostic.all(of: error).first?.code == .remoteMoved { told.add(index) } else { told.add(-1) }
        }
      }
    }
    threads.removeAll()
    #expect(!told.values.contains(-1))
    let history = try fixture.remote().requiredRef("prod").ref.history
    #expect(history.count + told.values.count == builds.count)
    let losers = Set(told.values.map { builds[$0].id })
    #expect(Set(history.map(\.build)).union(losers) == Set(builds.map(\.id)))
    try RemoteFixture.checkIsWhole(fixture.destination)
  }

  @Test("a pull that is cut off at any call leaves nothing behind and the published build as it was")
  func cutPull() throws {
    let fixture = try RemoteFixture()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let old = try fixture.pull().build
    try fixture.publish("update main.counts set n = 0", second: 2)
    try fixture.push()
    var place = 0
    while true {
      let faulty = FaultyDestination(fixture.destination, at: place, .before)
      if thrown({ try fixture.pull(into: "second", faulty) }) == nil { break }
      let warehouse = Warehouse(path: fixture.folder.file("second"))
      #expect(try warehouse.currentBuild()?.id == old.id, "call \(place)")
      #expect(try warehouse.builds().map(\.id) == [old.id], "call \(place)")
      for folder in [warehouse.path, warehouse.buildsPath] {
        #expect(try FileSystem.list(folder).filter { $0.hasPrefix(".tmp-") } == [], "call \(place)")
      }
      place += 1
    }
    #expect(place > 5)
  }
}
