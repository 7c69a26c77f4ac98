import ArgumentParser
import Diagnostics
import Transform

/// The command `reelhouse`.
struct Reelhouse: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "reelhouse",
    abstract:
      "A local-first warehouse: load an archive of CSV files, build and test dbt models, query and publish.",
    discussion: """
      Examples:
        reelhouse ingest archive.zip            load the CSV files of an archive
        reelhouse build                         run and test all models, publish
        reelhouse query 'select * from movies_by_year'

      Exit codes: 0 all is well, 1 a model or test failed, 2 it could not run.
      """,
    version: "reelhouse \(version) (dbt \(DbtVersion.emulated) projects)",
    groupedSubcommands: [
      CommandGroup(name: "Load", subcommands: [SampleCommand.self, IngestCommand.self]),
      CommandGroup(
        name: "Develop",
        subcommands: [
          BuildCommand.self, RunCommand.self, TestCommand.self, SeedCommand.self, SnapshotCommand.self,
          CompileCommand.self,
          ShowCommand.self, ListCommand.self, ParseCommand.self, RetryCommand.self, SourceCommand.self,
          RunOperationCommand.self,
          DocsCommand.self, DepsCommand.self, DebugCommand.self, CleanCommand.self,
        ]),
      CommandGroup(
        name: "Use",
        subcommands: [
          QueryCommand.self, DiffCommand.self, StatusCommand.self, PublishCommand.self, BuildsCommand.self,
          RollbackCommand.self, ExportCommand.self, InspectCommand.self,
        ]),
      CommandGroup(
        name: "Share",
        subcommands: [PushCommand.self, PullCommand.self, RemoteCommand.self, ConfigCommand.self]),
    ])
}

/// How a command ends.
enum CommandOutcome: Error {
  /// A node failed: exit code 1. All has been said.
  case failed
  /// There are changes, and a difference between none and some was asked for: exit code 2.
  case changed
}
