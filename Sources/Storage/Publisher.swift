import Diagnostics
import Files
import SQLite
import Threads

/// Freezes a finished draft into a build and publishes it.
///
/// The caller has seen to it that the draft is finished, and has closed its connections.
package struct Publisher {
  /// What goes into `build.json` beside what the layers themselves record.
  package struct Contents {
    package var project: String
    package var reelhouseVersion: String
    package var relations: [BuildRecord.RelationEntry]
    package var testCounts: [String: Int]
    /// Further files of the build, by name: `manifest.json`, `run_results.json`.
    package var artifacts: [String: [UInt8]]

    package init(
      project: String, reelhouseVersion: String, relations: [BuildRecord.RelationEntry],
      testCounts: [String: Int],
      artifacts: [String: [UInt8]]
    ) {
      self.project = project
      self.reelhouseVersion = reelhouseVersion
      self.relations = relations
      self.testCounts = testCounts
      self.artifacts = artifacts
    }
  }

  package enum Outcome {
    case published(Build)
    /// The published build has these very layers, relations and tests already.
    case unchanged(Build)
  }

  private let draft: Draft
  private var warehouse: Warehouse { draft.warehouse }

  package init(_ draft: Draft) {
    self.draft = draft
  }

  package func publish(_ contents: Contents, now: Timestamp) throws -> Outcome {
    try draft.synchronize()
    let current = try warehouse.currentBuild()
    try current?.refuseNewerFormat()
    let record = current.flatMap { try? $0.record() }
    if let current, let record, try isUnchanged(since: current, record, contents) {
      return .unchanged(current)
    }

    let layers = try freeze(current: current, record: record)
    let build = try assemble(contents, layers: layers, now: now)
    try FileSystem.replaceLink(warehouse.currentLink, target: "builds/\(build.id)")
    try FileSystem.synchronize(warehouse.path)
    try warehouse.retain()
    return .published(build)
  }

  private func isUnchanged(since build: Build, _ record: BuildRecord, _ contents: Contents) throws -> Bool {
    guard record.relations == contents.relations, record.testCounts == contents.testCounts else {
      return false
    }
    return try Layer.allCases.allSatisfy { try isShared($0, with: build) }
  }

  /// Whether the draft's file of a layer is the build's own.
  private func isShared(_ layer: Layer, with build: Build?) throws -> Bool {
    guard let build, let published = try FileSystem.status(build.file(layer)),
      let drafted = try FileSystem.status(warehouse.draftFile(layer))
    else { return false }
    return published.isSameFile(as: drafted)
  }

  /// Freezes all layers, each on a processor of its own.
  private func freeze(current: Build?, record: BuildRecord?) throws -> [BuildRecord.LayerRecord] {
    let known = try Layer.allCases.map { layer in
      try isShared(layer, with: current) ? record?.layers.first { $0.layer == layer } : nil
    }
    let tasks = zip(Layer.allCases, known).map { layer, known in
      FreezingTask(layer: layer, path: warehouse.draftFile(layer), known: known)
    }
    return try tasks.concurrentMap(leastCount: 1) { task in Result { try task.run() } }.map { try $0.get() }
  }

  /// Makes the build's folder under a temporary name and renames it.
  private func assemble(
    _ contents: Contents, layers: [BuildRecord.LayerRecord], now: Timestamp
  ) throws -> Build {
    let suffix = Digest.sha256(parts: layers.map(\.sha256) + contents.relations.map(\.fingerprint)).prefix(8)
    let id = "\(try uniqueTime(now).compact)-\(suffix)"
    let temporary = Path.join(warehouse.buildsPath, "\(Warehouse.temporaryPrefix)\(id)")
    try FileSystem.createDirectory(temporary)
    do {
      for layer in Layer.allCases {
        let target = Path.join(temporary, layer.fileName)
        if try !FileSystem.hardLink(warehouse.draftFile(layer), to: target) {
          try FileSystem.copy(warehouse.draftFile(layer), to: target, mode: 0o444)
          try FileSystem.synchronize(target)
        }
      }
      let record = BuildRecord(
        id: id, project: contents.project, createdAt: now.iso8601,
        reelhouseVersion: contents.reelhouseVersion,
        sqliteSourceID: Connection.sourceID, layers: layers, relations: contents.relations,
        testCounts: contents.testCounts)
      var files = contents.artifacts
      files[BuildRecord.fileName] = try JSON.bytes(record, isPretty: true)
      for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
        try FileSystem.write(bytes, to: Path.join(temporary, name), mode: 0o444)
      }
      try FileSystem.synchronize(temporary)
      try FileSystem.rename(temporary, to: Path.join(warehouse.buildsPath, id))
      try FileSystem.synchronize(warehouse.buildsPath)
    } catch {
      try? FileSystem.removeTree(temporary)
      throw error
    }
    return Build(id: id, path: Path.join(warehouse.buildsPath, id))
  }

  /// A time later than that of every build, so that the order of names is the order of publishing.
  private func uniqueTime(_ now: Timestamp) throws -> Timestamp {
    guard let newest = try warehouse.builds().first?.time, now.compact <= newest.compact else { return now }
    return Timestamp(microseconds: newest.microseconds + 1_000_000)
  }
}

/// A layer that is to be frozen.
private struct FreezingTask: Sendable {
  let layer: Layer
  let path: String
  /// What the published build says of it, where it is that build's own file.
  let known: BuildRecord.LayerRecord?

  func run() throws -> BuildRecord.LayerRecord {
    if let known { return known }
    // A file that is frozen already was checked when it was.
    if try LayerFile.condition(of: path) != .frozen { try LayerCheck(path: path, layer: layer).run() }
    try LayerFile.freeze(path)
    let byteCount = try FileSystem.status(path)?.byteCount ?? 0
    return BuildRecord.LayerRecord(
      layer: layer, byteCount: byteCount, sha256: try Digest.sha256(fileAt: path))
  }
}
