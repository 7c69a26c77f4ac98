import ArgumentParser
import Diagnostics
import Storage
import Sync
import Transform

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare builds, the draft and what is in a remote: columns and rows.",
    discussion: """
      Without a build the published one and the draft are compared; with one, it and the draft; with two, these. With \
      --remote, the published build, or the one that is named, and an environment of the remote. Rows \
      are matched by the key that the project declares: meta.primary_key, a primary key's constraint, unique_key, or a \
      unique test. Tables that are known to be equal are not read. Ends with 0 where all is equal, 1 where it is not.

      Examples:
        reelhouse diff
        reelhouse diff 20261122T071530Z draft
        reelhouse diff 20261122T071530Z 20261123T080000Z --output json
        reelhouse diff --select movies_by_year --limit 20
        reelhouse diff draft dev --remote local
      """)

  enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
  }

  @Argument(help: ArgumentHelp("A build's id, or the beginning of one; the older side.", valueName: "build"))
  var old: String?

  @Argument(
    help: ArgumentHelp(
      "A build's id, or draft; the newer side. With --remote, an environment of it.", valueName: "build"))
  var new: String?

  @OptionGroup var place: RemoteOptions

  @Option(help: "How many rows of each kind are shown.")
  var limit = 5

  @Option(name: [.short, .long], help: "The form of the difference: table or json.")
  var output: OutputForm = .table

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let warehouse = try session.warehouse()
    var options = try options(session)
    let older = try ComparedState(warehouse, try target(old, else: .current))
    guard old != nil || older.side.isImmutable else {
      throw Diagnostic(
        .nothingPublished, "nothing is published that could be compared",
        hints: ["`reelhouse build` publishes"])
    }
    let newer: ComparedState
    if place.remote != nil || place.env != nil {
      newer = try remoteState(session, warehouse, against: older, options.relations)
      let relations = older.relations(against: newer)
      options.relations = options.relations.map { $0.intersection(relations) } ?? relations
    } else {
      newer = try ComparedState(warehouse, try target(new, else: .draft))
    }
    try compare(older, newer, options, session)
  }

  private func compare(
    _ older: ComparedState, _ newer: ComparedState, _ options: WarehouseComparison.Options, _ session: Session
  ) throws {
    let sides = (older.side, newer.side)
    let comparison = try WarehouseComparison(old: sides.0, new: sides.1, options: options)
    let writer = DifferenceWriter(console: session.console)
    let differences = try comparison.run { difference in
      if output == .table { for line in writer.lines(difference) { session.console.data(line) } }
    }
    let changed = differences.filter(\.isDifferent)
    switch output {
    case .json:
      session.console.data(
        JSONWriter.text([
          "old": .string(sides.0.name), "new": .string(sides.1.name),
          "relations": .array(changed.map(writer.json)), "compared": .integer(differences.count),
        ]))
    case .table:
      session.console.remark(
        changed.isEmpty
          ? "\(sides.0.name) and \(sides.1.name) are equal in \(differences.count) relations"
          : "\(changed.count) of \(differences.count) relations differ between \(sides.0.name) and \(sides.1.name)"
      )
    }
    // What is compared stays in place until it has been.
    withExtendedLifetime((comparison, older, newer)) {}
    if !changed.isEmpty { throw CommandOutcome.failed }
  }

  private func remoteState(
    _ session: Session, _ warehouse: Warehouse, against other: ComparedState, _ relations: Set<Relation>?
  ) throws -> ComparedState {
    if let new, let named = place.env {
      throw Diagnostic(.invalidArgument, "the environment is named twice: '\(new)' and '\(named)'")
    }
    let remote = try session.remote(place.remote)
    let environment = try session.remoteEnvironment(new ?? place.env)
    let manifest = try remote.manifest(remote.requiredRef(environment).ref.current)
    return try ComparedState(
      remote, manifest, environment: environment, against: other, relations, in: warehouse)
  }

  private func target(_ name: String?, else standard: WarehouseReader.Target) throws -> WarehouseReader.Target
  {
    switch name {
    case nil: standard
    case "draft": .draft
    case "current", "published": .current
    case let id?: .build(id: id)
    }
  }

  /// Keys and wanted relations, as the project has them.
  private func options(_ session: Session) throws -> WarehouseComparison.Options {
    let project = try session.project(project)
    var options = WarehouseComparison.Options(
      sampleCount: limit, keys: PrimaryKeys(project.manifest).byRelation(of: project.manifest))
    let nodes = NodeSelection(selection, project, session)
    if try !nodes.isWhole {
      let selected = try nodes.resolve()
      options.relations = Set(selected.compactMap { project.manifest.nodes[$0]?.relation })
    }
    return options
  }
}
