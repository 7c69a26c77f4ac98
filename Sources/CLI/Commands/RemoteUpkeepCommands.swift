import ArgumentParser
import Diagnostics
import Storage
import Sync
import Transform

struct RemoteVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Look whether a remote has all that its environments name.",
    discussion: """
      Every object of the builds that environments are at is read: its presence, size and SHA-256, and of tables and \
      views the columns, rows and content hash. Ends with 1 where something is not as it should be.

      Examples:
        reelhouse remote verify
        reelhouse remote verify --env prod --quick
      """)

  @OptionGroup var place: RemoteOptions

  @Flag(help: "Look at presence and size only, and read nothing.")
  var quick = false

  @Option(name: [.short, .long], help: "The form of what was found: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let console = session.console
    let remote = try session.remote(place.remote)
    let known = try remote.environments()
    let environments = place.env == nil && !known.isEmpty ? known : [try session.remoteEnvironment(place.env)]
    var byteCount = 0
    var verifier = try RemoteVerifier(remote, session.warehouse(), isQuick: quick) { count in
      byteCount += count
      console.progress("verified \(ByteText.of(byteCount))")
    }
    let found = try verifier.run(environments: environments)
    console.endProgress()
    switch output {
    case .json: console.data(try JSON.text(found))
    case .text: for verification in found { tell(verification, console) }
    }
    if !found.allSatisfy(\.isSound) { throw CommandOutcome.failed }
  }

  private func tell(_ found: Verification, _ console: Console) {
    let verdict = found.isSound ? "sound" : "\(found.faults.count) faults"
    console.data(
      "\(found.build)  \(found.environments.joined(separator: ", "))  \(found.objectCount) objects, "
        + "\(NumberText.grouped(found.rowCount)) rows, \(ByteText.of(found.byteCount))  \(verdict)")
    for fault in found.faults { console.data("  \(fault.key.map { "\($0): " } ?? "")\(fault.what)") }
  }
}

struct RemoteCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove builds that no environment needs any more, and objects that no build names.",
    discussion: """
      What stays: of each environment the build that it is at and the newest of those that it was at, and whatever is \
      younger than the grace period. A push that is under way ends it before anything is removed.

      Examples:
        reelhouse remote gc --dry-run
        reelhouse remote gc --keep 5 --grace 72
      """)

  @OptionGroup var remote: RemoteNameOption

  @Option(help: ArgumentHelp("How many builds of each environment stay.", valueName: "n"))
  var keep = 10

  @Option(help: ArgumentHelp("How many hours old something must be to be removed.", valueName: "hours"))
  var grace = 24.0

  @Flag(help: "Say what would be removed, and remove nothing.")
  var dryRun = false

  @Option(name: [.short, .long], help: "The form of the result: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if keep < 1 { throw ValidationError("--keep is at least 1: the build that an environment is at") }
    if !grace.isFinite || grace < 0 || grace > 1e6 {
      throw ValidationError("--grace is a number of hours, 0 or more")
    }
  }

  func run() throws {
    let session = Session(global)
    let remote = try session.remote(remote.remote)
    var options = RemoteCollector.Options()
    options.keptCount = keep
    options.graceSeconds = grace * 3600
    options.isDryRun = dryRun
    let report = try RemoteCollector(remote, options, id: session.invocationID).run()
    switch output {
    case .json:
      session.console.data(
        JSONWriter.text([
          "remote": .string(remote.name), "dry_run": .bool(dryRun),
          "removed_builds": .strings(report.removedBuilds), "kept_builds": .strings(report.keptBuilds),
          "removed_objects": .integer(report.removedObjectCount),
          "removed_bytes": .integer(report.removedByteCount),
          "kept_objects": .integer(report.keptObjectCount),
        ]))
    case .text:
      for build in report.removedBuilds { session.console.data("- \(build)") }
      session.console.log(
        "\(dryRun ? "Would remove" : "Removed") \(report.removedBuilds.count) builds and "
          + "\(report.removedObjectCount) objects, \(ByteText.of(report.removedByteCount)); "
          + "\(report.keptBuilds.count) builds and \(report.keptObjectCount) objects stay")
    }
  }
}

/// The name of a remote alone, for commands that are of no environment.
struct RemoteNameOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A remote of reelhouse.yml, a folder by its path, or s3://bucket/prefix.", valueName: "name"))
  var remote: String?
}
