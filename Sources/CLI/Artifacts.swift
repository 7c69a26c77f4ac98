import Files
import Storage
import Transform

/// `manifest.json`, and `run_results.json` where nodes ran, of one invocation.
struct Artifacts {
  private let project: Project
  private let isWanted: Bool
  let files: [String: [UInt8]]

  /// - Parameters:
  ///   - arguments: what `run_results.json` says of the command.
  ///   - compiled: the nodes whose compiled code goes into the manifest; nil for all.
  ///   - isWritten: what --write-json says.
  ///   - hasRun: whether the results are told even if there are none.
  init(
    _ project: Project, _ session: Session, results: [RunResult] = [], seconds: Double = 0,
    arguments: [String: JSONValue] = [:], compiled: Set<String>? = nil, isWritten: Bool? = nil,
    hasRun: Bool = false
  ) throws {
    self.project = project
    isWanted = session.writesJSON(isWritten)
    let now = Timestamp.now()
    let manifest = ManifestArtifact(project).bytes(
      generatedAt: now, invocationID: session.invocationID,
      selectors: try project.selectors(indirectSelection: .eager), compiled: compiled)
    var files = ["manifest.json": manifest]
    // A command that runs nothing leaves the results of the last run alone.
    if hasRun || !results.isEmpty {
      let artifact = RunResultsArtifact(
        results: results, elapsedSeconds: seconds, invocation: session.invocation, arguments: arguments)
      files["run_results.json"] = JSONWriter.bytes(
        artifact.json(generatedAt: now, invocationID: session.invocationID))
    }
    self.files = files
  }

  /// Writes the files into the target folder, each in one step.
  func write() throws {
    guard isWanted else { return }
    try FileSystem.createDirectory(project.targetPath)
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try FileSystem.write(bytes, to: Path.join(project.targetPath, name), isDurable: false)
    }
  }
}

/// The random UUID that dbt gives each invocation.
enum InvocationID {
  static func random() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(
      separator: "-")
  }
}
