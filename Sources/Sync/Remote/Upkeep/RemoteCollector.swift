import Diagnostics
import Storage

/// Removes what no environment needs any more: builds that fell out of the history, and objects that no build names.
package struct RemoteCollector {
  package struct Options: Sendable {
    /// How many builds of each environment stay, the one that it is at among them.
    package var keptCount = 10
    /// What is younger stays, whatever names it.
    package var graceSeconds = 24 * 3600.0
    package var isDryRun = false
    /// Builds that stay whatever refs say: those that catalogs and mirrors are at.
    package var namedBuilds: Set<String> = []
    package var machine = Machine.name

    package init() {}
  }

  package struct Report: Sendable {
    package var keptBuilds: [String] = []
    package var removedBuilds: [String] = []
    package var removedObjectCount = 0
    package var removedByteCount = 0
    package var keptObjectCount = 0
  }

  private let remote: Remote
  private let options: Options
  private let id: String

  /// - Parameter id: random, of this collection alone.
  package init(_ remote: Remote, _ options: Options, id: String) {
    self.remote = remote
    self.options = options
    self.id = id
  }

  /// Looks, and removes unless this is a dry run. A ref or manifest that is not sound ends it before anything is removed.
  package func run() throws -> Report {
    if options.isDryRun { return try plan(now: .now()).report }
    let collection = try RemoteLocks(remote: remote, machine: options.machine).beginCollection(id)
    do {
      let plan = try plan(now: collection.begun)
      // A build first: without its manifest nobody takes it for whole.
      for key in plan.manifests + plan.objects {
        try collection.renew()
        try remote.destination.delete(key)
      }
      // Whoever writes it may still be at it.
      let hour = 3600.0
      try remote.destination.sweep(before: limit(collection.begun, max(options.graceSeconds, hour)))
      try collection.end()
      return plan.report
    } catch {
      try? collection.end()
      throw error
    }
  }

  private struct Plan {
    var manifests: [ObjectKey] = []
    var objects: [ObjectKey] = []
    var report = Report()
  }

  private func limit(_ now: Timestamp, _ seconds: Double) -> Timestamp {
    Timestamp(microseconds: now.microseconds - Int64(seconds * 1e6))
  }

  private func plan(now: Timestamp) throws -> Plan {
    let limit = limit(now, options.graceSeconds)
    var plan = Plan()
    let roots = try roots().union(options.namedBuilds)
    var named: Set<String> = []
    var manifests: [(key: ObjectKey, modified: Timestamp)] = []
    try remote.destination.list(RemoteLayout.buildsPrefix) { manifests.append(($0, $1.modified)) }
    for (key, modified) in manifests.sorted(by: { $0.key < $1.key }) {
      let name = key.text.dropFirst(RemoteLayout.buildsPrefix.count)
      guard name.hasSuffix(".json"), BuildID.isValid(String(name.dropLast(5))) else { continue }
      let build = String(name.dropLast(5))
      guard roots.contains(build) || modified >= limit else {
        plan.manifests.append(key)
        plan.report.removedBuilds.append(build)
        continue
      }
      guard let manifest = try remote.manifest(id: build)?.manifest else { continue }
      named.formUnion(manifest.objects.map(\.key))
      plan.report.keptBuilds.append(build)
    }
    for prefix in [RemoteLayout.dataPrefix, RemoteLayout.exactPrefix, RemoteLayout.filesPrefix] {
      try remote.destination.list(prefix) { key, status in
        guard !named.contains(key.text), status.modified < limit else {
          plan.report.keptObjectCount += 1
          return
        }
        plan.objects.append(key)
        plan.report.removedObjectCount += 1
        plan.report.removedByteCount += status.byteCount
      }
    }
    plan.objects.sort()
    return plan
  }

  /// The builds that environments are at, and the newest of those that they were at.
  private func roots() throws -> Set<String> {
    var roots: Set<String> = []
    for environment in try remote.environments() {
      let ref = try remote.requiredRef(environment).ref
      var builds: [String] = []
      for move in ref.history where !builds.contains(move.build) { builds.append(move.build) }
      roots.formUnion(builds.prefix(max(1, options.keptCount)))
      // An environment must be at a whole build before anything is removed.
      _ = try remote.manifest(ref.current)
    }
    return roots
  }
}
