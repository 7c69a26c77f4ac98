import Cloud
import Diagnostics
import Storage
import Sync
import TestSupport
import Testing
import Synchronization
import Threads

/// The mirror beside a server that stands in for Snowflake; `make test-cloud` says by variables where it listens.
@Suite(.enabled(if: MirrorFixture.isThere)) struct MirrorTests {
  private var fixture: MirrorFixture

  init() throws {
    fixture = try MirrorFixture()
    try fixture.builds.publish(RemoteFixture.plain, second: 1)
    try fixture.builds.push()
  }

  @Test("a build is mirrored, found there, and the next brings what changed alone")
  func wholeWay() throws {
    let first = try fixture.plan()
    #expect(first.written == [MirrorFixture.movies, MirrorFixture.many, MirrorFixture.counts])
    #expect(first.stepsBefore.map(\.kind) == [.createTable, .createTable, .createTable])
    #expect(first.stepsAfter.map(\.kind) == [.createView])
    let report = try #require(try fixture.mirror())
    #expect(report == MirrorReport(provenCount: 4, exchangedCount: 3, stepCount: 4))
    #expect(try fixture.verify().faults == [])
    #expect(try fixture.count(MirrorFixture.few) == 3)
    #expect(try fixture.plan().isNothingToDo)
    #expect(try fixture.mirror() == nil)
    // What was prepared is gone.
    #expect(try MirrorState(fixture.database).kinds.keys.allSatisfy { !$0.schema.isNext })

    try fixture.builds.publish("update main.counts set n = n + 1 where seven = 3", second: 2)
    try fixture.builds.push()
    let next = try fixture.plan()
    #expect(next.written == [MirrorFixture.counts] && next.exchanged == next.written)
    #expect(next.stepsBefore.isEmpty && next.stepsAfter.isEmpty)
    #expect(try fixture.mirror()?.exchangedCount == 1)
    #expect(try fixture.verify().isSound)
    #expect(try fixture.plan().isNothingToDo)
    #expect(try fixture.run("select count(*) from main.reelhouse_builds")[0][0].integer == 2)
  }

  @Test("a rollback brings the build of before back")
  func rollback() throws {
    try fixture.mirror()
    try fixture.builds.publish("delete from main.counts", second: 2)
    try fixture.builds.push()
    try fixture.mirror()
    // Empty tables are tables like others.
    #expect(try fixture.count(MirrorFixture.counts) == 0 && fixture.verify().isSound)
    _ = try RemoteRollback(fixture.builds.remote(), environment: "prod", pushID: InvocationName.next()).run(
      to: nil)
    #expect(try !fixture.verify().isSound)
    try fixture.mirror()
    #expect(try fixture.count(MirrorFixture.counts) == 7 && fixture.verify().isSound)
  }

  @Test(
    "what is wrong in the next build is caught and named, and nothing is published",
    arguments: [
      ("update raw__next.movies set name = 'Two' where id = 1", "raw.movies", "other values"),
      ("delete from staged__next.many where i = 4999", "staged.many", "1 rows too few"),
      (
        "insert into main__next.counts select * from main__next.counts where seven = 1", "main.counts",
        "1 rows too many"
      ),
      ("update raw__next.movies set born = '2024-03-01' where id = 1", "raw.movies", "other values"),
    ])
  func faults(statement: String, relation: String, words: String) throws {
    let plan = try fixture.plan()
    try fixture.runner().makePlaces(plan)
    try fixture.writeNext(plan)
    try fixture.run(statement)
    let told = try #require(diagnostic { _ = try fixture.runner().run(plan) })
    #expect(told.code == .mirrorDiffers && told.message.contains("'\(relation)'"), "\(told)")
    #expect(told.notes.contains { $0.hasPrefix("\(relation): ") && $0.contains(words) }, "\(told)")
    let state = try MirrorState(fixture.database)
    #expect(state.record == nil)
    #expect(state.kinds[MirrorPlace(MirrorFixture.movies, isNext: false)] == nil)
    // The wrong table is gone, so that the job writes it anew; the others are there.
    let wrong = Relation(
      layer: try #require(Layer(rawValue: String(relation.split(separator: ".")[0]))),
      name: String(relation.split(separator: ".")[1]))
    #expect(state.kinds[MirrorPlace(wrong, isNext: true)] == nil)
    try fixture.mirror()
    #expect(try fixture.verify().isSound)
  }

  @Test("a view that means something else there is told as a view")
  mutating func wrongView() throws {
    fixture.views[MirrorFixture.few] = { place in
      "select i, name, i * 0.25 as half from \(place(MirrorFixture.many).sql) where i <= 3"
    }
    let told = try #require(diagnostic { _ = try fixture.mirror() })
    #expect(told.code == .mirrorDiffers && told.message.contains("'staged.few'"))
    #expect(told.hints.contains { $0.contains("snowflake__") }, "\(told)")
    fixture.views[MirrorFixture.few] = { _ in "select nothing from nowhere" }
    #expect(diagnostic { _ = try fixture.mirror() }?.notes.contains { $0.contains("'staged.few'") } == true)
  }

  @Test("a row that is changed between proof and publication ends the transaction")
  func changedInBetween() throws {
    let plan = try fixture.plan()
    try fixture.runner().makePlaces(plan)
    try fixture.writeNext(plan)
    let database = fixture.database
    let meddler = MirrorRunner(fixture.builds.remote(), MirrorRunner.Options(pushID: "p")) { event in
      guard case .step(let step) = event, step.relation == MirrorFixture.counts else { return }
      _ = try? database.client.run("update main__next.counts set n = 0 where seven = 1")
    }
    let told = diagnostic { _ = try meddler.run(plan) }
    #expect(told?.code == .mirrorDiffers, "\(String(describing: told))")
    #expect(try MirrorState(fixture.database).record == nil)
    #expect(try fixture.count(MirrorFixture.movies) == 0)
  }

  @Test("of two pushes at once one wins, and the other is told")
  func twoAtOnce() throws {
    try fixture.mirror()
    try fixture.builds.publish("update main.counts set n = 5", second: 2)
    try fixture.builds.push()
    let (one, other) = (try fixture.plan(), try fixture.plan())
    try fixture.writeNext(one)
    #expect(try fixture.runner("one").run(one) != nil)
    try fixture.writeNext(other)
    let told = diagnostic { _ = try fixture.runner("other").run(other) }
    #expect(told?.code == .mirrorConflict, "\(String(describing: told))")
    #expect(try MirrorState(fixture.database).record?.pushID == "one" && fixture.verify().isSound)
  }

  @Test("a push that is cut off behind the transaction is finished by the next")
  func cutOff() throws {
    try fixture.mirror()
    try fixture.builds.publish(
      "drop table main.counts; create table main.counts (seven integer, n real); insert into main.counts values (1, 0.5);"
        + "create table main.fresh (a integer); drop view staged.few", second: 2)
    try fixture.builds.push(allowsSchemaChange: true)
    let plan = try fixture.plan()
    #expect(plan.stepsBefore.map(\.kind) == [.createTable])
    #expect(plan.stepsAfter.map(\.kind) == [.dropView, .replaceTable])
    try fixture.writeNext(plan)
    // The end comes with the first step behind the transaction.
    struct End: Error {}
    let state = try MirrorState(fixture.database)
    let statements = try fixture.runner("cut").statements(plan)
    for step in plan.stepsBefore { try fixture.run(step.statement) }
    _ = try fixture.database.client.runTogether(statements.map { SnowflakeStatement($0) })
    #expect(state.record?.isFinished == true)
    #expect(try MirrorState(fixture.database).record?.isFinished == false)
    #expect(try !fixture.verify().isSound)
    let next = try fixture.plan()
    #expect(!next.isNothingToDo && next.written == [MirrorFixture.counts] && next.exchanged.isEmpty)
    #expect(next.stepsAfter.map(\.kind) == [.dropView, .replaceTable])
    try fixture.mirror()
    #expect(try fixture.verify().isSound && fixture.plan().isNothingToDo)
    #expect(try MirrorState(fixture.database).kinds[MirrorPlace(MirrorFixture.few, isNext: false)] == nil)
  }

  @Test("a push that is stopped before the transaction has changed nothing for readers")
  func stopped() throws {
    try fixture.mirror()
    try fixture.builds.publish("update main.counts set n = 5", second: 2)
    try fixture.builds.push()
    let plan = try fixture.plan()
    try fixture.writeNext(plan)
    #expect(throws: CancellationError.self) { try fixture.runner(shouldStop: { true }).run(plan) }
    #expect(try fixture.run("select sum(n) from main.counts")[0][0].integer == 5000)
    try fixture.mirror()
    #expect(try fixture.verify().isSound)
  }

  @Test("a push that is stopped at any moment is gone on with, and readers see nothing of it until the end")
  func stoppedAnywhere() throws {
    try fixture.mirror()
    try fixture.builds.publish("update main.counts set n = 5; update raw.movies set name = 'x'", second: 2)
    try fixture.builds.push()
    var stops = 0
    while true {
      let plan = try fixture.plan()
      try fixture.writeNext(plan)
      let countdown = Countdown(stops)
      do {
        #expect(try fixture.runner(shouldStop: { countdown.isOver() }).run(plan) != nil)
        break
      } catch is CancellationError {
        stops += 1
        #expect(try fixture.run("select sum(n) from main.counts")[0][0].integer == 5000)
        #expect(try fixture.run("select count(*) from raw.movies where name = 'x'")[0][0].integer == 0)
      }
    }
    #expect(stops > 5)
    #expect(try fixture.verify().isSound)
  }

  @Test("who reads while a push publishes sees the old rows or the new ones, in all tables together")
  func readers() throws {
    try fixture.mirror()
    let database = fixture.database
    let seen = Pairs()
    let reader = WorkerThread.start {
      while !seen.isOver {
        let rows = try? database.client.run(
          "select (select sum(n) from main.counts), (select count(*) from raw.movies where name = 'x')"
        ).rows
        if let row = rows?.first { seen.add("\(row[0].digits ?? "") \(row[1].digits ?? "")") }
      }
    }
    for number in 2...4 {
      let isOld = number % 2 == 1
      try fixture.builds.publish(
        isOld
          ? "update main.counts set n = 1; update raw.movies set name = 'y'"
          : "update main.counts set n = 2; update raw.movies set name = 'x'", second: number)
      try fixture.builds.push()
      try fixture.mirror()
    }
    seen.end()
    withExtendedLifetime(reader) {}
    #expect(seen.all.isSubset(of: ["5000 0", "14 3", "7 0"]), "\(seen.all)")
    #expect(seen.all.count >= 2)
  }

  @Test("what somebody changed by hand is found, and brought anew when that is asked for")
  func byHand() throws {
    try fixture.mirror()
    try fixture.run("update main.counts set n = 0 where seven = 1")
    try fixture.run("create or replace view staged.few as select 1 as i")
    let found = try fixture.verify()
    #expect(found.faults.map(\.relation) == ["staged.few", "main.counts"], "\(found)")
    #expect(try fixture.plan().isNothingToDo)
    // The next push proves what stays, too.
    try fixture.builds.publish("update raw.movies set name = 'New' where id = 1", second: 2)
    try fixture.builds.push()
    let told = diagnostic { _ = try fixture.mirror() }
    #expect(told?.code == .mirrorDiffers && told?.hints.contains { $0.contains("--remirror") } == true)
    try fixture.mirror(isAnew: true)
    #expect(try fixture.verify().isSound)
    // A column that somebody dropped is seen in the plan.
    try fixture.run("alter table main.counts drop column n")
    #expect(try fixture.plan().stepsAfter.map(\.kind) == [.replaceTable])
    try fixture.mirror()
    #expect(try fixture.verify().isSound)
  }

  @Test("a mirror is of one environment")
  func environments() throws {
    try fixture.mirror()
    try fixture.builds.push(to: "dev")
    #expect(code { try fixture.plan("dev") } == .mirrorConflict)
  }

  @Test("names that would meet in Snowflake are refused")
  func names() throws {
    try fixture.builds.publish("create table main.reelhouse_lock (a integer)", second: 2)
    try fixture.builds.push()
    #expect(code { try fixture.plan() } == .mirrorImpossible)
  }
}

/// Says yes from a number of questions on.
private final class Countdown: Sendable {
  private let rest: Mutex<Int>

  init(_ count: Int) { rest = Mutex(count) }

  func isOver() -> Bool {
    rest.withLock { rest in
      rest -= 1
      return rest < 0
    }
  }
}

/// What a reader has seen, each once.
private final class Pairs: Sendable {
  private let state = Mutex<(seen: Set<String>, isOver: Bool)>(([], false))

  var all: Set<String> { state.withLock { $0.seen } }
  var isOver: Bool { state.withLock { $0.isOver } }
  func add(_ pair: String) { state.withLock { _ = $0.seen.insert(pair) } }
  func end() { state.withLock { $0.isOver = true } }
}
