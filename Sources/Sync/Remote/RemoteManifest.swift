import Diagnostics
import Storage

/// `builds/<id>.json`: all that a remote holds of a build, so that any reader finds every byte and can check it.
///
/// It says nothing of when it was pushed: one build has one manifest.
package struct RemoteManifest: Sendable, Codable, Equatable {
  package static let currentFormatVersion = 1
  package static let byteLimit = 64 << 20

  /// An immutable object, named by what is in it.
  package struct Object: Sendable, Codable, Equatable {
    package var key: String
    package var byteCount: Int
    /// In hex.
    package var sha256: String
    /// Of Parquet files.
    package var rowCount: Int?

    package init(key: String, byteCount: Int, sha256: String, rowCount: Int? = nil) {
      self.key = key
      self.byteCount = byteCount
      self.sha256 = sha256
      self.rowCount = rowCount
    }
  }

  package struct Table: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable {
      case table
      case view
      /// A table that no node made and no catalog gets: rejects.
      case auxiliary
    }

    package var layer: Layer
    package var name: String
    package var kind: Kind
    package var rowCount: Int
    package var columns: [MappedColumn]
    /// `rows:sum`; nil of auxiliary tables.
    package var contentHash: String?
    /// Of tables: down to storage classes, as `docs/warehouse.md` says.
    package var exactHash: String?
    /// What the rows and the form of the files hang on: equal keys have equal files.
    package var exportKey: String
    /// The statement that makes it in SQLite, and those of its indexes.
    package var sql: String
    package var indexes: [String]
    /// The Parquet files, in the order of the rows.
    package var objects: [Object]
    /// The values that Parquet's types do not tell exactly; nil where there are none.
    package var corrections: Object?

    package var relation: Relation { Relation(layer: layer, name: name) }
    var allObjects: [Object] { objects + (corrections.map { [$0] } ?? []) }
    package var byteCount: Int { allObjects.reduce(0) { $0 + $1.byteCount } }
  }

  package struct File: Sendable, Codable, Equatable {
    package var name: String
    package var object: Object
  }

  package var formatVersion = Self.currentFormatVersion
  package var contentHashVersion = ContentHash.version
  /// `build.json` without its layers: their files are made anew where the build is pulled.
  package var build: BuildRecord
  /// By layer and name.
  package var tables: [Table]
  /// The build's artifacts.
  package var files: [File]

  package init(build: BuildRecord, tables: [Table], files: [File]) {
    self.build = build
    self.build.layers = []
    self.tables = tables.sorted { $0.relation < $1.relation }
    self.files = files.sorted { $0.name < $1.name }
  }

  package func bytes() throws -> [UInt8] { try JSON.bytes(self, isPretty: true) + [UInt8(ascii: "\n")] }

  /// All objects that the build needs, each once.
  package var objects: [Object] {
    var seen: Set<String> = []
    return (tables.flatMap(\.allObjects) + files.map(\.object)).filter { seen.insert($0.key).inserted }
  }

  package var byteCount: Int { objects.reduce(0) { $0 + $1.byteCount } }

  package func table(_ relation: Relation) -> Table? { tables.first { $0.relation == relation } }
}

/// The ids of builds, `20261122T071530Z-1a2b3c4d`.
package enum BuildID {
  package static func isValid(_ id: String) -> Bool {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && id.utf8.count == 25 && Timestamp(compact: String(parts[0])) != nil
      && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
