import ArgumentParser
import Diagnostics
import Files
import Ingest
import Storage
import Transform

struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish the draft as a build, if it is finished.",
    discussion: """
      A draft is finished when every model is fresh and every test of severity error has passed; what is not is listed.

      Example:
        reelhouse publish
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    let draft = try session.draft()
    try Self.publish(
      DraftPublication(project, draft, sourceSchemas: SourceTable.schemaFingerprints(in: project.manifest)),
      try Artifacts(project, session), session.console)
  }

  /// Publishes, and says what became of it.
  static func publish(_ publication: DraftPublication, _ artifacts: Artifacts, _ console: Console) throws {
    let outcome = try publication.publish(
      artifacts: artifacts.files, reelhouseVersion: Reelhouse.version, now: .now())
    switch outcome {
    case .published(let build): console.log("Published build \(build.id) in \(build.path)")
    case .unchanged(let build): console.log("Nothing to publish: build \(build.id) is what the draft holds")
    }
  }
}

struct BuildsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "builds", abstract: "List the builds, newest first; the published one has a star.",
    discussion: """
      Examples:
        reelhouse builds
        reelhouse builds --verify     read every layer, compare its SHA-256
      """)

  @Flag(help: "Compare each build's layers with what was published.")
  var verify = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let warehouse = try session.warehouse()
    // A link that leads nowhere is no reason not to list what there is.
    let current = try? warehouse.currentBuild()?.id
    let builds = try warehouse.builds()
    if builds.isEmpty { session.console.remark("nothing is published in '\(warehouse.path)'") }
    var isSound = true
    for build in builds {
      let mark = build.id == current ? "*" : " "
      let faults = verify ? try faults(of: build, in: warehouse) : []
      isSound = isSound && faults.isEmpty
      let record = try? build.record()
      let size = record.map { ByteText.of($0.layers.reduce(0) { $0 + $1.byteCount }) } ?? "?"
      let tables = record.map { "\($0.relations.count) relations" } ?? "no readable build.json"
      let verdict =
        verify ? (faults.isEmpty ? "  sound" : "  DAMAGED: \(faults.joined(separator: "; "))") : ""
      session.console.data("\(mark) \(build.id)  \(size)  \(tables)\(verdict)")
    }
    if !isSound { throw CommandOutcome.failed }
  }

  private func faults(of build: Build, in warehouse: Warehouse) throws -> [String] {
    do {
      return try warehouse.verify(build)
    } catch let error as StorageError where error.code == .buildDamaged {
      return [error.message]
    }
  }
}

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Make an earlier build the published one, in milliseconds.",
    discussion: """
      The draft stays as it is. Without an id, the newest build older than the published one is taken.

      Examples:
        reelhouse rollback
        reelhouse rollback 20261122T071530Z
      """)

  @Argument(help: "A build's id, or the beginning of one.")
  var id: String?

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let console = session.console
    let warehouse = try session.warehouse()
    let lock = try WarehouseLock(
      warehouse, command: session.invocation, timeoutSeconds: global.lockTimeout,
      onWait: { console.remark("waiting for the warehouse's lock, held by \($0)") })
    let build = try warehouse.rollback(to: id, holding: lock)
    console.log("Published build \(build.id) in \(build.path)")
  }
}

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say what is published, what the draft holds, and what is stale or failed.",
    discussion: """
      Examples:
        reelhouse status
        reelhouse status --path       only the published build's folder, for others:
        sqlite3 "$(reelhouse status --path)/main.db"
      """)

  @Flag(help: "Print the folder of the published build and nothing else.")
  var path = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let warehouse = try session.warehouse()
    if path { return try printPath(warehouse, session.console) }
    let console = session.console
    console.data("warehouse  \(warehouse.path)")
    if let build = try warehouse.currentBuild() {
      let record = try build.record()
      let tests = record.testCounts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      console.data("published  \(build.id)  \(ByteText.of(record.layers.reduce(0) { $0 + $1.byteCount }))")
      console.data("           \(record.relations.count) relations, tests: \(tests.joined(separator: ", "))")
    } else {
      console.data("published  nothing yet")
    }
    console.data("builds     \(try warehouse.builds().count)")
    guard warehouse.hasDraft else {
      console.data("draft      none yet")
      return
    }
    let sizes = try Layer.allCases.map { layer in
      "\(layer.rawValue) \(ByteText.of(try FileSystem.status(warehouse.draftFile(layer))?.byteCount ?? 0))"
    }
    console.data("draft      \(sizes.joined(separator: ", "))")
    try printState(warehouse, session)
  }

  private func printPath(_ warehouse: Warehouse, _ console: Console) throws {
    guard let build = try warehouse.currentBuild() else {
      throw StorageError(
        .nothingPublished, "nothing is published in '\(warehouse.path)'",
        hints: ["`reelhouse build` publishes"])
    }
    console.data(build.path)
  }

  private func printState(_ warehouse: Warehouse, _ session: Session) throws {
    let project = try session.project(project)
    let reader = try WarehouseReader(warehouse, .draft)
    let state = try DraftState(
      project, connection: reader.connection, results: try DraftResults(warehouse),
      sourceSchemas: SourceTable.schemaFingerprints(in: project.manifest))
    let console = session.console
    if state.isFinished {
      console.data("           finished: all nodes are fresh and all tests passed")
      return
    }
    console.data("           unfinished: \(state.unfinished.count) of \(state.entries.count) nodes")
    for entry in state.unfinished {
      let name = entry.node.relation.map { "\($0)" } ?? entry.node.name
      console.data("  \(name): \(entry.condition.explanation)")
    }
  }
}

/// Sizes for people.
enum ByteText {
  static func of(_ count: Int) -> String {
    var value = Double(count)
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(count) B" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
