import Diagnostics
import Files
import Storage
import Threads

/// How a push goes on, for whoever watches.
package enum PushEvent: Sendable {
  /// A table is exported.
  case exported(Relation, rowCount: Int, byteCount: Int)
  /// So many bytes more are where they belong.
  case sent(byteCount: Int)
  /// A collection of garbage by that machine is waited for.
  case waiting(machine: String)
}

/// A push that is ready to be sent: everything is exported, and it is known what the remote lacks.
package struct PreparedPush: Sendable {
  package let plan: PushPlan
  package let manifest: RemoteManifest
  package let manifestBytes: [UInt8]
  let inventory: BuildInventory
  /// What has to be sent.
  package let missing: [RemoteManifest.Object]

  package var missingByteCount: Int { missing.reduce(0) { $0 + $1.byteCount } }

  /// Whether the environment is at another build.
  package var movesRef: Bool {
    plan.previous?.build != plan.build || plan.previous?.manifestSHA256 != Digest.sha256(manifestBytes)
  }

  /// Whether the remote is as it is to be.
  package var isNothingToDo: Bool { missing.isEmpty && !movesRef && plan.existing != nil }
}

/// What a push did.
package struct PushReport: Sendable {
  package var sentObjectCount: Int
  package var sentByteCount: Int
  /// Of `sentObjectCount`, those that hold rows.
  package var sentDataObjectCount: Int
  package var hasMovedRef: Bool
}

