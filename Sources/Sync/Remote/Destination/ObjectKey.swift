import Storage

/// The name of an object in a remote: parts of plain letters with slashes between them, so that it is a path in a folder
/// and a key in a bucket, and never leads out of either.
package struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let text: String

  private static let partLimit = 250
  private static let limit = 800

  /// A key that somebody else wrote; nil for one that is not a plain name.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.limit, !text.isEmpty else { return nil }
    for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let first = part.first, first != UInt8(ascii: "."), part.count <= Self.partLimit,
        part.allSatisfy(Self.isPlain)
      else { return nil }
    }
    self.text = text
  }

  /// A key of parts that are known to be plain.
  init(parts: [String]) {
    let text = parts.joined(separator: "/")
    precondition(ObjectKey(text) != nil, "'\(text)' is made of plain parts")
    self.text = text
  }

  package var description: String { text }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool { left.text < right.text }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// A name as a part of keys: itself where it is plain, else what of it is plain with a hash of the whole.
  static func part(for name: String) -> String {
    let plain = name.utf8.map { byte in Self.isPlain(byte) ? byte : UInt8(ascii: "-") }
    let isSame = plain.elementsEqual(name.utf8) && plain.first != UInt8(ascii: ".") && !plain.isEmpty
    if isSame, plain.count <= 120 { return name }
    let shown = String(decoding: plain.prefix(80), as: UTF8.self)
    return "x\(shown)-\(Digest.sha256(name).prefix(16))"
  }
}

/// Where what lies in a remote; `docs/remote.md` says it for other tools.
package enum RemoteLayout {
  package static let dataPrefix = "data/"
  package static let buildsPrefix = "builds/"
  package static let refsPrefix = "refs/"
  package static let filesPrefix = "files/"
  package static let exactPrefix = "exact/"
  package static let locksPrefix = "locks/"

  /// The rows of a table, by the SHA-256 of the file.
  static func data(_ relation: Relation, sha256: String, part: Int = 0) -> ObjectKey {
    let digits = String(part)
    let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return ObjectKey(parts: [
      "data", relation.layer.schemaName, ObjectKey.part(for: relation.name), sha256,
      "part-\(number).parquet",
    ])
  }

  /// The values of a table that Parquet's types do not tell exactly.
  static func exact(_ relation: Relation, sha256: String) -> ObjectKey {
    ObjectKey(parts: [
      "exact", relation.layer.schemaName, ObjectKey.part(for: relation.name), "\(sha256).parquet",
    ])
  }

  /// An artifact of a build: `manifest.json`, `run_results.json`.
  static func file(_ name: String, sha256: String) -> ObjectKey {
    ObjectKey(parts: ["files", sha256, name])
  }

  /// The manifest of a build, whose id is known to be one.
  package static func manifest(_ build: String) -> ObjectKey {
    ObjectKey(parts: ["builds", "\(build).json"])
  }

  package static func ref(_ environment: String) -> ObjectKey {
    ObjectKey(parts: ["refs", "\(environment).json"])
  }

  static let collectorLock = ObjectKey(parts: ["locks", "gc.json"])

  static func pushLock(_ id: String) -> ObjectKey { ObjectKey(parts: ["locks", "push-\(id).json"]) }

  /// An object that only shows that it can be written; it lies where whoever may push may also remove.
  static func probe(_ id: String) -> ObjectKey { ObjectKey(parts: ["locks", "probe-\(id).json"]) }

  /// Whether a name can be an environment's.
  package static func isEnvironment(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && !name.contains(".") && ObjectKey(name) != nil && !name.contains("/")
  }
}
