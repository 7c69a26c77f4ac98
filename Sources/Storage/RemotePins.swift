import Files

/// `push/refs.json`: the builds that environments of remotes were at when they were last seen. Retention keeps them, so
/// that what is out there can be compared and rolled back to.
package struct RemotePins: Sendable {
  private let path: String

  private struct Contents: Codable {
    var formatVersion = 1
    /// By `remote/environment`.
    var refs: [String: String] = [:]
  }

  package init(_ warehouse: Warehouse) {
    path = Path.join(warehouse.path, "push/refs.json")
  }

  /// The ids of builds. An unreadable file counts as none.
  package var builds: Set<String> { Set(read().refs.values) }

  private func read() -> Contents {
    guard let bytes = try? FileSystem.read(path) else { return Contents() }
    return (try? JSON.decode(Contents.self, from: bytes)) ?? Contents()
  }

  package func note(remote: String, environment: String, build: String) throws {
    var contents = read()
    guard contents.refs["\(remote)/\(environment)"] != build else { return }
    contents.refs["\(remote)/\(environment)"] = build
    try FileSystem.createDirectory(Path.parent(of: path), mode: 0o700)
    try FileSystem.write(JSON.bytes(contents), to: path, mode: 0o600, isDurable: false)
  }
}
