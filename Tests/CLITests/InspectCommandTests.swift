import Files
import Storage
import Sync
import TestSupport
import Testing

/// `reelhouse inspect`.
@Suite struct InspectCommandTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    let workspace = SharedWarehouse.workspace
    try workspace.start(
      ["export", "--out", folder.path, "--select", "raw.movies", "--row-group-rows", "200"]
    ).finish().expectSuccess()
    path = folder.file("raw/movies.parquet")
  }

  private func inspect(_ arguments: String...) throws -> CommandResult {
    try CommandRun(["inspect"] + arguments).finish()
  }

  @Test("the text tells schema, row groups, encodings, sizes and bounds")
  func text() throws {
    let result = try inspect(path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    let lines = result.outputLines
    #expect(lines.first?.hasPrefix("\(path): 300 rows, ") == true, "\(result)")
    #expect(lines.first?.hasSuffix(" bytes, 2 row groups") == true, "\(result)")
    #expect(lines.contains("reelhouse.layer = raw") && lines.contains("reelhouse.table = movies"))
    #expect(lines.contains("  id: INT64") && lines.contains("  name: BYTE_ARRAY STRING"), "\(result)")
    #expect(lines.contains { $0.hasPrefix("row group 1: 100 rows, ") }, "\(result)")
    #expect(
      lines.contains {
        $0.contains(#/^  id: ZSTD \d+ of \d+ bytes, .*DELTA_BINARY_PACKED.*, 0 nulls.* … \d+$/#)
      },
      "\(result)")
    #expect(!result.output.contains("content hash"))
  }

  @Test("the JSON says the same, and the hash is that of the export")
  func json() throws {
    let result = try inspect("--hash", "-o", "json", path)
    result.expectSuccess()
    let inspection = try JSON.decode(FileInspection.self, from: result.output)
    #expect(inspection.path == path && inspection.rowCount == 300 && inspection.rowGroups.count == 2)
    #expect(inspection.columns.map(\.name).prefix(2) == ["id", "name"])
    #expect(inspection.rowGroups[0].chunks[0].nullCount == 0)
    let manifest = try JSON.decode(
      ExportManifest.self, from: FileSystem.readText(folder.file("export.json")))
    let hash = try #require(manifest.tables[0].contentHash)
    #expect(inspection.contentHash == hash && hash.hasPrefix("300:"))
    #expect(try inspect("--hash", path).outputLines.last == "content hash \(hash)")
  }

  @Test("a file that is none, cut off or damaged is an error with its place")
  func faults() throws {
    let bytes = try FileSystem.read(path)
    var flipped = bytes
    flipped[bytes.count / 3] ^= 0xFF
    let cases: [(String, [UInt8]?, [String], [String])] = [
      ("none.parquet", nil, [], ["RH1101"]), ("text.parquet", Array("id,name\n1,a,b\n".utf8), [], ["RH1501"]),
      ("cut.parquet", Array(bytes.dropLast(100)), [], ["RH1502"]),
      ("flipped.parquet", flipped, ["--hash"], ["RH1505", "RH1502"]),
    ]
    for (name, bytes, options, codes) in cases {
      let file = folder.file(name)
      if let bytes { try FileSystem.write(bytes, to: file) }
      let result = try CommandRun(["inspect", file] + options).finish()
      #expect(result.status == 2 && codes.contains(result.codes.first ?? ""), "\(result)")
      #expect(result.output.isEmpty && result.errors.contains(file), "\(result)")
    }
  }
}
