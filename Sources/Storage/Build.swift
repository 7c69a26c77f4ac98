import Diagnostics
import Files

/// A published build: an immutable folder.
package struct Build: Sendable {
  package let id: String
  package let path: String

  package init(id: String, path: String) {
    self.id = id
    self.path = path
  }

  package func file(_ layer: Layer) -> String { Path.join(path, layer.fileName) }

  /// The time in the id, `20261122T071530Z-1a2b3c4d`; nil for a name that is no build's.
  var time: Timestamp? {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 8, parts[1].allSatisfy(\.isHexDigit) else { return nil }
    return Timestamp(compact: String(parts[0]))
  }

  private var recordPath: String { Path.join(path, BuildRecord.fileName) }

  /// `build.json`. A record of a newer format is refused by name.
  package func record() throws -> BuildRecord {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(recordPath)
    } catch {
      throw StorageError(
        .buildDamaged, "the build '\(id)' has no readable \(BuildRecord.fileName)",
        notes: [error.diagnostic.message],
        hints: ["go back to a sound build with `reelhouse rollback`"])
    }
    try refuseNewerFormat(bytes)
    do {
      return try JSON.decode(BuildRecord.self, from: bytes)
    } catch {
      throw StorageError(
        .buildDamaged, "the \(BuildRecord.fileName) of the build '\(id)' cannot be understood",
        notes: ["\(error)"],
        hints: ["go back to a sound build with `reelhouse rollback`"])
    }
  }

  /// Refuses a build of a newer format, which holds we know not what; any other may be read as far as it can be.
  package func refuseNewerFormat() throws {
    if let bytes = try? FileSystem.read(recordPath) { try refuseNewerFormat(bytes) }
  }

  private func refuseNewerFormat(_ bytes: [UInt8]) throws {
    let version = try? JSON.decode(FormatVersion.self, from: bytes)
    guard let version, version.formatVersion > BuildRecord.currentFormatVersion else { return }
    throw StorageError(
      .warehouseFormatTooNew,
      "the build '\(id)' has format \(version.formatVersion); this reelhouse reads up to \(BuildRecord.currentFormatVersion)",
      hints: ["use the version of reelhouse that wrote the build, or a newer one"])
  }
}

private struct FormatVersion: Decodable {
  let formatVersion: Int
}

/// `build.json`: what a build holds and what it was made from.
package struct BuildRecord: Sendable, Codable, Equatable {
  package static let fileName = "build.json"
  package static let currentFormatVersion = 1

  package struct LayerRecord: Sendable, Codable, Equatable {
    package var layer: Layer
    package var byteCount: Int
    /// Of the file, in hex.
    package var sha256: String

    package init(layer: Layer, byteCount: Int, sha256: String) {
      self.layer = layer
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  package struct RelationEntry: Sendable, Codable, Equatable {
    package var relation: Relation
    package var uniqueID: String
    /// What the relation is in this build.
    package var kind: RelationRecord.Kind
    /// The materialization that the project asks for; a `view` that reads other layers is a table here.
    package var materialized: String
    package var fingerprint: String
    package var rowCount: Int?
    package var columns: [ColumnSchema]
    package var load: LoadRecord?
    /// The exact hash of a table, where it was computed.
    package var exactHash: String?

    package init(_ record: RelationRecord, materialized: String, columns: [ColumnSchema]) {
      relation = record.relation
      uniqueID = record.uniqueID
      kind = record.kind
      self.materialized = materialized
      fingerprint = record.fingerprint
      rowCount = record.rowCount
      self.columns = columns
      load = record.load
      exactHash = record.exactHash
    }
  }

  package var formatVersion = Self.currentFormatVersion
  package var id: String
  package var project: String
  package var createdAt: String
  package var reelhouseVersion: String
  package var sqliteSourceID: String
  package var layers: [LayerRecord]
  package var relations: [RelationEntry]
  /// Tests by result, such as `pass: 40`.
  package var testCounts: [String: Int]
}

extension Warehouse {
  /// The published build that `current` points to, or nil where nothing is published.
  package func currentBuild() throws -> Build? {
    var target = try FileSystem.readLink(currentLink)
    while let found = target {
      let id = Path.name(of: found)
      let build = Build(id: id, path: Path.join(buildsPath, id))
      if FileSystem.isDirectory(build.path) { return build }
      // A publish may have turned the link meanwhile, and removed the build that it led to.
      target = try FileSystem.readLink(currentLink)
      if target == found {
        throw StorageError(
          .buildDamaged, "'\(currentLink)' points to the build '\(id)', which is missing",
          hints: [
            "choose another with `reelhouse rollback ID`: `reelhouse builds` lists them",
            "where none is left, remove '\(currentLink)' and build again",
          ])
      }
    }
    return nil
  }

  /// All builds, newest first.
  package func builds() throws -> [Build] {
    guard FileSystem.isDirectory(buildsPath) else { return [] }
    return try FileSystem.list(buildsPath).reversed().compactMap { name in
      let build = Build(id: name, path: Path.join(buildsPath, name))
      return build.time != nil && FileSystem.isDirectory(build.path) ? build : nil
    }
  }

  /// The build of an id, or of the one id that begins so.
  package func build(_ id: String) throws -> Build {
    let builds = try builds()
    if let exact = builds.first(where: { $0.id == id }) { return exact }
    let matches = builds.filter { $0.id.hasPrefix(id) }
    if !id.isEmpty, matches.count == 1 { return matches[0] }
    throw StorageError(
      .buildNotFound,
      matches.count > 1 && !id.isEmpty
        ? "more than one build begins with '\(id)'" : "there is no build '\(id)'",
      notes: [
        builds.isEmpty
          ? "nothing is published yet" : "the builds are " + builds.map(\.id).joined(separator: ", ")
      ],
      hints: Suggestion.hint(for: id, in: builds.map(\.id)).map { [$0] } ?? [])
  }
}
