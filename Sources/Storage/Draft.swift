import Diagnostics
import Files
import SQLite

/// The one working state of a warehouse, held under its lock for as long as the value lives.
///
/// Its layers are ordinary SQLite files with a rollback journal: a process that dies leaves each transaction done or
/// undone. They are not synchronized at each transaction but once at the end of a command; a mark in the draft says
/// in between that a fall of the machine would leave it in doubt. A layer that was published is a second name of a
/// frozen file until it is thawed for its first change.
package final class Draft {
  package let warehouse: Warehouse
  /// What was found amiss and mended while opening, for the user to know.
  package private(set) var notices: [Diagnostic] = []
  private let lock: WarehouseLock
  private let mark: UnsynchronizedMark
  /// Layers that were opened for writing and not synchronized since.
  private var writtenLayers: Set<Layer> = []

  /// Opens the draft, making what is missing of it: from the published build where there is one, else empty.
  package init(_ lock: consuming WarehouseLock) throws {
    warehouse = lock.warehouse
    mark = UnsynchronizedMark(folder: lock.warehouse.draftPath)
    self.lock = lock
    let isDoubtful = try mark.survivedMachine()
    for layer in Layer.allCases { try prepare(layer, isDoubtful: isDoubtful) }
    if isDoubtful { try mark.remove() }
    // A process of this boot died before it had synchronized: that is left to this one.
    if mark.isSet { writtenLayers = Set(Layer.allCases) }
  }

  deinit {
    // Whoever could act on a failure has called `synchronize` before; what fails here leaves the mark.
    try? synchronize()
  }

  private func prepare(_ layer: Layer, isDoubtful: Bool) throws {
    let path = warehouse.draftFile(layer)
    switch try isDoubtful ? doubtfulCondition(of: path) : settledCondition(of: path) {
    case .writable, .frozen:
      return
    case .missing, .empty:
      break
    case .damaged(let reason):
      notices.append(
        Diagnostic(
          .draftDamaged, "the draft's layer '\(layer.rawValue)' was damaged and is made anew",
          severity: .warning,
          notes: ["'\(path)': \(reason)"],
          hints: [
            "what of it was not published is derived again by the next `reelhouse ingest` and `reelhouse build`"
          ]))
    }
    try LayerFile.remove(path)
    try restore(layer, at: path)
  }

  /// The condition of a file after a fall of the machine: only a build's own file is known to be on the disk whole.
  private func doubtfulCondition(of path: String) throws -> LayerFile.Condition {
    let condition = try LayerFile.condition(of: path)
    let linkCount = try FileSystem.status(path)?.linkCount ?? 0
    guard condition == .writable || (condition == .frozen && linkCount == 1) else { return condition }
    return .damaged(reason: "the machine went down while a command was writing it")
  }

  /// The condition of a file when a transaction that was cut off is rolled back.
  private func settledCondition(of path: String) throws -> LayerFile.Condition {
    let condition = try LayerFile.condition(of: path)
    guard condition == .writable else { return condition }
    do {
      try LayerFile.settle(path)
      try ExtensionMark(path).settle()
      return condition
    } catch let error as SQLiteError {
      guard error.code == .sqlCorrupt else { throw error }
      return .damaged(reason: error.reason)
    }
  }

  /// Puts the published file of a layer in the draft, or an empty one.
  private func restore(_ layer: Layer, at path: String) throws {
    if let build = try warehouse.currentBuild() {
      let published = build.file(layer)
      if FileSystem.exists(published) {
        guard try LayerFile.condition(of: published) == .frozen else {
          throw StorageError(
            .buildDamaged, "the layer '\(layer.rawValue)' of the published build '\(build.id)' is damaged",
            notes: ["'\(published)' is to take the place of the draft's missing layer"],
            hints: ["go back to a sound build with `reelhouse rollback`"])
        }
        if try !FileSystem.hardLink(published, to: path) {
          let temporary = temporaryPath(for: layer)
          try FileSystem.copy(published, to: temporary)
          try FileSystem.rename(temporary, to: path)
        }
        return
      }
    }
    let temporary = temporaryPath(for: layer)
    try LayerFile.create(at: temporary)
    try FileSystem.rename(temporary, to: path)
  }

  private func temporaryPath(for layer: Layer) -> String {
    Path.join(warehouse.draftPath, "\(Warehouse.temporaryPrefix)\(layer.fileName)")
  }

  // MARK: Connections

  /// A connection to all layers of the draft, of which those named can be written.
  package func connect(writing layers: Set<Layer>) throws -> Connection {
    for layer in layers { try thaw(layer) }
    let connection = try Connection(
      path: warehouse.draftFile(.main), access: layers.contains(.main) ? .readWrite : .readOnly)
    for layer in Layer.allCases where layer != .main {
      try connection.attach(
        warehouse.draftFile(layer), as: layer.schemaName,
        access: layers.contains(layer) ? .readWrite : .readOnly)
    }
    connection.setBusyTimeout(milliseconds: 10_000)
    for layer in layers {
      let schema = SQLIdentifier(layer.schemaName)
      // A rollback journal holds old pages only, so a new table is written once; a write-ahead log writes it twice.
      try connection.execute(
        "pragma \(schema).journal_mode = delete; pragma \(schema).synchronous = \(mark.isReliable ? "off" : "normal")"
      )
    }
    try connection.execute(Self.cachePragmas)
    return connection
  }

  /// SQLite sorts in runs of the cache's size: larger ones fall out of the processor's caches and take longer.
  static let cachePragmas = "pragma cache_size = -8000; pragma temp_store = file"

  /// Makes the file of a layer ready to be written.
  func thaw(_ layer: Layer) throws {
    try mark.set()
    writtenLayers.insert(layer)
    try LayerFile.thaw(warehouse.draftFile(layer), through: temporaryPath(for: layer))
  }

  /// Begins a new file for a layer, which takes the old one's place when it is committed and leaves no trace else.
  package func replace(_ layer: Layer) throws -> LayerReplacement {
    let temporary = temporaryPath(for: layer)
    for suffix in ["", "-journal"] { try FileSystem.remove(temporary + suffix) }
    try LayerFile.create(at: temporary)
    return LayerReplacement(layer: layer, path: temporary, targetPath: warehouse.draftFile(layer))
  }

  /// Waits until all that was written is on the disk, without the free pages where they are much of a layer.
  /// Connections that write must be closed.
  package func synchronize() throws {
    guard !writtenLayers.isEmpty else { return }
    for layer in writtenLayers.sorted(by: { $0.rawValue < $1.rawValue }) { try compact(layer) }
    for layer in writtenLayers { try FileSystem.synchronize(warehouse.draftFile(layer)) }
    try FileSystem.synchronize(warehouse.draftPath)
    try mark.remove()
    writtenLayers = []
  }

  // MARK: Results

  /// The results of the draft's last runs and tests. An unreadable file counts as none: then tests run again.
  package func results() throws -> DraftResults {
    try DraftResults(warehouse)
  }

  /// Notes what a node's run has left, at the cost of that alone. `save` brings all of it together.
  package func note(_ entry: DraftResults.Entry) throws {
    // A line of its own, whatever a process that died has left before it.
    let newline = [UInt8(ascii: "\n")]
    try FileSystem.append(
      newline + JSON.bytes(entry) + newline, to: DraftResults.journalPath(in: warehouse))
  }

  /// Writes all results, in place of what was noted of them one by one.
  package func save(_ results: DraftResults) throws {
    try FileSystem.write(
      JSON.bytes(results, isPretty: true), to: DraftResults.path(in: warehouse), isDurable: false)
    try FileSystem.remove(DraftResults.journalPath(in: warehouse))
  }
}

/// A layer's file in the making, outside the draft until `commit`.
package struct LayerReplacement: ~Copyable {
  package let layer: Layer
  /// The new file: a SQLite database that holds an empty relation catalog.
  package let path: String
  private let targetPath: String
  private var isCommitted = false

  init(layer: Layer, path: String, targetPath: String) {
    self.layer = layer
    self.path = path
    self.targetPath = targetPath
  }

  /// Puts the new file in the old one's place in one step. All connections to it must be closed.
  package consuming func commit() throws {
    // A journal of the old file must not meet the new one. It is rolled back first, so that the old file stays
    // sound should the process end in between.
    try LayerFile.settle(targetPath)
    for suffix in LayerFile.companionSuffixes { try FileSystem.remove(targetPath + suffix) }
    try FileSystem.synchronize(path)
    try FileSystem.rename(path, to: targetPath)
    try FileSystem.synchronize(Path.parent(of: targetPath))
    isCommitted = true
  }

  deinit {
    if !isCommitted {
      for suffix in ["", "-journal"] { try? FileSystem.remove(path + suffix) }
    }
  }
}
