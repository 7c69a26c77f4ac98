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
        reelhouse remote verify --env prod --mirror
      """)

  @OptionGroup var place: RemoteOptions

  @Flag(help: "Look at presence and size only, and read nothing.")
  var quick = false

  @Flag(help: "Look at the mirror in Snowflake instead: counts and content hashes of all that readers see.")
  var mirror = false

  @Option(name: [.short, .long], help: "The form of what was found: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let console = session.console
    let declaration = try session.remoteDeclaration(place.remote)
    let remote = try session.remote(declaration)
    if mirror {
      try verifyMirror(remote, declaration, session)
      return
    }
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

  private func verifyMirror(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session
  ) throws {
    let console = session.console
    let environment = try session.remoteEnvironment(place.env)
    guard let database = try session.mirrorDatabase(declaration, environment: environment) else {
      throw Diagnostic(
        .settingMissing, "the remote '\(remote.name)' has no mirror",
        hints: ["name one in reelhouse.yml: `snowflake:` and an output of profiles.yml"])
    }
    let manifest = try remote.manifest(remote.requiredRef(environment).ref.current)
    Interruption.watch()
    let found = try MirrorVerifier(database, remote) { relation in
      if Interruption.isRequested { throw CancellationError() }
      console.progress("looking at \(relation)")
    }.run(manifest, environment: environment)
    console.endProgress()
    switch output {
    case .json: console.data(try JSON.text(found))
    case .text:
      console.data(
        "\(found.build)  \(environment)  mirror '\(found.database)'  \(found.relationCount) relations, "
          + "\(NumberText.grouped(found.rowCount)) rows  "
          + (found.isSound ? "sound" : "\(found.faults.count) faults"))
      for fault in found.faults {
        console.data("  \(fault.relation.map { "\($0): " } ?? "")\(fault.what)")
        for line in fault.difference?.lines ?? [] { console.data("    \(line)") }
      }
    }
    if !found.isSound { throw CommandOutcome.failed }
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
      younger than the grace period; and the builds that tables of the catalog and the mirror name. A push that is under \
      way ends it before anything is removed.

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

  @Flag(inversion: .prefixedNo, help: "Keep the builds that tables of the Glue catalog name.")
  var catalog = true

  @Flag(inversion: .prefixedNo, help: "Keep the builds that mirrors are at.")
  var mirror = true

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
    let declaration = try session.remoteDeclaration(remote.remote)
    let remote = try session.remote(declaration)
    var options = RemoteCollector.Options()
    options.namedBuilds = try namedBuilds(remote, declaration, session)
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

extension RemoteCollectCommand {
  /// What catalogs and mirrors are at, of all environments: where one cannot be asked, nothing is removed.
  private func namedBuilds(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session
  ) throws -> Set<String> {
    var builds: Set<String> = []
    for environment in try remote.environments() {
      if catalog,
        let step = try CatalogStep(remote, declaration, session, environment: environment, build: nil)
      {
        builds.formUnion(try step.builds())
      }
      if mirror, let database = try session.mirrorDatabase(declaration, environment: environment),
        let build = try MirrorState(database).record?.build
      {
        builds.insert(build)
      }
    }
    return builds
  }
}

/// The name of a remote alone, for commands that are of no environment.
struct RemoteNameOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A remote of reelhouse.yml, a folder by its path, or s3://bucket/prefix.", valueName: "name"))
  var remote: String?
}
