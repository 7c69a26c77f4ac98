import Diagnostics
import Files
import SQLite
import Storage
import Sync
import Transform

/// A state of a warehouse that is compared with another, held as long as this lives: a build, the draft, or what an
/// environment of a remote is at.
final class ComparedState {
  let side: WarehouseComparison.Side
  /// The exact hashes of tables, as far as they are known, and nil for views.
  private let hashes: [Relation: String?]
  /// The statements of views.
  private let views: [Relation: String]
  private let reader: WarehouseReader?
  private let snapshot: RemoteSnapshot?

  /// A build or the draft.
  init(_ warehouse: Warehouse, _ target: WarehouseReader.Target) throws {
    let reader = try WarehouseReader(warehouse, target)
    let build = reader.build
    let files = Layer.allCases.map { ($0, build?.file($0) ?? warehouse.draftFile($0)) }
    side = WarehouseComparison.Side(
      name: build?.id ?? "draft", files: Dictionary(uniqueKeysWithValues: files), isImmutable: build != nil)
    var hashes: [Relation: String?] = [:]
    var views: [Relation: String] = [:]
    for record in try RelationCatalog(reader.connection).records() {
      hashes[record.relation] = record.kind == .view ? .some(nil) : record.exactHash
      guard record.kind == .view else { continue }
      let sql = try reader.connection.scalar(
        "select sql from \(record.relation.layer.schemaName).sqlite_schema where name = ? collate nocase",
        [.text(record.relation.name)])
      if case .text(let text)? = sql { views[record.relation] = text }
    }
    self.hashes = hashes
    self.views = views
    self.reader = consume reader
    snapshot = nil
  }

  /// What an environment of a remote is at. Rows are fetched where they may differ from those of `other`.
  ///
  /// - Parameter relations: those that are asked for; nil for all.
  init(
    _ remote: Remote, _ manifest: RemoteManifest, environment: String, against other: ComparedState,
    _ relations: Set<Relation>? = nil, in warehouse: Warehouse
  ) throws {
    var hashes: [Relation: String?] = [:]
    var views: [Relation: String] = [:]
    for table in manifest.tables where table.kind != .auxiliary {
      hashes[table.relation] = table.kind == .view ? .some(nil) : table.exactHash
      if table.kind == .view { views[table.relation] = table.sql }
    }
    self.hashes = hashes
    self.views = views
    let equal = Self.equalViews(hashes, views, other.hashes, other.views)
    let wanted = hashes.keys.filter { relation in
      guard let theirs = other.hashes[relation], relations?.contains(relation) ?? true else { return false }
      if views[relation] != nil { return !equal.contains(relation) }
      return theirs == nil || theirs != hashes[relation]
    }
    let folder = Path.join(warehouse.path, "push")
    try FileSystem.createDirectory(folder, mode: 0o700)
    let snapshot = try RemoteSnapshot(remote, manifest, rowsOf: Set(wanted), in: folder)
    side = WarehouseComparison.Side(
      name: "\(remote.name):\(environment)",
      files: Dictionary(uniqueKeysWithValues: Layer.allCases.map { ($0, snapshot.file($0)) }),
      isImmutable: true)
    self.snapshot = snapshot
    reader = nil
  }

  /// What may differ between two states: all relations but the views that read equal tables in equal words.
  func relations(against other: ComparedState) -> Set<Relation> {
    Set(hashes.keys).union(other.hashes.keys)
      .subtracting(Self.equalViews(hashes, views, other.hashes, other.views))
  }

  /// A view reads nothing but its layer: where that is equal, so are the view's rows.
  private static func equalViews(
    _ hashes: [Relation: String?], _ views: [Relation: String], _ otherHashes: [Relation: String?],
    _ otherViews: [Relation: String]
  ) -> Set<Relation> {
    var equal: Set<Relation> = []
    for layer in Layer.allCases {
      func state(_ hashes: [Relation: String?], _ views: [Relation: String]) -> [Relation: String?] {
        Dictionary(
          uniqueKeysWithValues: hashes.filter { $0.key.layer == layer }.map {
            ($0.key, $0.value ?? views[$0.key])
          })
      }
      let (one, two) = (state(hashes, views), state(otherHashes, otherViews))
      if one == two, !one.values.contains(nil) { equal.formUnion(one.keys.filter { views[$0] != nil }) }
    }
    return equal
  }
}