/// Brings a published build to a remote: plan, export, upload, publish. Whatever it is cut off in, the environment's ref
/// names a whole build, and the next push goes on from there.
package struct PushRunner: Sendable {
  package struct Options: Sendable {
    package var environment: String
    package var machine = Machine.name
    /// Random, of this push alone.
    package var pushID: String
    package var threadCount = 4
    package var allowsSchemaChange = false
    /// Asked before each object; then the push ends as if it had failed there.
    package var shouldStop: @Sendable () -> Bool = { false }

    package init(environment: String, pushID: String) {
      self.environment = environment
      self.pushID = pushID
    }
  }

  private let warehouse: Warehouse
  private let remote: Remote
  private let options: Options
  private let cache: ExportCache
  private let onEvent: @Sendable (PushEvent) -> Void
  /// How many tables are exported at once: each takes some 40 MB.
  private static let exporterCount = 2
  /// How often objects that vanish while a push is under way are sent again.
  private static let attemptCount = 3

  package init(
    _ warehouse: Warehouse, _ remote: Remote, _ options: Options,
    onEvent: @escaping @Sendable (PushEvent) -> Void = { _ in }
  ) throws {
    self.warehouse = warehouse
    self.remote = remote
    self.options = options
    self.onEvent = onEvent
    cache = try ExportCache(warehouse)
  }

  // MARK: Plan

  /// Plans the push of the build that `reader` has open, and exports what the remote has not seen yet.
  ///
  /// - Parameter onPlan: shown the plan before anything is exported.
  package func prepare(
    _ reader: borrowing WarehouseReader, onPlan: (PushPlan) throws -> Void = { _ in }
  ) throws -> PreparedPush {
    let inventory = try BuildInventory(reader)
    var plan = try PushPlanner(remote: remote, environment: options.environment, cache: cache).plan(inventory)
    try onPlan(plan)
    try checkTypes(plan)
    let held = try cache.hold()
    let exported = try export(inventory, plan.known)
    _ = consume held
    let manifest = makeManifest(inventory, plan, exported)
    let missing = try presence.missing(of: manifest.objects)
    for index in plan.changes.indices {
      guard let table = manifest.table(plan.changes[index].relation), plan.changes[index].change != .dropped
      else { continue }
      plan.changes[index].rowCount = table.rowCount
      let keys = Set(table.allObjects.map(\.key))
      plan.changes[index].byteCount = missing.filter { keys.contains($0.key) }.reduce(0) { $0 + $1.byteCount }
    }
    return PreparedPush(
      plan: plan, manifest: manifest, manifestBytes: try manifest.bytes(), inventory: inventory,
      missing: missing)
  }

  private func checkTypes(_ plan: PushPlan) throws {
    let changes = plan.typeChanges
    guard !changes.isEmpty, !options.allowsSchemaChange else { return }
    throw SyncError(
      .remoteSchemaChange,
      "the push would change the type of \(changes.count == 1 ? "a column" : "\(changes.count) columns") that '\(plan.environment)' has",
      notes: changes.map { relation, column in
        "\(relation).\(column.name): \(column.old?.rawValue ?? "") → \(column.new?.rawValue ?? "")"
      }, hints: ["see that what reads them can do with that, then push with --allow-schema-change"])
  }

  private func export(
    _ inventory: BuildInventory, _ known: [Relation: ExportedTable]
  ) throws -> [Relation: ExportedTable] {
    let tables = inventory.tables.filter { known[$0.relation] == nil }
    // The largest first, so that no thread is left with one at the end.
    let order = tables.indices.sorted {
      (tables[$0].item.rowCount ?? .max, $1) > (tables[$1].item.rowCount ?? .max, $0)
    }
    let id = inventory.record.id
    let results = try WorkQueue.run(order, threadCount: Self.exporterCount) { index in
      if options.shouldStop() { throw CancellationError() }
      let table = tables[index]
      let exported = try export(table, id)
      onEvent(
        .exported(
          table.relation, rowCount: exported.rowCount,
          byteCount: exported.allObjects.reduce(0) { $0 + $1.byteCount }))
      return (table.relation, exported)
    }
    return known.merging(results) { first, _ in first }
  }

  private func export(_ table: BuildInventory.Table, _ id: String) throws -> ExportedTable {
    let reader = try WarehouseReader(warehouse, .build(id: id))
    let connection = reader.connection
    return try TableExporter(cache: cache).export(table) { connection }
  }

  private func makeManifest(
    _ inventory: BuildInventory, _ plan: PushPlan, _ exported: [Relation: ExportedTable]
  ) -> RemoteManifest {
    if let existing = plan.existing { return existing.manifest }
    let tables = inventory.tables.map { table in
      guard let export = exported[table.relation] else { preconditionFailure("every table is exported") }
      return RemoteManifest.Table(
        layer: table.relation.layer, name: table.relation.name, kind: table.kind, rowCount: export.rowCount,
        columns: table.item.columns, contentHash: export.contentHash, exactHash: table.exactHash,
        exportKey: table.exportKey, sql: table.sql, indexes: table.indexes, objects: export.objects,
        corrections: export.corrections)
    }
    return RemoteManifest(
      build: inventory.record, tables: tables,
      files: inventory.files.map { RemoteManifest.File(name: $0.name, object: $0.object) })
  }

  private var presence: ObjectPresence { ObjectPresence(remote: remote, threadCount: options.threadCount) }

  // MARK: Run

  /// Sends what is missing and moves the ref.
  package func run(_ push: PreparedPush) throws -> PushReport {
    let locks = RemoteLocks(remote: remote, machine: options.machine)
    try locks.announce(options.pushID) { onEvent(.waiting(machine: $0)) }
    let report: PushReport
    do {
      report = try runAnnounced(push)
    } catch {
      try? locks.withdraw(options.pushID)
      throw error
    }
    try locks.withdraw(options.pushID)
    try cache.clear()
    return report
  }

  private func runAnnounced(_ push: PreparedPush) throws -> PushReport {
    let held = try cache.hold()
    var report = PushReport(sentObjectCount: 0, sentByteCount: 0, sentDataObjectCount: 0, hasMovedRef: false)
    try sendAll(push, &report)
    try storeManifest(push)
    // What was there when this push began may have been collected since.
    try sendAll(push, &report)
    if push.movesRef {
      try remote.move(options.environment, from: push.plan.storedRef, to: move(.push, push))
      report.hasMovedRef = true
    }
    _ = consume held
    return report
  }

  private func move(_ action: RemoteRef.Move.Action, _ push: PreparedPush) -> RemoteRef.Move {
    RemoteRef.Move(
      action: action, build: push.plan.build, manifestByteCount: push.manifestBytes.count,
      manifestSHA256: Digest.sha256(push.manifestBytes), pushID: options.pushID,
      movedAt: Timestamp.now().iso8601, machine: options.machine)
  }

  /// Sends until nothing is missing.
  private func sendAll(_ push: PreparedPush, _ report: inout PushReport) throws {
    for _ in 0..<Self.attemptCount {
      let missing = try presence.missing(of: push.manifest.objects)
      if missing.isEmpty { return }
      try send(missing, push)
      report.sentObjectCount += missing.count
      report.sentByteCount += missing.reduce(0) { $0 + $1.byteCount }
      report.sentDataObjectCount += missing.filter { $0.key.hasPrefix(RemoteLayout.dataPrefix) }.count
    }
    throw SyncError(
      .remoteBusy, "objects vanish from the remote '\(remote.name)' while they are sent",
      hints: ["see who removes them, then push again"])
  }

  private func send(_ objects: [RemoteManifest.Object], _ push: PreparedPush) throws {
    try exportAgain(objects, push)
    let paths = Dictionary(
      push.inventory.files.map { ($0.object.key, $0.path) }, uniquingKeysWith: { first, _ in first })
    // The largest first.
    let order = objects.indices.sorted { (objects[$0].byteCount, $1) > (objects[$1].byteCount, $0) }
    _ = try WorkQueue.run(order, threadCount: options.threadCount) { index in
      if options.shouldStop() { throw CancellationError() }
      let object = objects[index]
      guard let key = ObjectKey(object.key) else { throw presence.differs(object) }
      let content = ObjectContent.file(
        path: paths[object.key] ?? cache.path(object), byteCount: object.byteCount, sha256: object.sha256)
      if case .refused = try remote.destination.put(key, content, .ifAbsent) { try checkPresent(key, object) }
      onEvent(.sent(byteCount: object.byteCount))
    }
  }

  /// Somebody else sent the object meanwhile: the very same bytes, or it is no object of ours.
  private func checkPresent(_ key: ObjectKey, _ object: RemoteManifest.Object) throws {
    guard let status = try remote.destination.head(key) else { return }
    guard status.byteCount == object.byteCount,
      try remote.destination.sha256(of: key, status) == object.sha256
    else { throw presence.differs(object) }
  }

  /// Exports what is to be sent and whose file is gone: it was taken for sent.
  private func exportAgain(_ objects: [RemoteManifest.Object], _ push: PreparedPush) throws {
    let wanted = Set(objects.filter { !cache.has($0) }.map(\.key))
    for table in push.manifest.tables where table.allObjects.contains(where: { wanted.contains($0.key) }) {
      guard let local = push.inventory.tables.first(where: { $0.relation == table.relation }) else {
        continue
      }
      let exported = try export(local, push.plan.build)
      guard exported.allObjects.map(\.sha256) == table.allObjects.map(\.sha256) else {
        throw SyncError(
          .remoteObjectDiffers,
          "an object of '\(table.relation)' is missing in the remote, and this version of reelhouse writes other bytes",
          hints: ["build again: `reelhouse build` publishes under a new id, which is pushed anew"])
      }
    }
  }

  private func storeManifest(_ push: PreparedPush) throws {
    let key = RemoteLayout.manifest(push.plan.build)
    let outcome = try remote.destination.put(key, .bytes(push.manifestBytes), .ifAbsent)
    guard case .refused = outcome else { return }
    guard let found = try remote.destination.bytes(key, limit: RemoteManifest.byteLimit)?.bytes,
      found == push.manifestBytes
    else {
      throw SyncError(
        .remoteObjectDiffers,
        "the remote '\(remote.name)' has another manifest of the build '\(push.plan.build)'",
        hints: ["another version of reelhouse pushed it meanwhile: push again"])
    }
  }
}
