import Cloud
import Diagnostics
import Parquet
import Storage

/// What has to be done so that the mirror is at a build, against what it says of itself.
package struct MirrorPlan {
  /// A change that no transaction holds, since Snowflake ends one before every statement of its kind.
  package struct Step: Sendable, Equatable {
    package enum Kind: String, Sendable {
      /// An empty table; its rows come with the transaction.
      case createTable = "create table"
      /// A table whose columns change: another one with its rows, at once.
      case replaceTable = "replace table"
      case createView = "create view"
      case replaceView = "replace view"
      case dropTable = "drop table"
      case dropView = "drop view"
    }

    package let kind: Kind
    package let relation: Relation
    package let statement: String
  }

  package let database: MirrorDatabase
  package let state: MirrorState
  package let environment: String
  package let build: String
  let manifestSHA256: String
  package let tables: [RemoteManifest.Table]
  /// In an order in which they can be made.
  let views: [MirrorView]
  /// Tables that the job brings to the next build, by layer and name.
  package let written: [Relation]
  /// Of these, those whose rows are exchanged in the transaction.
  package let exchanged: [Relation]
  /// Before the transaction, and behind it.
  package let stepsBefore: [Step]
  package let stepsAfter: [Step]
  let models: MirrorModels

  /// Whether the mirror is at the build, whole.
  package let isNothingToDo: Bool

  /// - Parameter isAnew: whether all relations are brought, whatever the record says.
  package init(
    _ database: MirrorDatabase, _ manifest: RemoteManifest, manifestSHA256: String, _ models: MirrorModels,
    environment: String, isAnew: Bool = false
  ) throws {
    self.database = database
    self.environment = environment
    self.manifestSHA256 = manifestSHA256
    self.models = models
    build = manifest.build.id
    let state = try MirrorState(database)
    self.state = state
    if let record = state.record, record.environment != environment {
      throw SyncError(
        .mirrorConflict,
        "the mirror in the database \(database.name) is that of the environment '\(record.environment)'",
        notes: ["it is at the build \(record.build), since \(record.publishedAt) by \(record.publishedBy)"],
        hints: ["give each environment a database, by an output of its own: `snowflake: \"name_{env}\"`"])
    }
    let relations = manifest.tables.filter { $0.kind != .auxiliary }
    try Self.check(relations, state)
    let isView = Dictionary(
      uniqueKeysWithValues: relations.map {
        ($0.relation, $0.kind == .view || models.models[$0.relation]?.isView == true)
      })
    tables = relations.filter { isView[$0.relation] != true }
    views = MirrorView.ordered(
      try relations.filter { isView[$0.relation] == true }.map { try Self.view($0, models) })
    let known = isAnew ? nil : state.record?.contents
    var planner = Planner(state: state, known: known, models: models)
    for table in tables { planner.add(table) }
    for view in views { planner.add(view) }
    planner.addDrops(of: state.record?.contents, kept: Set(relations.map(\.relation)))
    (written, exchanged) = (planner.written.sorted(), planner.exchanged.sorted())
    (stepsBefore, stepsAfter) = (planner.before, planner.drops + planner.after)
    let record = state.record
    isNothingToDo =
      !isAnew && record?.build == build && record?.manifestSHA256 == manifestSHA256
      && record?.environment == environment && record?.isFinished == true && written.isEmpty
      && stepsBefore.isEmpty && stepsAfter.isEmpty
  }

  /// What the mirror will say that it holds.
  var contents: MirrorRecord.Contents {
    let entries =
      tables.map {
        MirrorRecord.Contents.Entry(
          relation: "\($0.relation)", isView: false, contentHash: $0.contentHash ?? "", definition: nil)
      }
      + views.map {
        MirrorRecord.Contents.Entry(
          relation: "\($0.relation)", isView: true, contentHash: $0.table.contentHash ?? "",
          definition: $0.definition)
      }
    let dropped = stepsAfter.filter { $0.kind == .dropTable || $0.kind == .dropView }.map { "\($0.relation)" }
    return MirrorRecord.Contents(relations: entries.sorted { $0.relation < $1.relation }, dropped: dropped)
  }

  func table(_ relation: Relation) -> RemoteManifest.Table? { tables.first { $0.relation == relation } }

  private static func view(_ table: RemoteManifest.Table, _ models: MirrorModels) throws -> MirrorView {
    do {
      return try MirrorView(table, models)
    } catch {
      let why = Diagnostic.all(of: error)
      throw SyncError(
        .mirrorImpossible,
        "the view '\(table.relation)' cannot be compiled for Snowflake: \(why.first?.message ?? "\(error)")",
        notes: why.first?.notes ?? [],
        hints: (why.first?.hints ?? []) + [
          "what differs from SQLite goes into a macro of two variants, `snowflake__name` and `default__name`",
          "or let the mirror have it as a table: `meta: {mirror: table}` in the model's configuration",
        ])
    }
  }

  /// Names that would meet in Snowflake, or with our own.
  private static func check(_ relations: [RemoteManifest.Table], _ state: MirrorState) throws {
    var places: [MirrorPlace: Relation] = [:]
    for table in relations {
      let place = MirrorPlace(table.relation, isNext: false)
      let isOwn =
        place.schema.layer == .main
        && [MirrorRecordSQL.lockName, MirrorRecordSQL.recordName].contains(place.name)
      if let twin = places.updateValue(table.relation, forKey: place) ?? (isOwn ? table.relation : nil) {
        throw SyncError(
          .mirrorImpossible,
          "'\(table.relation)' would have the name of "
            + (isOwn ? "the mirror's own record" : "'\(twin)'") + " in Snowflake",
          hints: ["give it another `alias`"])
      }
      var columns: Set<String> = []
      if let column = table.columns.first(where: { !columns.insert(MirrorName.stored($0.name)).inserted }) {
        throw SyncError(
          .mirrorImpossible, "'\(table.relation)' would have the column '\(column.name)' twice in Snowflake",
          hints: ["give it another name"])
      }
      guard table.contentHash.flatMap({ ContentHash($0) }) != nil else {
        throw SyncError(.remoteManifestRefused, "'\(table.relation)' has no content hash in the manifest")
      }
    }
  }
}

