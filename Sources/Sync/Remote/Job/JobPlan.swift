import Cloud
import Diagnostics
import Storage

/// The Glue job that brings tables of a build to Snowflake.
package struct MirrorJob: Sendable {
  let client: GlueClient
  package let name: String
  let script: JobScript

  package init(_ client: GlueClient, name: String, script: JobScript = .own) {
    self.client = client
    self.name = name
    self.script = script
  }
}

/// What a run of the job is to do, against what runs before it have done.
package struct JobPlan: Sendable {
  package let job: MirrorJob
  package let environment: String
  package let build: String
  /// Those that a run brings over, by layer and name.
  package let tables: [Relation]
  package let script: StoredJobScript
  /// In minutes, of the job.
  let timeoutMinutes: Int?
  let arguments: [String: String]
  /// A run that brings the same tables of the same build and has not ended: somebody's push was cut off.
  package let runningID: String?
  /// The latest run, where it was of the same and succeeded.
  package let doneID: String?

  /// Whether there is no run to wait for.
  package var isNothingToDo: Bool { tables.isEmpty || doneID != nil }

  /// - Parameters:
  ///   - tables: nil for all tables of the build.
  ///   - ignoresRecord: whether what earlier runs did does not count: the mirror itself is asked.
  package init(
    _ job: MirrorJob, _ remote: Remote, _ manifest: RemoteManifest, manifestSHA256: String,
    environment: String,
    pushID: String, tables: [Relation]? = nil, ignoresRecord: Bool = false
  ) throws {
    self.job = job
    self.environment = environment
    build = manifest.build.id
    self.tables = (tables ?? manifest.tables.filter { $0.kind == .table }.map(\.relation)).sorted()
    let found = try job.client.getJob(job.name)
    timeoutMinutes = found.timeoutMinutes
    script = try StoredJobScript(
      remote, job: job.name, location: found.command?.scriptLocation, own: job.script)
    arguments = [
      "--manifest_uri": remote.destination.location + RemoteLayout.manifest(manifest.build.id).text,
      "--manifest_sha256": manifestSHA256, "--build_id": manifest.build.id, "--push_id": pushID,
      "--tables": Self.text(self.tables),
    ]
    let runs = self.tables.isEmpty ? [] : try job.client.getJobRuns(job.name)
    let arguments = arguments
    func isSame(_ run: GlueJobRun) -> Bool {
      ["--manifest_uri", "--manifest_sha256", "--build_id", "--tables"].allSatisfy {
        run.arguments?[$0] == arguments[$0]
      }
    }
    runningID = runs.first { !$0.hasEnded && isSame($0) }?.id
    // Any run behind it may have changed what it brought.
    let latest = ignoresRecord ? nil : runs.first
    doneID = latest.flatMap { $0.state == .succeeded && isSame($0) ? $0.id : nil }
  }

  /// The list of tables as the job's script takes it: with commas, or in JSON where those would not do.
  static func text(_ tables: [Relation]) -> String {
    let names = tables.map { "\($0.layer.rawValue).\($0.name)" }
    func isPlain(_ name: String) -> Bool {
      !name.contains(",") && !name.hasPrefix("[") && name.first?.isWhitespace == false
        && name.last?.isWhitespace == false
    }
    if names.allSatisfy(isPlain) { return names.joined(separator: ",") }
    return (try? JSON.text(names, isPretty: false)) ?? ""
  }
}
