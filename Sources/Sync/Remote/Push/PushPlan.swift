import Diagnostics
import Parquet
import Storage

/// What a push does to one table or view of the remote.
package struct TableChange: Sendable, Equatable {
  package enum Change: String, Sendable {
    case added
    case changed
    case dropped
    case unchanged
  }

  package struct ColumnChange: Sendable, Equatable {
    package var name: String
    /// nil where there is no such column.
    package var old: MappedType?
    package var new: MappedType?

    package init(name: String, old: MappedType?, new: MappedType?) {
      self.name = name
      self.old = old
      self.new = new
    }
  }

  package var relation: Relation
  package var kind: RemoteManifest.Table.Kind
  package var change: Change
  package var rowCount: Int?
  package var previousRowCount: Int?
  package var columns: [ColumnChange] = []
  /// What has to be sent for it; nil as long as it was not exported.
  package var byteCount: Int?

  /// Columns whose type is another than before.
  package var changedTypes: [ColumnChange] { columns.filter { $0.old != nil && $0.new != nil } }
}

/// All that one push does, against the remote's own record.
package struct PushPlan: Sendable {
  package let remote: Remote
  package let environment: String
  package let build: String
  /// Where the environment is now; nil for nowhere.
  package let previous: RemoteRef.Move?
  package internal(set) var changes: [TableChange]
  /// What was read of the remote, which nobody may have moved when the push ends.
  let storedRef: Remote.StoredRef?
  /// The manifest of this build, where it was pushed before.
  let existing: (manifest: RemoteManifest, bytes: [UInt8])?
  /// What each table became when it was exported, as far as that is known.
  let known: [Relation: ExportedTable]

  package var typeChanges: [(Relation, TableChange.ColumnChange)] {
    changes.flatMap { change in change.changedTypes.map { (change.relation, $0) } }
  }
}

/// Makes the plan of a push.
struct PushPlanner {
  let remote: Remote
  let environment: String
  let cache: ExportCache

  func plan(_ inventory: BuildInventory) throws -> PushPlan {
    let stored = try remote.ref(environment)
    let previous = try previous(stored)
    let existing = try remote.manifest(id: inventory.record.id)
    if let existing { try checkIsSame(existing.manifest, inventory) }
    return PushPlan(
      remote: remote, environment: environment, build: inventory.record.id, previous: stored?.ref.current,
      changes: changes(inventory, previous), storedRef: stored, existing: existing,
      known: try known(inventory, previous, existing?.manifest))
  }

  /// What the environment is at; nil where its manifest is lost, so that a push can mend that.
  private func previous(_ stored: Remote.StoredRef?) throws -> RemoteManifest? {
    do {
      return try stored.map { try remote.manifest($0.ref.current) }
    } catch let error as SyncError where error.code == .remoteDamaged {
      return nil
    }
  }

  /// A build's id stands for one build.
  private func checkIsSame(_ manifest: RemoteManifest, _ inventory: BuildInventory) throws {
    let local = Dictionary(
      inventory.tables.map { ($0.relation, $0.exactHash ?? $0.sql) }, uniquingKeysWith: { first, _ in first })
    let known = Dictionary(
      manifest.tables.map { ($0.relation, $0.exactHash ?? $0.sql) }, uniquingKeysWith: { first, _ in first })
    guard local == known, manifest.build.relations == inventory.record.relations else {
      throw SyncError(
        .remoteObjectDiffers,
        "the remote '\(remote.name)' has another build under the id '\(manifest.build.id)'",
        hints: ["build again: `reelhouse build` publishes under a new id"])
    }
  }

  /// Looks for exports in what the remote has, then in what this machine made.
  private func known(
    _ inventory: BuildInventory, _ previous: RemoteManifest?, _ existing: RemoteManifest?
  ) throws -> [Relation: ExportedTable] {
    var byKey = cache.exports()
    for table in previous?.tables ?? [] { byKey[table.exportKey] = ExportedTable(table) }
    var known: [Relation: ExportedTable] = [:]
    for table in inventory.tables {
      if let pushed = existing?.table(table.relation) {
        known[table.relation] = ExportedTable(pushed)
      } else if let exported = byKey[table.exportKey], Self.isPlausible(exported, table) {
        known[table.relation] = exported
      }
    }
    return known
  }

  /// Whether an entry of the cache, which anything may have written, is one of the table's at all.
  private static func isPlausible(_ exported: ExportedTable, _ table: BuildInventory.Table) -> Bool {
    exported.objects.enumerated().allSatisfy { part, object in
      Digest.isSHA256(object.sha256)
        && object.key == RemoteLayout.data(table.relation, sha256: object.sha256, part: part).text
    }
      && exported.corrections.map {
        Digest.isSHA256($0.sha256) && $0.key == RemoteLayout.exact(table.relation, sha256: $0.sha256).text
      } ?? true
  }

  private func changes(_ inventory: BuildInventory, _ previous: RemoteManifest?) -> [TableChange] {
    var changes: [TableChange] = []
    for table in inventory.tables {
      let old = previous?.table(table.relation)
      var change = TableChange(
        relation: table.relation, kind: table.kind, change: old == nil ? .added : .unchanged,
        rowCount: table.item.rowCount, previousRowCount: old?.rowCount)
      if let old {
        change.columns = Self.columnChanges(old.columns, table.item.columns)
        let isSame =
          old.exactHash == table.exactHash && old.sql == table.sql && old.columns == table.item.columns
          && (table.kind != .view || old.exportKey == table.exportKey)
        change.change = isSame ? .unchanged : .changed
      }
      changes.append(change)
    }
    let relations = Set(inventory.tables.map(\.relation))
    for old in previous?.tables ?? [] where !relations.contains(old.relation) {
      changes.append(
        TableChange(
          relation: old.relation, kind: old.kind, change: .dropped, previousRowCount: old.rowCount))
    }
    return changes.sorted { $0.relation < $1.relation }
  }

  private static func columnChanges(_ old: [MappedColumn], _ new: [MappedColumn]) -> [TableChange
    .ColumnChange]
  {
    func type(_ name: String, _ columns: [MappedColumn]) -> MappedType? {
      columns.first { $0.name.lowercased() == name.lowercased() }?.type
    }
    let gone = old.filter { type($0.name, new) == nil }.map {
      TableChange.ColumnChange(name: $0.name, old: $0.type, new: nil)
    }
    return gone
      + new.compactMap { column in
        let before = type(column.name, old)
        return before == column.type
          ? nil : TableChange.ColumnChange(name: column.name, old: before, new: column.type)
      }
  }
}