/// Decides relation by relation.
private struct Planner {
  let state: MirrorState
  let known: MirrorRecord.Contents?
  let models: MirrorModels
  var written: [Relation] = []
  var exchanged: [Relation] = []
  var before: [MirrorPlan.Step] = []
  var after: [MirrorPlan.Step] = []
  var drops: [MirrorPlan.Step] = []

  /// A row of a push that did not come to its end says what was to be, not what is.
  private var isCertain: Bool { state.record?.isFinished == true }

  mutating func add(_ table: RemoteManifest.Table) {
    let relation = table.relation
    let place = MirrorPlace(relation, isNext: false)
    let words = models.models[relation]
    switch state.kinds[place] {
    case nil:
      before.append(
        MirrorPlan.Step(kind: .createTable, relation: relation, statement: MirrorSQL.creation(table, words)))
      exchanged.append(relation)
      written.append(relation)
    case .view:
      drops.append(
        MirrorPlan.Step(kind: .dropView, relation: relation, statement: MirrorSQL.drop(place, .view)))
      replace(table, words)
    case .table:
      guard state.hasColumns(table.columns, at: place) else {
        replace(table, words)
        return
      }
      let entry = known?.entry(relation)
      if entry?.contentHash != table.contentHash || entry?.isView != false {
        exchanged.append(relation)
        written.append(relation)
      }
    }
  }

  private mutating func replace(_ table: RemoteManifest.Table, _ words: MirrorModels.Model?) {
    written.append(table.relation)
    after.append(
      MirrorPlan.Step(
        kind: .replaceTable, relation: table.relation, statement: MirrorSQL.replacement(table, words)))
  }

  mutating func add(_ view: MirrorView) {
    let place = MirrorPlace(view.relation, isNext: false)
    let entry = known?.entry(view.relation)
    let kind: MirrorPlan.Step.Kind
    switch state.kinds[place] {
    case nil: kind = .createView
    case .table:
      drops.append(
        MirrorPlan.Step(kind: .dropTable, relation: view.relation, statement: MirrorSQL.drop(place, .table)))
      kind = .createView
    case .view:
      if isCertain, entry?.definition == view.definition { return }
      kind = .replaceView
    }
    after.append(MirrorPlan.Step(kind: kind, relation: view.relation, statement: view.statement))
  }

  /// What a push has made before, and no relation of this build needs.
  mutating func addDrops(of contents: MirrorRecord.Contents?, kept: Set<Relation>) {
    let names = (contents?.relations.map(\.relation) ?? []) + (isCertain ? [] : contents?.dropped ?? [])
    for name in names {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      guard parts.count == 2, let layer = Layer(rawValue: parts[0]) else { continue }
      let relation = Relation(layer: layer, name: parts[1])
      let place = MirrorPlace(relation, isNext: false)
      guard !kept.contains(relation), let kind = state.kinds[place] else { continue }
      drops.append(
        MirrorPlan.Step(
          kind: kind == .table ? .dropTable : .dropView, relation: relation,
          statement: MirrorSQL.drop(place, kind)))
    }
  }
}
