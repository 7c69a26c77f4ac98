import ArgumentParser
import Diagnostics
import Files
import SQLite
import Storage
import Sync
import Transform
import Zip

struct DebugCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug",
    abstract: "Say which versions, files and settings are used, and whether they are sound.",
    discussion: """
      Each link is looked at by itself: project, archive, disk, warehouse. With --remote also what a push needs: the \
      remote, who one is for AWS, the bucket, in Glue the database, the crawler, the job and its secret, and in Snowflake \
      login, role, warehouse, database, schemas and grants. What is broken is told with the command that mends it; the exit code is 1 then. Nothing is changed but for a small object \
      under `locks/` of the remote, which is removed again.

      Examples:
        reelhouse debug
        reelhouse debug --remote prod
        reelhouse debug --remote prod -o json
        reelhouse debug --remote prod --write-secret
      """)

  @Option(help: ArgumentHelp("Look at this remote too, and at what belongs to it.", valueName: "name"))
  var remote: String?

  @Option(help: ArgumentHelp("The environment of the remote: prod, dev, …", valueName: "name"))
  var env: String?

  @Flag(help: "Say only where the configuration is looked for.")
  var configDir = false

  @Flag(help: "Check only that the draft can be read.")
  var connection = false

  @Flag(
    help: "Only write the key that the remote's Snowflake output names into the secret of its Glue job.")
  var writeSecret = false

  @Option(name: [.short, .long], help: "The form of the report: text or json.")
  var output: ReportForm = .text

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    if configDir {
      let folder = project.profilesDir ?? session.environment.setting("DBT_PROFILES_DIR")
      return session.console.data(try folder ?? session.projectPath())
    }
    if writeSecret { return try writeJobSecret(session) }
    let writer = CheckupWriter(session.console, output)
    writer.begin(Self.versions)
    var checkup = Checkup { writer.write($0) }
    LocalCheckup(session, project, isShort: connection).examine(&checkup)
    if let remote { RemoteCheckup(session, project, remote, env).examine(&checkup) }
    writer.end(checkup)
    if !checkup.diagnostics.isEmpty { throw CommandOutcome.failed }
  }

  private func writeJobSecret(_ session: Session) throws {
    guard let remote else {
      throw Diagnostic(
        .invalidArgument, "--write-secret needs to know of which remote", hints: ["name it with --remote"])
    }
    let declaration = try session.remoteDeclaration(remote)
    guard let job = declaration.glue?.job, let output = declaration.snowflake else {
      throw Diagnostic(
        .settingMissing, "the remote '\(declaration.name)' has no Glue job and Snowflake to bring together",
        hints: ["declare both in reelhouse.yml: `glue: { job: … }`, `snowflake: …`"])
    }
    let environment = try session.remoteEnvironment(env)
    let client = try session.snowflake(
      output.replacing("{env}", with: environment), profilesDir: project.profilesDir)
    let written = try JobSecret(session.awsConfiguration(declaration), job: job).write(client.connection)
    session.console.remark(
      "wrote the key of '\(output)' into the secret '\(written.name)', version \(written.version)")
  }

  private static let versions = [
    ("reelhouse version", Reelhouse.version), ("dbt version", DbtVersion.emulated),
    ("sqlite version", Connection.sourceID),
    ("inflate", Inflater.Library.best == .isal ? "ISA-L" : "zlib; with libisal2, zips are read faster"),
  ]
}
