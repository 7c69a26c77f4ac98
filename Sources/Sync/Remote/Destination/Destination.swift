import Crypto
import Diagnostics
import Files
import Storage

/// A place that keeps objects by their keys: a folder, a bucket. All calls block; any thread may make them.
///
/// What was written is seen by every later call, of any client. One conformance suite holds for all implementations.
package protocol Destination: Sendable {
  /// The place in words: the folder's path, `s3://bucket/prefix`.
  var location: String { get }

  /// What is known of an object, or nil where there is none.
  func head(_ key: ObjectKey) throws -> ObjectStatus?

  /// Hands an object's bytes to `body`, in order and in pieces that are valid within the call.
  ///
  /// - Parameter range: the bytes that are wanted; what of it lies behind the end is left out. nil for all.
  /// - Returns: nil where there is no such object.
  func get(_ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    -> ObjectStatus?

  /// Stores an object, all of it or nothing, if the condition holds. The bytes are checked where they are stored.
  func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome

  /// Tells all objects whose keys begin with a text, in no order.
  func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws

  /// Removes an object; that there is none is no fault.
  func delete(_ key: ObjectKey) throws

  /// Removes what killed clients left unfinished and nobody sees, if it is older than a time.
  func sweep(before time: Timestamp) throws
}

/// What a destination knows of an object.
package struct ObjectStatus: Sendable, Equatable {
  package var byteCount: Int
  /// Another one whenever the bytes are others; opaque.
  package var version: String
  /// In hex; nil where the destination would have to read the bytes.
  package var sha256: String?
  package var modified: Timestamp

  package init(byteCount: Int, version: String, sha256: String?, modified: Timestamp) {
    self.byteCount = byteCount
    self.version = version
    self.sha256 = sha256
    self.modified = modified
  }
}

/// The bytes of an object that is to be stored.
package enum ObjectContent: Sendable {
  case bytes([UInt8])
  /// A file with the size and the SHA-256, in hex, that it must turn out to have.
  case file(path: String, byteCount: Int, sha256: String)

  package var byteCount: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .file(_, let byteCount, _): byteCount
    }
  }

  /// Whether a file has that size and that SHA-256.
  static func isFile(_ path: String, _ byteCount: Int, _ sha256: String) throws -> Bool {
    var hash = SHA256()
    var count = 0
    try FileSystem.read(path) { piece in
      hash.update(bufferPointer: piece)
      count += piece.count
    }
    return count == byteCount && Digest.hex(hash.finalize()) == sha256
  }

  package var sha256: String {
    switch self {
    case .bytes(let bytes): Digest.sha256(bytes)
    case .file(_, _, let sha256): sha256
    }
  }
}

/// When an object may be stored.
package enum PutCondition: Sendable, Equatable {
  /// There is none of that key.
  case ifAbsent
  /// The one that is there has this version.
  case ifMatch(String)
}

package enum PutOutcome: Sendable, Equatable {
  case stored(version: String)
  /// The condition does not hold; nothing was changed.
  case refused
}

extension Destination {
  /// The bytes of an object of a person's size; one that is larger than `limit` is refused before it is read.
  package func bytes(_ key: ObjectKey, limit: Int) throws -> (bytes: [UInt8], status: ObjectStatus)? {
    var bytes: [UInt8] = []
    let status = try get(key, range: nil) { piece in
      guard piece.count <= limit - bytes.count else {
        throw SyncError(
          .remoteManifestRefused, "'\(key)' in \(location) has more than \(limit) bytes",
          hints: ["reelhouse writes no such file: do not trust that remote"])
      }
      bytes.append(contentsOf: piece)
    }
    return status.map { (bytes, $0) }
  }

  /// The SHA-256 of an object, read where the destination does not know it.
  func sha256(of key: ObjectKey, _ status: ObjectStatus) throws -> String? {
    if let known = status.sha256 { return known }
    var hash = SHA256()
    guard try get(key, range: nil, { hash.update(bufferPointer: $0) }) != nil else { return nil }
    return Digest.hex(hash.finalize())
  }
}
