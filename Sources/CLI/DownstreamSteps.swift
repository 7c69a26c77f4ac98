import ArgumentParser
import Storage
import Sync
import Transform

/// Options of commands that bring catalog and mirror to a build.
struct DownstreamOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Bring the Glue catalog to the build, where the remote has one.")
  var catalog = true

  @Flag(
    inversion: .prefixedNo, help: "Bring the mirror to the build, where the remote has one: run the Glue job."
  )
  var mirror = true

  @Flag(help: "On Ctrl-C, stop the run of the Glue job; else it goes on, and the next push finds it.")
  var stopJobOnInterrupt = false

  @Flag(help: "Replace the Glue job's script in the remote, also where somebody changed it.")
  var replaceJobScript = false

  @Flag(help: "Bring all relations of the mirror anew, whatever its own record says.")
  var remirror = false
}

/// What comes behind the move of a ref: catalog, job, mirror. Each is planned against its own record.
struct DownstreamSteps {
  private let catalog: CatalogStep?
  private let job: JobStep?
  private let mirror: MirrorStep?
  private let console: Console

  /// - Parameter build: the build, where this machine has it: it tells descriptions.
  init(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session, _ options: DownstreamOptions,
    environment: String, build: Build?
  ) throws {
    console = session.console
    catalog =
      options.catalog
      ? try CatalogStep(remote, declaration, session, environment: environment, build: build) : nil
    mirror =
      options.mirror
      ? try MirrorStep(remote, declaration, session, options, environment: environment, build: build) : nil
    job =
      options.mirror ? try JobStep(remote, declaration, session, options, environment: environment) : nil
  }

  func plan(_ manifest: RemoteManifest, _ bytes: [UInt8]) throws -> DownstreamPlan {
    let mirror = try mirror?.plan(manifest, bytes)
    return DownstreamPlan(
      catalog: try catalog?.plan(manifest), job: try job?.plan(manifest, bytes, tables: mirror?.written),
      mirror: mirror)
  }

  /// Does what is to be done. The ref is moved: whatever ends it, the next push goes on from there.
  func run(_ plan: DownstreamPlan) throws -> DownstreamReport {
    var report = DownstreamReport()
    do {
      if let catalog, let step = plan.catalog, !step.isNothingToDo { try catalog.run(step) }
      if let mirror, let step = plan.mirror, !step.isNothingToDo { try mirror.makePlaces(step) }
      if let job, let step = plan.job { report.job = try job.run(step) }
      if let mirror, let step = plan.mirror { report.mirror = try mirror.run(step) }
    } catch is CancellationError {
      console.remark("Interrupted: the environment is at the build, and the next push goes on from here")
      throw CommandOutcome.failed
    }
    return report
  }
}

/// What catalog, job and mirror are to be brought to; nil of what a remote does not have.
struct DownstreamPlan {
  var catalog: CatalogPlan?
  var job: JobPlan?
  var mirror: MirrorPlan?

  var isNothingToDo: Bool {
    catalog?.isNothingToDo ?? true && job?.isNothingToDo ?? true && mirror?.isNothingToDo ?? true
  }

  var lines: [String] {
    var lines: [String] = []
    if let catalog {
      lines.append(
        "Catalog '\(catalog.catalog.database)': \(catalog.createdNames.count) to add, "
          + "\(catalog.updatedNames.count) to change, \(catalog.deletedNames.count) to drop, "
          + "\(catalog.unchangedCount) unchanged")
    }
    if let job { lines += self.lines(job) }
    if let mirror { lines += MirrorPlanWriter(plan: mirror).lines }
    return lines
  }

  private func lines(_ job: JobPlan) -> [String] {
    let name = "Job '\(job.job.name)'"
    if job.doneID != nil { return ["\(name): brought this build over already"] }
    if job.tables.isEmpty { return ["\(name): no tables to bring over"] }
    let count = job.tables.count
    return [
      "\(name): \(count) \(count == 1 ? "table" : "tables") to bring over: "
        + job.tables.map(\.description).joined(separator: ", ")
    ] + scriptLine(job)
  }

  private func scriptLine(_ job: JobPlan) -> [String] {
    switch job.script.state {
    case .current: []
    case .absent: ["  its script is put into the remote"]
    case .older(let version): ["  its script, of version \(version), is replaced by ours"]
    case .newer(let version): ["  its script is of the newer version \(version), and stays"]
    case .unknown: ["  its script was changed by somebody; --replace-job-script replaces it"]
    }
  }

  var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    if let catalog {
      fields["catalog"] = [
        "database": .string(catalog.catalog.database), "added": .strings(catalog.createdNames),
        "changed": .strings(catalog.updatedNames), "dropped": .strings(catalog.deletedNames),
        "unchanged": .integer(catalog.unchangedCount),
      ]
    }
    if let job {
      fields["job"] = [
        "name": .string(job.job.name), "tables": .strings(job.tables.map(\.description)),
        "script": .string(word(job.script.state)), "nothing_to_do": .bool(job.isNothingToDo),
        "done_by": JSONValue(job.doneID),
      ]
    }
    if let mirror { fields["mirror"] = MirrorPlanWriter(plan: mirror).json }
    return fields
  }

  private func word(_ state: StoredJobScript.State) -> String {
    switch state {
    case .absent: "absent"
    case .current: "current"
    case .older: "older"
    case .newer: "newer"
    case .unknown: "unknown"
    }
  }
}

/// What was done behind the ref.
struct DownstreamReport {
  var job: JobReport?
  var mirror: MirrorReport?

  var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    if let job {
      fields["job_run"] = ["id": .string(job.runID), "seconds": .integer(Int(job.seconds.rounded()))]
    }
    if let mirror {
      fields["mirrored"] = [
        "relations_proven": .integer(mirror.provenCount), "tables_exchanged": .integer(mirror.exchangedCount),
        "steps_outside_of_the_transaction": .integer(mirror.stepCount),
      ]
    }
    return fields
  }
}
