import Cloud
import Diagnostics
import Files
import Storage
import Sync
import Transform

/// The mirror in Snowflake beside a remote, as a push sees it.
struct MirrorStep {
  private let remote: Remote
  private let database: MirrorDatabase
  /// What brings tables to the next build, where the job does not.
  private let copy: MirrorCopy?
  private let environment: String
  private let console: Console
  private let pushID: String
  private let isAnew: Bool
  /// Who pushes, for people.
  private let author: String
  /// The build, where this machine has it.
  private let build: Build?

  /// nil for a remote that has no mirror.
  init?(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session, _ options: DownstreamOptions,
    environment: String, build: Build?
  ) throws {
    guard let database = try session.mirrorDatabase(declaration, environment: environment) else { return nil }
    let output = session.console
    copy = try declaration.stage.map { stage in
      try MirrorCopy(database, stage: stage, shouldStop: { Interruption.isRequested }) { event in
        switch event {
        case .found(let relation): output.remark("mirror '\(database.name)': \(relation) is there already")
        case .copied(let relation, let count):
          output.remark("mirror '\(database.name)': copied \(NumberText.grouped(count)) rows of \(relation)")
        }
      }
    }
    guard copy != nil || declaration.glue?.job != nil else {
      throw Diagnostic(
        .settingMissing, "the remote '\(declaration.name)' has a mirror, and no job that brings tables to it",
        hints: [
          "name it in reelhouse.yml: `glue: { database: …, job: publish_letterboxd_to_snowflake }`",
          "or let Snowflake copy by itself: `publisher: copy` and `stage: LETTERBOXD.RAW__NEXT.REMOTE`",
        ])
    }
    self.remote = remote
    self.database = database
    self.environment = environment
    self.build = build
    console = session.console
    pushID = session.invocationID
    isAnew = options.remirror
    author = (session.environment.setting("USER").map { "\($0)@" } ?? "") + Machine.name
  }

  func plan(_ manifest: RemoteManifest, _ bytes: [UInt8]) throws -> MirrorPlan {
    try MirrorPlan(
      database, manifest, manifestSHA256: Digest.sha256(bytes), models(manifest), environment: environment,
      isAnew: isAnew)
  }

  private var runner: MirrorRunner {
    var options = MirrorRunner.Options(pushID: pushID)
    options.author = author
    options.shouldStop = { Interruption.isRequested }
    let (console, database) = (console, database.name)
    return MirrorRunner(remote, options) { event in
      switch event {
      case .prepared(let count): console.remark("mirror '\(database)': made \(count) views of the next build")
      case .proven(let relation, let count):
        console.progress(
          "mirror '\(database)': \(relation) has the build's \(NumberText.grouped(Int(count))) rows")
      case .published:
        console.endProgress()
        console.remark("mirror '\(database)': published")
      case .step(let step): console.remark("mirror '\(database)': \(step.kind.rawValue) \(step.relation)")
      }
    }
  }

  /// Goes before the job, or does what the job would do.
  func makePlaces(_ plan: MirrorPlan) throws {
    try runner.makePlaces(plan)
    try copy?.run(plan)
  }

  /// Goes behind the job.
  func run(_ plan: MirrorPlan) throws -> MirrorReport? { try runner.run(plan) }

  /// What the build's `manifest.json` says of its models: that of the build here, else that of the remote.
  private func models(_ manifest: RemoteManifest) throws -> MirrorModels {
    let name = "manifest.json"
    guard let file = manifest.files.first(where: { $0.name == name }) else {
      throw Diagnostic(
        .remoteNotExact, "the build '\(manifest.build.id)' has no \(name), which says what its views are",
        hints: ["build again: `reelhouse build` publishes one with it"])
    }
    let local = build.map { Path.join($0.path, name) }.flatMap { try? FileSystem.read($0) }
    let bytes = try local ?? fetched(file.object)
    guard Digest.sha256(bytes) == file.object.sha256 else {
      throw Diagnostic(
        .remoteDamaged, "\(name) of the build '\(manifest.build.id)' is not the file that was pushed",
        hints: ["`reelhouse remote verify` looks at the whole build"])
    }
    return try MirrorModels(bytes)
  }

  private func fetched(_ object: RemoteManifest.Object) throws -> [UInt8] {
    guard let key = ObjectKey(object.key),
      let found = try remote.destination.bytes(key, limit: object.byteCount)
    else {
      throw Diagnostic(
        .remoteDamaged, "'\(object.key)' is missing in \(remote.destination.location)",
        hints: ["push the build again from where it was made"])
    }
    return found.bytes
  }
}

extension MirrorModels {
  /// - Parameter bytes: of a build's `manifest.json`.
  init(_ bytes: [UInt8]) throws {
    let project = try RecordedProject(
      bytes, path: "manifest.json",
      dialect: RecordedProject.Dialect(type: "snowflake", quoted: MirrorName.quoted))
    self.init(
      models: project.models.mapValues { model in
        Model(
          isView: model.materialized == "view" && model.meta["mirror"]?.string != "table",
          description: model.description, columnDescriptions: model.columnDescriptions)
      },
      query: { relation, place in
        try project.query(of: relation) {
          let there = place($0)
          return (there.schema.name, there.name)
        }
      })
  }
}

extension Session {
  /// The database of a remote's mirror; nil for a remote that has none.
  func mirrorDatabase(_ declaration: RemoteDeclaration, environment: String) throws -> MirrorDatabase? {
    guard let name = declaration.snowflake?.replacing("{env}", with: environment) else { return nil }
    return try MirrorDatabase(snowflake(name), source: "the Snowflake '\(name)'")
  }
}
