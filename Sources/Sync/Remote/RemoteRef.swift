import Diagnostics
import Storage

/// `refs/<environment>.json`: the build that an environment is at, and those that it was at.
package struct RemoteRef: Sendable, Codable, Equatable {
  package static let currentFormatVersion = 1
  /// How many moves are remembered.
  static let historyLimit = 200
  static let byteLimit = 4 << 20

  /// A move of the ref.
  package struct Move: Sendable, Codable, Equatable {
    package enum Action: String, Sendable, Codable {
      case push
      case rollback
    }

    package var action: Action
    package var build: String
    /// Size and SHA-256, in hex, of the build's manifest.
    package var manifestByteCount: Int
    package var manifestSHA256: String
    /// Of this move alone: whoever is not sure whether a move was made finds it by its id.
    package var pushID: String
    package var movedAt: String
    /// Whose machine it was.
    package var machine: String
  }

  package private(set) var formatVersion = Self.currentFormatVersion
  package var environment: String
  /// The newest first.
  package var history: [Move]

  package var current: Move { history[0] }

  package init(environment: String, history: [Move]) {
    precondition(!history.isEmpty, "a ref is at a build")
    self.environment = environment
    self.history = Array(history.prefix(Self.historyLimit))
  }

  /// A ref as somebody wrote it, checked.
  init(bytes: [UInt8], environment: String, location: String) throws {
    func refusal(_ why: String) -> SyncError {
      SyncError(
        .remoteManifestRefused, "the ref '\(environment)' in \(location) is not sound: \(why)",
        hints: ["do not trust that remote; `reelhouse push` does not overwrite it"])
    }
    if let version = try? JSON.decode(FormatVersion.self, from: bytes).formatVersion,
      version > Self.currentFormatVersion
    {
      throw FormatVersion.tooNew(
        "the ref '\(environment)' in \(location)", version, Self.currentFormatVersion)
    }
    let ref: RemoteRef
    do {
      ref = try JSON.decode(RemoteRef.self, from: bytes)
    } catch {
      throw refusal("it cannot be understood: \(error)")
    }
    guard ref.environment == environment else { throw refusal("it is that of '\(ref.environment)'") }
    guard (1...Self.historyLimit).contains(ref.history.count) else { throw refusal("it has no history") }
    for move in ref.history {
      guard BuildID.isValid(move.build) else { throw refusal("'\(move.build)' is no build's id") }
      guard Digest.isSHA256(move.manifestSHA256),
        (2...RemoteManifest.byteLimit).contains(move.manifestByteCount)
      else { throw refusal("the manifest of '\(move.build)' has an impossible hash or size") }
    }
    self = ref
  }
}

/// The number that every file of a remote begins its meaning with.
struct FormatVersion: Decodable {
  let formatVersion: Int

  static func tooNew(_ what: String, _ version: Int, _ known: Int) -> SyncError {
    SyncError(
      .remoteFormatTooNew, "\(what) has format \(version); this reelhouse reads up to \(known)",
      hints: ["use the version of reelhouse that wrote it, or a newer one"])
  }
}
