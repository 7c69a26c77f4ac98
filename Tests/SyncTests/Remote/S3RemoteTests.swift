import Cloud
import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing

/// Pushes and pulls over a real S3 server; `make test-cloud` says by variables where it listens.
@Suite(.enabled(if: CloudServer("REELHOUSE_TEST_S3") != nil)) struct S3RemoteTests {
  private let fixture: RemoteFixture
  private let destination: any Destination

  init() throws {
    fixture = try RemoteFixture()
    destination = try #require(DestinationUnderTest.s3).make(fixture.folder)
  }

  @Test("a build goes to a bucket and back; a second push sends nothing, a changed table goes alone")
  func wholeWay() throws {
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    #expect(try fixture.push(nil, to: "prod", destination).sentDataObjectCount == 5)
    #expect(try fixture.push(nil, to: "prod", destination).sentObjectCount == 0)
    let pulled = try fixture.pull("prod", into: "second", destination)
    #expect(try RemoteFixture.contents(pulled.build) == RemoteFixture.contents(first))
    let second = try fixture.publish("update main.counts set n = 9", second: 2)
    #expect(try fixture.push(nil, to: "prod", destination).sentDataObjectCount == 1)
    #expect(try RemoteFixture.checkIsWhole(destination) == second.id)
    let remote = fixture.remote(destination)
    #expect(
      try RemoteRollback(remote, environment: "prod", pushID: InvocationName.next()).run(to: nil).to.build
        == first.id)
    var verifier = try RemoteVerifier(remote, fixture.warehouse, isQuick: false)
    #expect(try verifier.run(environments: ["prod"]).allSatisfy(\.isSound))
  }

  @Test("a push that is cut off at any call leaves the environment at a whole build")
  func cutOff() throws {
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push(nil, to: "prod", destination)
    let second = try fixture.publish("update main.counts set n = 9", second: 2)
    for (place, fault) in [
      (8, FaultyDestination.Fault.before), (14, .after), (22, .lostAnswer), (40, .after),
    ] {
      let comment: Comment = "call \(place), \(fault)"
      _ = thrown { try fixture.push(second, to: "prod", FaultyDestination(destination, at: place, fault)) }
      let build = try RemoteFixture.checkIsWhole(destination, "prod", comment)
      #expect(build == first.id || build == second.id, comment)
    }
    try fixture.push(second, to: "prod", destination)
    #expect(try RemoteFixture.checkIsWhole(destination) == second.id)
  }

  @Test("a collection removes what nobody needs from a bucket")
  func collection() throws {
    for number in 1...3 {
      try fixture.publish(
        number == 1 ? RemoteFixture.plain : "update main.counts set n = \(number)", second: number)
      try fixture.push(nil, to: "prod", destination)
    }
    var options = RemoteCollector.Options()
    options.keptCount = 1
    // S3 tells whole seconds, so what was just written is as old as the collection.
    options.graceSeconds = -5
    let report = try RemoteCollector(fixture.remote(destination), options, id: "a").run()
    #expect(report.removedBuilds.count == 2 && report.removedObjectCount == 4)
    try RemoteFixture.checkIsWhole(destination)
  }
}
