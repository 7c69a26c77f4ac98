import Cloud
import Diagnostics
import Storage
import Sync
import TestSupport
import Testing

/// A job whose runs run the script that a push has brought into a bucket; `make test-cloud` says by variables where both are.
@Suite(
  .enabled(if: CloudServer("REELHOUSE_TEST_S3") != nil && CloudServer("REELHOUSE_TEST_AWS") != nil),
  .serialized)
struct JobServerTests {
  private let fixture: RemoteFixture
  private let remote: Remote
  private let glue: GlueClient

  init() throws {
    fixture = try RemoteFixture()
    let s3 = try #require(CloudServer("REELHOUSE_TEST_S3"))
    let destination = S3Destination(try S3Client(s3.configuration()), bucket: s3.bucket, prefix: "mirrored")
    remote = fixture.remote(destination)
    glue = try GlueClient(#require(CloudServer("REELHOUSE_TEST_AWS")).configuration())
  }

  /// What Python does with the job's arguments in `options`.
  private func script(_ body: String, version: Int) -> JobScript {
    JobScript(
      Array(
        """
        import sys, time
        SCRIPT_VERSION = \(version)
        options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
        \(body)

        """.utf8))
  }

  private func plan(_ script: JobScript, _ environment: String, _ id: String) throws -> JobPlan {
    let move = try remote.requiredRef(environment).ref.current
    return try JobPlan(
      MirrorJob(glue, name: "mirror", script: script), remote, remote.manifest(move),
      manifestSHA256: move.manifestSHA256, environment: environment, pushID: id)
  }

  private var runner: JobRunner {
    var options = JobRunner.Options()
    options.pauseSeconds = 0.2
    return JobRunner(remote, options)
  }

  @Test("a run does what the pushed script says, fails with its last line, and is made good by the next push")
  func wholeWay() throws {
    let environment = "job-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    let build = try fixture.publish(RemoteFixture.plain, second: Int.random(in: 1...9_000_000))
    try fixture.push(nil, to: environment, remote.destination)
    // Other runs of these tests have left scripts of their own.
    let version = Int(Timestamp.now().microseconds / 1000)
    let failing = script(
      "sys.exit(options['--build_id'] + ' has ' + options['--tables'] + '; no Snowflake')", version: version)
    let told = try #require(diagnostic { _ = try runner.run(plan(failing, environment, "p1")) })
    #expect(told.code == .jobFailed)
    #expect(
      told.message.hasSuffix("\(build.id) has raw.movies,staged.many,main.counts; no Snowflake"), "\(told)")
    let sound = script("time.sleep(0.5)", version: version + 1)
    let next = try plan(sound, environment, "p2")
    #expect(next.script.state == .older(version) && !next.isNothingToDo)
    #expect(try runner.run(next) != nil)
    #expect(try plan(sound, environment, "p3").isNothingToDo)
    #expect(try plan(failing, environment, "p3").script.state == .newer(version + 1))
  }

  @Test("of two pushes at once, one waits for the run of the other")
  func twoAtOnce() throws {
    let first = "job-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    try fixture.publish(RemoteFixture.plain, second: Int.random(in: 1...9_000_000))
    try fixture.push(nil, to: first, remote.destination)
    let second = "\(first)-b"
    try fixture.publish("update main.counts set n = 9", second: Int.random(in: 9_000_000...9_900_000))
    try fixture.push(nil, to: second, remote.destination)
    let version = Int(Timestamp.now().microseconds / 1000)
    let slow = script("time.sleep(2)", version: version)
    let plan = try plan(slow, first, "q1")
    let other = try self.plan(slow, second, "q2")
    // As one that was started by somebody else.
    let run = try glue.startJobRun("mirror", arguments: ["--build_id": "other"])
    let report = try #require(try runner.run(plan))
    #expect(try glue.getJobRun("mirror", run).hasEnded && report.runID != run)
    #expect(try runner.run(other) != nil)
  }
}
