import ArgumentParser
import Diagnostics
import Files
import Parquet
import Storage
import Sync
import Threads

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write tables and views to Parquet, CSV or NDJSON files.",
    discussion: """
      Writes each table and view of the published build to <folder>/<layer>/<name>.parquet, and export.json with their \
      rows, bytes and hashes. A file takes its name when it is whole; the same rows give the same bytes.

      Examples:
        reelhouse export --out exports
        reelhouse export --select main --format csv --out reports
        reelhouse export --select 'stg_*' raw.movies --compression snappy
        reelhouse export --select +movies_by_year --exclude raw tag:nightly
      """)

  @Option(help: "The form of the files: parquet, csv or ndjson.")
  var format: ExportFormat = .parquet

  @Option(help: ArgumentHelp("Where the files go.", valueName: "folder"))
  var out: String = "exports"

  @Option(help: "The codec of Parquet files: zstd, gzip, snappy, lz4 or none.")
  var compression: ExportCompression = .zstd

  @Option(help: ArgumentHelp("The codec's level, where it has levels.", valueName: "n"))
  var compressionLevel: Int?

  @Option(help: ArgumentHelp("The most rows of a row group.", valueName: "n"))
  var rowGroupRows: Int = WriterProperties().rowGroupRowLimit

  @Flag(inversion: .prefixedNo, help: "Compute the content hash of each table.")
  var contentHash = true

  @Flag(help: "Export the draft instead of the published build.")
  var draft = false

  @Option(help: ArgumentHelp("Export this build.", valueName: "id"))
  var build: String?

  @OptionGroup var selection: RelationOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if rowGroupRows < 1 { throw ValidationError("--row-group-rows is at least 1") }
    if let threads = project.threads, threads < 1 { throw ValidationError("--threads is at least 1") }
    if let level = compressionLevel, !compression.levels.contains(level) {
      throw ValidationError("--compression-level of \(compression.rawValue) is one of \(compression.levels)")
    }
    if draft, build != nil { throw ValidationError("--draft and --build exclude each other") }
  }

  func run() throws {
    let session = Session(global)
    let warehouse = try session.warehouse()
    let target: WarehouseReader.Target = build.map { .build(id: $0) } ?? (draft ? .draft : .current)
    let reader = try WarehouseReader(warehouse, target)
    if reader.build == nil, !draft { session.console.remark("nothing is published yet: this is the draft") }
    var options = ExportOptions(folder: Path.absolute(out))
    options.format = format
    options.hashesContent = contentHash
    options.threadCount = project.threads ?? Processors.count
    options.properties.compression = Compression(compression.codec, level: compressionLevel)
    options.properties.rowGroupRowLimit = rowGroupRows
    options.properties.createdBy = "reelhouse version \(Reelhouse.version)"
    let catalog = try ExportCatalog(reader)
    let relations = try RelationSelection(selection, in: catalog, project, session).resolve()
    guard !relations.isEmpty else { return try session.warn(nothingToDo: "there is nothing to export") }
    let plan = try ExportPlan(reader, catalog, relations: relations)
    let console = session.console
    // Threads open what the plan was made of, whatever is published meanwhile.
    let planned: WarehouseReader.Target = plan.build.map { .build(id: $0) } ?? .draft
    let manifest = try ExportRunner(warehouse, planned, options).run(plan, reader) { table in
      console.remark("\(table.file): \(table.rowCount) rows, \(table.byteCount) bytes")
      if let fault = table.contentHashFault { console.remark("\(table.file) has no content hash: \(fault)") }
    }
    let rows = manifest.tables.reduce(0) { $0 + $1.rowCount }
    let bytes = manifest.tables.reduce(0) { $0 + $1.byteCount }
    console.remark("exported \(manifest.tables.count) tables, \(rows) rows, \(bytes) bytes to '\(out)'")
  }
}

extension ExportFormat: ExpressibleByArgument {}

enum ExportCompression: String, CaseIterable, ExpressibleByArgument {
  case zstd
  case gzip
  case snappy
  case lz4
  case none

  var codec: CompressionCodec {
    switch self {
    case .zstd: .zstd
    case .gzip: .gzip
    case .snappy: .snappy
    case .lz4: .lz4Raw
    case .none: .uncompressed
    }
  }

  var levels: ClosedRange<Int> {
    switch self {
    case .zstd: 1...22
    case .gzip: 1...9
    case .snappy, .lz4, .none: 0...0
    }
  }
}
