import Diagnostics
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A remote by the name that the user gave it: refs and manifests, read with distrust and moved with care.
package struct Remote: Sendable {
  package let name: String
  package let destination: any Destination

  package init(name: String, destination: any Destination) {
    self.name = name
    self.destination = destination
  }

  /// A ref as it was read, with the version by which it can be replaced.
  package struct StoredRef: Sendable {
    package var ref: RemoteRef
    var version: String
  }

  /// The ref of an environment, or nil where nothing was pushed there.
  package func ref(_ environment: String) throws -> StoredRef? {
    guard let found = try destination.bytes(RemoteLayout.ref(environment), limit: RemoteRef.byteLimit) else {
      return nil
    }
    let ref = try RemoteRef(bytes: found.bytes, environment: environment, location: destination.location)
    return StoredRef(ref: ref, version: found.status.version)
  }

  /// The ref of an environment that must be there.
  package func requiredRef(_ environment: String) throws -> StoredRef {
    if let ref = try ref(environment) { return ref }
    let known = try environments()
    throw SyncError(
      .remoteEmpty, "nothing was pushed to '\(environment)' of the remote '\(name)' yet",
      notes: [
        "the remote is \(destination.location)"
          + (known.isEmpty ? "; it is empty" : "; it has " + known.joined(separator: ", "))
      ],
      hints: Suggestion.hint(for: environment, in: known).map { [$0] } ?? ["`reelhouse push` pushes a build"])
  }

  /// The environments that something was pushed to, by name.
  package func environments() throws -> [String] {
    var names: [String] = []
    try destination.list(RemoteLayout.refsPrefix) { key, _ in
      let name = key.text.dropFirst(RemoteLayout.refsPrefix.count)
      if name.hasSuffix(".json"), RemoteLayout.isEnvironment(String(name.dropLast(5))) {
        names.append(String(name.dropLast(5)))
      }
    }
    return names.sorted()
  }

  /// The manifest that a ref names; it must have the ref's hash.
  package func manifest(_ move: RemoteRef.Move) throws -> RemoteManifest {
    let key = RemoteLayout.manifest(move.build)
    guard let bytes = try destination.bytes(key, limit: RemoteManifest.byteLimit)?.bytes else {
      throw damaged("its manifest '\(key)' is missing", move.build)
    }
    guard bytes.count == move.manifestByteCount, Digest.sha256(bytes) == move.manifestSHA256 else {
      throw damaged("its manifest '\(key)' is not the one that the ref names", move.build)
    }
    return try RemoteManifest(bytes: bytes, id: move.build, location: destination.location)
  }

  /// The manifest of a build by its id, or nil where it was never pushed.
  package func manifest(id: String) throws -> (manifest: RemoteManifest, bytes: [UInt8])? {
    guard BuildID.isValid(id),
      let bytes = try destination.bytes(RemoteLayout.manifest(id), limit: RemoteManifest.byteLimit)?.bytes
    else { return nil }
    return (try RemoteManifest(bytes: bytes, id: id, location: destination.location), bytes)
  }

  /// The manifest of the build of an id, or of the one id that begins so.
  package func manifest(beginning id: String) throws -> RemoteManifest {
    if let found = try manifest(id: id) { return found.manifest }
    let known = try builds()
    let matches = known.filter { $0.hasPrefix(id) }
    if matches.count == 1, !id.isEmpty, let found = try manifest(id: matches[0]) { return found.manifest }
    throw SyncError(
      .remoteEmpty,
      matches.count > 1
        ? "more than one build in the remote '\(name)' begins with '\(id)'"
        : "the remote '\(name)' has no build '\(id)'",
      notes: known.isEmpty ? ["it is empty"] : ["it has " + known.prefix(20).joined(separator: ", ")],
      hints: Suggestion.hint(for: id, in: known).map { [$0] } ?? [])
  }

  /// The ids of all builds that have a manifest, the newest first.
  package func builds() throws -> [String] {
    var ids: [String] = []
    try destination.list(RemoteLayout.buildsPrefix) { key, _ in
      let name = String(key.text.dropFirst(RemoteLayout.buildsPrefix.count))
      if name.hasSuffix(".json"), BuildID.isValid(String(name.dropLast(5))) {
        ids.append(String(name.dropLast(5)))
      }
    }
    return ids.sorted(by: >)
  }

  func damaged(_ what: String, _ build: String) -> SyncError {
    SyncError(
      .remoteDamaged, "the build '\(build)' in \(destination.location) is damaged: \(what)",
      hints: [
        "push it again from where it was made: objects that are missing are sent anew",
        "or go back with `reelhouse remote rollback`",
      ])
  }

  // MARK: Moving a ref

  /// Moves a ref, if it still is what it was when `expected` was read.
  ///
  /// An answer may be lost after the ref was moved: what counts is whose push id it has. Whoever comes second is told.
  func move(
    _ environment: String, from expected: StoredRef?, to move: RemoteRef.Move
  ) throws {
    let ref = RemoteRef(environment: environment, history: [move] + (expected?.ref.history ?? []))
    let bytes = try JSON.bytes(ref, isPretty: true) + [UInt8(ascii: "\n")]
    let condition: PutCondition = expected.map { .ifMatch($0.version) } ?? .ifAbsent
    var failure: (any Error)?
    do {
      if case .stored = try destination.put(RemoteLayout.ref(environment), .bytes(bytes), condition) {
        return
      }
    } catch {
      failure = error
    }
    let found = try self.ref(environment)
    // A later push may stand on top of ours already.
    if found?.ref.history.contains(where: { $0.pushID == move.pushID }) == true { return }
    if let failure, found?.version == expected?.version { throw failure }
    throw conflict(environment, found)
  }

  private func conflict(_ environment: String, _ found: StoredRef?) -> SyncError {
    var notes: [String] = []
    if let current = found?.ref.current {
      notes.append(
        "it is at '\(current.build)' now, by the \(current.action.rawValue) of \(current.machine) at \(current.movedAt)"
      )
    }
    return SyncError(
      .remoteMoved,
      "the environment '\(environment)' of the remote '\(name)' was moved by somebody else meanwhile",
      notes: notes,
      hints: [
        "nothing is lost: what this push uploaded is there, and the environment has the other's build",
        "look with `reelhouse remote log`, then run the command again",
      ])
  }
}

/// This machine's name, for people.
package enum Machine {
  package static var name: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
