import Diagnostics
import Files
import Parquet
import SQLite
import Storage
import Sync
import TestSupport
import Testing

/// `reelhouse export`, and what `ingest` and `inspect` make of its files.
@Suite struct ExportCommandTests {
  private let workspace: Workspace
  private let folder: TemporaryFolder

  init() throws {
    workspace = SharedWarehouse.workspace
    folder = try TemporaryFolder()
  }

  private func export(_ arguments: String..., to name: String = "out") throws -> CommandResult {
    try workspace.start(["export", "--out", folder.file(name)] + arguments).finish()
  }

  private func manifest(_ name: String = "out") throws -> ExportManifest {
    try JSON.decode(ExportManifest.self, from: FileSystem.readText(folder.file("\(name)/export.json")))
  }

  private func files(_ name: String = "out") throws -> Set<String> {
    var found: Set<String> = []
    for layer in try FileSystem.list(folder.file(name)) where layer != ExportManifest.fileName {
      for file in try FileSystem.list(folder.file("\(name)/\(layer)")) { found.insert("\(layer)/\(file)") }
    }
    return found
  }

  @Test(
    "every table and view of the build becomes a file, and the manifest says what is in it",
    arguments: ExportFormat.allCases)
  func everything(format: ExportFormat) throws {
    let result = try export("--format", format.rawValue)
    result.expectSuccess()
    #expect(result.output.isEmpty, "\(result)")
    let manifest = try manifest()
    let build = try #require(try workspace.warehouse.currentBuild()).record()
    #expect(manifest.build == build.id && manifest.format == format)
    #expect(
      manifest.tables.map { "\($0.layer).\($0.name)" }
        == build.relations.map(\.relation.description).sorted())
    #expect(try files() == Set(manifest.tables.map(\.file)))
    for table in manifest.tables {
      let path = folder.file("out/\(table.file)")
      #expect(try FileSystem.status(path)?.byteCount == table.byteCount)
      #expect(try Digest.sha256(fileAt: path) == table.sha256)
      let counted = try workspace.query("select count(*) from \(table.layer).\(table.name)")
      #expect(counted == ["\(table.rowCount)"], "\(table.file)")
    }
    let rows = manifest.tables.reduce(0) { $0 + $1.rowCount }
    #expect(
      result.errors.contains("exported \(manifest.tables.count) tables, \(rows) rows, "), "\(result.errors)")
  }

  @Test(
    "every codec has the same rows, and says its name",
    arguments: [
      (["--compression", "zstd"], "ZSTD"), (["--compression", "zstd", "--compression-level", "19"], "ZSTD"),
      (["--compression", "gzip"], "GZIP"), (["--compression", "snappy"], "SNAPPY"),
      (["--compression", "lz4"], "LZ4_RAW"), (["--compression", "none"], "UNCOMPRESSED"),
    ])
  func codecs(options: [String], codec: String) throws {
    let arguments = [
      "export", "--out", folder.file("out"), "--select", "raw.actors", "--row-group-rows", "100",
    ]
    try workspace.start(arguments + options).finish().expectSuccess()
    let table = try #require(manifest().tables.first)
    let inspection = try FileInspection(path: folder.file("out/raw/actors.parquet"), hashesContent: true)
    #expect(Set(inspection.rowGroups.flatMap { $0.chunks.map(\.codec) }) == [codec])
    #expect(inspection.rowGroups.dropLast().allSatisfy { $0.rowCount == 100 })
    #expect(inspection.contentHash == table.contentHash)
    let hashed = try workspace.query("select content_hash(id, name, role) from raw.actors")
    #expect([inspection.contentHash] == hashed)
  }

  @Test("what is exported can be ingested again, and gives the same tables", arguments: [true, false])
  func roundTrip(isZipped: Bool) throws {
    try export("--select", "raw").expectSuccess()
    let other = try Workspace()
    var archive = folder.file("out/raw")
    if isZipped {
      var members: [String: [UInt8]] = [:]
      for name in try FileSystem.list(archive) {
        members["deep/\(name)"] = try FileSystem.read(Path.join(archive, name))
      }
      archive = try other.zip(members)
    }
    let result = try other.succeed("ingest", archive)
    #expect(result.output.contains("Loaded 9 of 9 tables: "), "\(result)")
    let hashes = "select name, exact_hash from raw._relations where name <> '_rejects' order by name"
    #expect(try other.query(hashes, "--draft") == workspace.query(hashes))
    #expect(try other.succeed("ingest", archive).output.contains("Loaded 0 of 9 tables: "))
    // One of them as CSV again, beside the others.
    let mixed = folder.file("mixed")
    try Workspace.copyTree(folder.file("out/raw"), to: mixed)
    try FileSystem.remove(Path.join(mixed, "genres.parquet"))
    try export("--select", "raw.genres", "--format", "csv", to: "csv").expectSuccess()
    try Workspace.copyTree(folder.file("csv/raw/genres.csv"), to: Path.join(mixed, "genres.csv"))
    let plan = try other.succeed("ingest", mixed, "--dry-run").output
    #expect(plan.contains("load raw.genres from \(mixed)/genres.csv"), "\(plan)")
    #expect(try other.succeed("ingest", mixed).output.contains("Loaded 1 of 9 tables: "))
    #expect(try other.query(hashes, "--draft") == workspace.query(hashes))
  }

  // MARK: Selection

  private static let selections: [([String], [String])] = [
    (["--select", "raw"], ["raw.numbers"]),
    (["--select", "main"], ["main.doubled", "main.listed", "main.plain"]),
    (["--select", "main.plain", "raw.numbers"], ["main.plain", "raw.numbers"]),
    (["--select", "main.plain", "--select", "raw.numbers"], ["main.plain", "raw.numbers"]),
    (["-s", "*l*d"], ["main.doubled", "main.listed"]),
    (["--select", "+doubled"], ["main.doubled", "main.plain", "raw.numbers"]),
    (["--select", "source:numbers"], ["raw.numbers"]),
    (["--select", "source:numbers+,tag:nightly"], ["main.doubled"]),
    (["--select", "tag:nightly", "main.plain"], ["main.doubled", "main.plain"]),
    (["--select", "config.materialized:view"], ["main.listed"]),
    (["--select", "tag:nightly raw"], ["main.doubled", "raw.numbers"]),
    (["--exclude", "raw", "tag:nightly"], ["main.listed", "main.plain"]),
    (["--select", "main", "--exclude", "plain+"], ["main.listed"]),
    (["--selector", "night"], ["main.doubled"]),
    (["--selector", "night", "--exclude", "doubled"], []),
  ]

  private static func selectionWorkspace() throws -> Workspace {
    let workspace = try SmallProject.workspace([
      "models/plain.sql": "select n, word from {{ source('numbers', 'numbers') }}",
      "models/doubled.sql": "{{ config(tags=['nightly']) }} select 2 * n as n from {{ ref('plain') }}",
      "models/listed.sql": "{{ config(materialized='view') }} select 1 as one",
      "selectors.yml": "selectors: [{name: night, definition: 'tag:nightly'}]",
    ])
    try workspace.succeed("ingest", try SmallProject.numbers(10, in: workspace))
    try workspace.succeed("build")
    return workspace
  }

  @Test("tables are named, or selected as dbt selects nodes; the two may be mixed")
  func selection() throws {
    let workspace = try Self.selectionWorkspace()
    for (options, expected) in Self.selections {
      let out = workspace.folder.file("out-\(options.joined(separator: "-").replacing("/", with: ""))")
      let result = try workspace.start(["export", "--out", out] + options).finish()
      #expect(result.status == 0, "\(result)")
      guard !expected.isEmpty else {
        #expect(result.output.contains("there is nothing to export"), "\(result)")
        #expect(!FileSystem.exists(out))
        continue
      }
      let manifest = try JSON.decode(
        ExportManifest.self, from: FileSystem.readText(Path.join(out, "export.json")))
      #expect(manifest.tables.map { "\($0.layer).\($0.name)" } == expected, "\(options)")
    }
  }

  @Test("names need no project, selectors do")
  func noProject() throws {
    let workspace = try Self.selectionWorkspace()
    func run(_ word: String) throws -> CommandResult {
      try CommandRun(
        ["export", "--warehouse", workspace.warehousePath, "--out", folder.file("out"), "--select", word],
        in: folder.path
      ).finish()
    }
    try run("main.plain").expectSuccess()
    let unknown = try run("plainn")
    #expect(unknown.status == 2 && unknown.codes == ["RH1001"], "\(unknown)")
    #expect(unknown.errors.contains("'plain'"), "\(unknown)")
    let selector = try run("tag:nightly")
    #expect(selector.status == 2 && selector.codes == ["RH2001"], "\(selector)")
  }

  @Test("a draft is exported before anything is published, and when it is asked for")
  func draft() throws {
    let workspace = try SmallProject.workspace(["models/kept.sql": "select 1 as one"])
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    let out = workspace.folder.file("out")
    let first = try workspace.succeed("export", "--out", out)
    #expect(first.errors.contains("nothing is published yet: this is the draft"), "\(first)")
    try workspace.succeed("build")
    try workspace.succeed("ingest", try SmallProject.numbers(4, in: workspace))
    let select = ["--select", "raw.numbers", "--out", out]
    for (options, rows) in [(["--draft"], 4), ([], 3)] {
      try workspace.start(["export"] + select + options).finish().expectSuccess()
      let reader = try FileReader(path: Path.join(out, "raw/numbers.parquet"))
      #expect(reader.metadata.rowCount == rows)
    }
  }

  // MARK: Faults

  @Test(
    "wrong options are refused before anything is written",
    arguments: [
      (["--select", "moviez"], "'movies'"), (["--build", "nope"], "nope"),
      (["--draft", "--build", "x"], "exclude each other"), (["--compression", "brotli"], "brotli"),
      (["--compression-level", "23"], "--compression-level of zstd"),
      (["--row-group-rows", "0"], "at least 1"),
      (["--threads", "0"], "at least 1"), (["--format", "avro"], "avro"),
      (["--select", "raw", "--selector", "x"], "exclude each other"), (["--exclude", "moviez"], "moviez"),
      (["--select", "tag:"], "tag:"), (["--selector", "nope"], "nope"),
    ])
  func wrongOptions(options: [String], message: String) throws {
    let result = try workspace.start(["export", "--out", folder.file("out")] + options).finish()
    #expect(result.status == 2, "\(result)")
    #expect(result.errors.contains(message), "\(result)")
    #expect(!FileSystem.exists(folder.file("out")))
  }

  @Test("an export that fails leaves the files of the one before, whole, and nothing half")
  func atomic() throws {
    let workspace = try SmallProject.workspace([
      "models/kept.sql": "select n as v from {{ source('numbers', 'numbers') }}"
    ])
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    try workspace.succeed("run")
    let out = workspace.folder.file("out")
    try workspace.succeed("export", "--out", out)
    let manifest = try FileSystem.read(Path.join(out, "export.json"))
    let kept = try FileSystem.read(Path.join(out, "main/kept.parquet"))
    // No type holds all values: the file can only be refused.
    try Connection(path: workspace.warehouse.draftFile(.main), access: .readWrite)
      .execute("update kept set v = 'x' where v = 3")
    let result = try workspace.run("export", "--out", out)
    #expect(result.status == 2 && result.codes == ["RH1601"], "\(result)")
    #expect(result.errors.contains("'v' of main.kept"), "\(result)")
    #expect(try FileSystem.read(Path.join(out, "export.json")) == manifest)
    #expect(try FileSystem.read(Path.join(out, "main/kept.parquet")) == kept)
    for layer in ["main", "raw"] {
      #expect(try FileSystem.list(Path.join(out, layer)).allSatisfy { $0.hasSuffix(".parquet") })
    }
  }

  @Test("a folder that cannot be made is an error that names it")
  func noFolder() throws {
    let file = try folder.write("x", to: "out")
    let result = try export()
    #expect(result.status == 2 && result.codes.first?.hasPrefix("RH11") == true, "\(result)")
    #expect(result.errors.contains(file), "\(result)")
  }
}
