import ArgumentParser
import Transform

struct BuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Load seeds, run models and test them in the order of the graph; publish.",
    discussion: """
      Without a selection a finished draft is published. With one, only the draft changes.

      Examples:
        reelhouse build
        reelhouse build --select +movies_by_year
        reelhouse build --exclude tag:slow --fail-fast
        reelhouse build --watch     build again what each saved file touches
      """)

  @Flag(help: "Go on: build again what each saved file touches, and tell what became of the rows.")
  var watch = false

  @OptionGroup var run_: RunOptions

  func run() throws {
    if watch { return try Watch(run_).start() }
    try NodeRun(.build, run_).start()
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run models in the draft.",
    discussion: """
      Examples:
        reelhouse run
        reelhouse run --select stg_movies+
      """)

  @OptionGroup var run_: RunOptions

  func run() throws { try NodeRun(.run, run_).start() }
}

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run data tests in the draft.",
    discussion: """
      Examples:
        reelhouse test
        reelhouse test --select stg_movies
        reelhouse test --select test_type:singular
      """)

  @OptionGroup var run_: RunOptions

  func run() throws { try NodeRun(.test, run_).start() }
}

struct SeedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seed", abstract: "Load the seeds' CSV files into the draft.",
    discussion: """
      Examples:
        reelhouse seed
        reelhouse seed --select theme_groups
      """)

  @OptionGroup var run_: RunOptions

  func run() throws { try NodeRun(.seed, run_).start() }
}

struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Bring snapshots up to date, which keep what rows were like before.",
    discussion: """
      Examples:
        reelhouse snapshot
        reelhouse snapshot --select orders_snapshot
      """)

  @OptionGroup var run_: RunOptions

  func run() throws { try NodeRun(.snapshot, run_).start() }
}

/// Options of the commands that run nodes.
struct RunOptions: ParsableArguments {
  @OptionGroup var selection: SelectionOptions

  @Flag(name: [.customShort("f"), .long], help: "Make incremental models from nothing.")
  var fullRefresh = false

  @Flag(help: "Run every selected node, even if nothing that it depends on has changed.")
  var noReuse = false

  @Flag(help: "Say of every node why it runs or does not.")
  var explain = false

  @Flag(help: "Make each model a second time, of its inputs in another order: a difference is an error.")
  var shuffle = false

  @Flag(inversion: .prefixedNo, help: "Keep the failing rows of tests in tables.")
  var storeFailures: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Let models read no rows: what would be made, without its data. Publishes nothing.")
  var empty: Bool?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func readsNothing(_ session: Session) -> Bool { empty ?? session.environment.flag("DBT_EMPTY") ?? false }

  func isFullRefresh(_ session: Session) -> Bool {
    fullRefresh || session.environment.flag("DBT_FULL_REFRESH") ?? false
  }
}
