import ArgumentParser
import Diagnostics
import Files
import Ingest
import Storage
import Transform

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Load the CSV or Parquet files of an archive into the draft's RAW layer.",
    discussion: """
      Takes a zip, a folder or one file, CSV or Parquet; else the archive that reelhouse.yml names. The tables and their columns \
      are those of the project's sources. Files that did not change since they were loaded are not read again. All of \
      an ingest is done, or nothing.

      Examples:
        reelhouse ingest archive.zip
        reelhouse ingest archive.zip --dry-run
        reelhouse ingest ~/Downloads/letterboxd --max-rejects 0.1%
        reelhouse ingest actors.csv
        reelhouse ingest exports/raw/movies.parquet
      """)

  @Argument(help: ArgumentHelp("A zip, a folder, or a CSV or Parquet file.", valueName: "archive"))
  var archive: String?

  @Option(
    help: ArgumentHelp(
      "How many rows of a file, or per cent of them, may be rejected; they are kept in raw._rejects.",
      valueName: "n|n%"))
  var maxRejects = "0"

  @Flag(help: "Load files that have not changed, too.")
  var force = false

  @Flag(help: "Say what would be loaded, and load nothing.")
  var dryRun = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    guard let limit = RejectLimit(maxRejects) else {
      throw Diagnostic(
        .invalidArgument, "--max-rejects takes a number or a percentage, not '\(maxRejects)'",
        hints: ["for example `--max-rejects 100` or `--max-rejects 0.5%`"])
    }
    let project = try session.project(project)
    var options = IngestOptions(archivePath: try archivePath(session), rejectLimit: limit, isForced: force)
    if let folder = session.environment.setting("TMPDIR") { options.temporaryFolder = folder }
    let tables = SourceTable.all(in: project.manifest)
    guard !tables.isEmpty else {
      throw Diagnostic(
        .sourceUndeclared, "the project declares no source tables to load",
        hints: ["declare them under `sources:` in a YAML file of the models folder"])
    }
    if dryRun {
      let records = try IngestPlanner.records(in: try session.warehouse())
      session.console.data(
        try IngestPlanner(tables: tables, options: options, records: records).plan().explanation)
      return
    }
    // What cannot be found needs no lock, and no warehouse made for it.
    guard FileSystem.exists(options.archivePath) else {
      throw FileError("open", options.archivePath, errorNumber: ENOENT)
    }
    let draft = try session.draft()
    let records = try IngestPlanner.records(in: draft.warehouse)
    let plan = try IngestPlanner(tables: tables, options: options, records: records).plan()
    try load(plan, draft, session.console)
  }

  private func archivePath(_ session: Session) throws -> String {
    if let archive { return archive }
    let folder = try session.projectPath()
    if let configured = try ReelhouseFile(inFolder: folder).archive { return Path.join(folder, configured) }
    throw Diagnostic(
      .settingMissing, "it is not said what to load",
      notes: ["looked for an argument, and for 'archive' in \(Path.join(folder, ReelhouseFile.fileName))"],
      hints: ["name the archive: `reelhouse ingest archive.zip`"])
  }

  private func load(_ plan: IngestPlan, _ draft: Draft, _ console: Console) throws {
    Interruption.watch()
    var line = ProgressLine(console)
    var runner = IngestRunner(plan)
    runner.shouldStop = { Interruption.isRequested }
    runner.didProgress = { progress in
      let fraction = Double(progress.bytesDone) / Double(max(progress.bytesTotal, 1))
      line.update(
        fraction: fraction, text: "\(progress.origin)  \(NumberText.grouped(progress.rowsRead)) rows"
      ) {
        "\(NumberText.grouped(Int(Double(progress.rowsRead) / $0))) rows/s"
      }
    }
    let report: LoadReport
    do {
      report = try runner.run(in: draft)
    } catch is CancellationError {
      line.end()
      console.remark("Interrupted: nothing was changed")
      throw CommandOutcome.failed
    }
    line.end()
    for table in report.tables {
      let state =
        table.isSkipped
        ? "unchanged, \(NumberText.grouped(table.rowsLoaded)) rows"
        : "\(NumberText.grouped(table.rowsRead)) rows read = \(NumberText.grouped(table.rowsLoaded)) loaded + "
          + "\(NumberText.grouped(table.rejectCount)) rejected"
      console.log("\(table.relation)  \(state)")
    }
    let rate = Int(Double(report.rowsLoaded) / max(report.seconds, 0.001))
    console.log(
      "Loaded \(report.loaded.count) of \(report.tables.count) tables: \(NumberText.grouped(report.rowsLoaded)) rows, "
        + "\(ByteText.of(report.byteCount)) in \(NumberText.tenths(report.seconds)) s"
        + (report.rowsLoaded > 0 ? ", \(NumberText.grouped(rate)) rows/s" : "")
        + ", into \(draft.warehouse.draftPath)")
    if report.rejectCount > 0 {
      console.report(
        Diagnostic(
          .tooManyRejects, "\(report.rejectCount) rows were rejected", severity: .warning,
          hints: ["see them with `reelhouse query --draft 'select * from raw._rejects'`"]))
    }
  }
}

extension SourceTable {
  /// The fingerprints of the sources' declared schemas, by unique id.
  static func schemaFingerprints(in manifest: Manifest) -> [String: String] {
    Dictionary(
      all(in: manifest).map { ($0.uniqueID, $0.schemaFingerprint) }, uniquingKeysWith: { first, _ in first })
  }

  /// The source tables that a project declares.
  static func all(in manifest: Manifest) -> [SourceTable] {
    manifest.nodes(of: .source).compactMap { node in
      guard let relation = node.relation else { return nil }
      let required = manifest.requiredColumns(of: node)
      let columns = node.columns.map { column in
        ColumnSchema(
          name: column.name, type: column.dataType.flatMap { ColumnType(declared: $0) } ?? .text,
          isNotNull: required.contains(column.name))
      }
      let change = node.config.meta.first { $0.key == "on_schema_change" }?.value.text
      return SourceTable(
        uniqueID: node.uniqueID, relation: relation, columns: columns,
        onSchemaChange: change.flatMap { OnSchemaChange(rawValue: $0) } ?? .fail, declaration: node.location)
    }
  }
}

extension Manifest {
  /// The columns of a source that have a `not_null` test of severity error: rows without them are rejected.
  func requiredColumns(of node: Node) -> Set<String> {
    Set(
      nodes(of: .test).compactMap { test in
        guard let generic = test.genericTest, generic.attachedNode == node.uniqueID,
          generic.name == "not_null",
          test.config.severity == "error", test.config.whereClause == nil
        else { return nil }
        return generic.column
      })
  }
}
