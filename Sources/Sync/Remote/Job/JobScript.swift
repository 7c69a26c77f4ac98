import Diagnostics
import Storage

/// A version of the Glue job's script: the bytes and the number that they say of themselves.
package struct JobScript: Sendable, Equatable {
  /// The one that this binary has in itself.
  package static let own = JobScript(PackageResources.mirror_to_snowflake_py)

  package let bytes: [UInt8]
  /// Of the line `SCRIPT_VERSION = 1`; nil where there is none. A script that differs from one that was released has
  /// another number.
  package let version: Int?

  private static let mark = "SCRIPT_VERSION = "

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    version = lines.first { $0.hasPrefix(Self.mark) }.flatMap { Int($0.dropFirst(Self.mark.count)) }
  }
}

/// What lies where the job looks for its script.
package struct StoredJobScript: Sendable {
  package enum State: Sendable, Equatable {
    case absent
    case current
    /// Of an older version, which ours replaces.
    case older(Int)
    /// Of a newer reelhouse; it stays, and reads what ours reads.
    case newer(Int)
    /// Somebody changed it, or it is no script of ours.
    case unknown
  }

  package let state: State
  let key: ObjectKey
  /// By which it can be replaced; nil where there is none.
  let storedVersion: String?

  /// One is small; whatever is larger is something else.
  static let byteLimit = 4 << 20

  /// Looks at what is there.
  ///
  /// - Parameter location: where the job looks for its script, `s3://bucket/prefix/scripts/name.py`.
  init(_ remote: Remote, job: String, location: String?, own: JobScript) throws {
    let root = remote.destination.location
    guard let location, location.hasPrefix(root), let key = ObjectKey(String(location.dropFirst(root.count)))
    else {
      throw SyncError(
        .jobScriptUnknown,
        "the job '\(job)' takes its script from \(location.map { "'\($0)'" } ?? "nowhere"), which is not in the remote",
        hints: ["let it be '\(root)scripts/\(job).py', as `terraform/` has it"])
    }
    self.key = key
    guard let status = try remote.destination.head(key) else {
      (state, storedVersion) = (.absent, nil)
      return
    }
    storedVersion = status.version
    guard status.byteCount <= Self.byteLimit,
      let found = try remote.destination.bytes(key, limit: Self.byteLimit)
    else {
      state = .unknown
      return
    }
    state = Self.compare(JobScript(found.bytes), with: own)
  }

  static func compare(_ there: JobScript, with own: JobScript) -> State {
    if there.bytes == own.bytes { return .current }
    guard let version = there.version, let ours = own.version, version != ours else { return .unknown }
    return version < ours ? .older(version) : .newer(version)
  }

  /// Puts ours there where nothing newer or unknown is.
  ///
  /// - Returns: whether it was put.
  func bring(_ own: JobScript, to remote: Remote, replacesUnknown: Bool) throws -> Bool {
    let condition: PutCondition
    switch state {
    case .current, .newer: return false
    case .absent: condition = .ifAbsent
    case .unknown where !replacesUnknown:
      throw SyncError(
        .jobScriptUnknown,
        "the job's script '\(key)' in \(remote.destination.location) was changed by somebody else",
        hints: [
          "look at it: the job does what it says",
          "`--replace-job-script` puts the script of this reelhouse there",
        ])
    case .older, .unknown:
      guard let storedVersion else { return false }
      condition = .ifMatch(storedVersion)
    }
    if case .stored = try remote.destination.put(key, .bytes(own.bytes), condition) { return true }
    // Another push was quicker; if it brought the same, all is well.
    if try remote.destination.bytes(key, limit: Self.byteLimit)?.bytes == own.bytes { return true }
    throw SyncError(
      .jobScriptUnknown, "the job's script '\(key)' was replaced by somebody else meanwhile",
      hints: ["run the command again"])
  }
}
