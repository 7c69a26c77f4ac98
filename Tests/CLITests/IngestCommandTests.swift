import Files
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `reelhouse ingest` and `sample`.
@Suite struct IngestCommandTests {
  @Test(
    "the summary says of each table: rows read = rows loaded + rows rejected, and what was done and where")
  func summary() throws {
    let workspace = try Workspace()
    let result = try workspace.succeed("ingest", SharedWarehouse.archivePath)
    #expect(result.errors.isEmpty, "\(result)")
    let pattern = #/.*  raw\.(\w+)  ([\d,]+) rows read = ([\d,]+) loaded \+ ([\d,]+) rejected/#
    var rows = 0
    for line in result.outputLines.dropLast() {
      let match = try #require(line.wholeMatch(of: pattern), "\(line)")
      let counts = [match.2, match.3, match.4].map { Int($0.filter(\.isNumber)) ?? -1 }
      #expect(counts[0] == counts[1] + counts[2])
      #expect(try workspace.query("select count(*) from raw.\(match.1)", "--draft") == ["\(counts[1])"])
      rows += counts[1]
    }
    #expect(result.outputLines.count == 10)
    let last = try #require(result.outputLines.last)
    #expect(
      last.contains("Loaded 9 of 9 tables: ") && last.contains(workspace.warehouse.draftPath), "\(last)")
    #expect(last.filter(\.isNumber).contains("\(rows)"), "\(last)")
  }

  @Test("rows that do not fit are kept as rejects as far as is allowed")
  func rejects() throws {
    let workspace = try SmallProject.workspace(["models/kept.sql": "select 1 as one"])
    let file = try workspace.folder.write("n,word\n1,a\nx,b\n3\n4,d\n,e\n", to: "numbers.csv")
    #expect(try workspace.run("ingest", file).codes == ["RH1305"])
    #expect(try workspace.run("ingest", file, "--max-rejects", "2").codes.contains("RH1311"))
    #expect(try workspace.run("ingest", file, "--max-rejects", "59%").codes.contains("RH1311"))
    #expect(try workspace.run("query", "--draft", "select * from raw.numbers").status == 2)
    for limit in ["3", "60%"] {
      let result = try workspace.run("ingest", file, "--max-rejects", limit, "--force")
      #expect(result.status == 0, "\(result)")
      #expect(result.output.contains("raw.numbers  5 rows read = 2 loaded + 3 rejected"), "\(result)")
      #expect(result.errors.contains("warning[RH1311]: 3 rows were rejected"), "\(result)")
      #expect(
        try workspace.query(
          "select line, code, column_name, raw_text from raw._rejects order by line", "--draft")
          == ["3|RH1305|n|\"x|b\"", "4|RH1304||3", "6|RH1306|n|\"|e\""])
      #expect(
        try workspace.query(
          "select table_name, member, byte_offset from raw._rejects order by line limit 1", "--draft")
          == ["numbers|numbers.csv|11"])
    }
    // Allowed no longer, they fail the load again, although the file is unchanged.
    #expect(try workspace.run("ingest", file).codes == ["RH1305"])
    #expect(try workspace.query("select count(*) from raw.numbers", "--draft") == ["2"])
  }

  @Test("files that did not change are not read again, unless forced")
  func unchanged() throws {
    let workspace = try Workspace.published()
    let again = try workspace.succeed("ingest", SharedWarehouse.archivePath)
    #expect(again.output.contains("raw.movies  unchanged, 300 rows"), "\(again)")
    #expect(again.output.contains("Loaded 0 of 9 tables: 0 rows"), "\(again)")
    #expect(try workspace.succeed("publish").output.contains("Nothing to publish"))
    let forced = try workspace.succeed("ingest", SharedWarehouse.archivePath, "--force")
    #expect(forced.output.contains("Loaded 9 of 9 tables"), "\(forced)")
    // The rows are the same, so nothing has become stale.
    #expect(try workspace.succeed("status").output.contains("finished: all nodes are fresh"))
  }

  @Test("--dry-run says what would be loaded, on standard output, and makes nothing")
  func dryRun() throws {
    let workspace = try Workspace()
    let result = try workspace.succeed("ingest", SharedWarehouse.archivePath, "--dry-run")
    #expect(result.outputLines.count == 9 && result.errors.isEmpty, "\(result)")
    #expect(
      result.output.contains("load raw.movies from \(SharedWarehouse.archivePath)!movies.csv"), "\(result)")
    #expect(!FileSystem.exists(workspace.warehousePath))
    let published = try Workspace.published()
    let keeps = try published.succeed("ingest", SharedWarehouse.archivePath, "--dry-run")
    #expect(keeps.output.contains("keep raw.movies: unchanged, 300 rows"), "\(keeps)")
  }

  @Test(
    "one file loads its table and leaves the others; a folder loads all", .enabled(if: Tool.exists("unzip")))
  func fileAndFolder() throws {
    let workspace = try Workspace.published()
    let folder = workspace.folder.file("unpacked/deep")
    try FileSystem.createDirectory(folder)
    let unzipped = try #require(Tool("unzip")).run(["-q", SharedWarehouse.archivePath, "-d", folder])
    try #require(unzipped.status == 0, "\(unzipped)")
    let all = try workspace.succeed("ingest", workspace.folder.file("unpacked"))
    #expect(all.output.contains("Loaded 0 of 9 tables"), "\(all)")
    try FileSystem.write(Array("id,genre\n1000000,Noir\n".utf8), to: Path.join(folder, "genres.csv"))
    let one = try workspace.succeed("ingest", Path.join(folder, "genres.csv"))
    #expect(one.output.contains("Loaded 1 of 1 tables: 1 rows"), "\(one)")
    #expect(
      try workspace.query(
        "select (select genre from raw.genres), (select count(*) from raw.movies)", "--draft") == ["Noir|300"]
    )
  }

  @Test("an archive that is not there is an error")
  func noArchive() throws {
    let workspace = try Workspace()
    let result = try workspace.run("ingest", workspace.folder.file("nowhere.zip"))
    #expect(result.status == 2 && result.codes == ["RH1101"], "\(result)")
    #expect(result.errors.contains("nowhere.zip"), "\(result)")
    #expect(!FileSystem.exists(workspace.warehousePath))
  }

  @Test("Ctrl-C during an ingest ends it with 1 and changes nothing", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let workspace = try Workspace.published()
    let large = try workspace.sample(movies: 12_000, seed: 2)
    let before = try workspace.publishedState()
    let draft = try Digest.sha256(fileAt: workspace.warehouse.draftFile(.raw))
    var wasInterrupted = false
    for _ in 0..<20 where !wasInterrupted {
      let run = try workspace.start(["ingest", large])
      // The file that is being filled says that the loading has begun.
      let filled = Path.join(workspace.warehouse.draftPath, ".tmp-raw.db")
      while !FileSystem.exists(filled), !run.process.hasEnded { usleep(500) }
      run.process.signal(signal)
      let result = try run.finish()
      wasInterrupted = result.status == 1
      if result.status == 0 {
        // It was done before the signal came: back to the state before.
        try workspace.succeed("ingest", SharedWarehouse.archivePath)
        continue
      }
      #expect(result.status == 1, "\(result)")
      #expect(result.errors == "Interrupted: nothing was changed\n", "\(result)")
      #expect(try Digest.sha256(fileAt: workspace.warehouse.draftFile(.raw)) == draft)
    }
    #expect(wasInterrupted)
    #expect(try workspace.publishedState() == before)
    try workspace.succeed("ingest", large)
    #expect(try workspace.leftovers() == [])
  }

  @Test("Ctrl-C during a build ends it with 1, skips the rest and publishes nothing")
  func interruptedBuild() throws {
    let workspace = try Workspace.published()
    try workspace.succeed("ingest", try workspace.sample(movies: 80))
    let before = try workspace.publishedState()
    var setting = ChildProcess.Setting()
    setting.environment = ["DBT_TARGET_PATH": workspace.folder.file("target")]
    let child = try ChildProcess(
      ReelhouseBinary.path,
      ["build", "--project-dir", Repository.path, "--warehouse", workspace.warehousePath], setting)
    var lines: [String] = []
    while let line = child.readLine() {
      lines.append(line)
      if line.contains("1 of 112 START") { child.signal(SIGINT) }
    }
    #expect(child.wait() == 1)
    #expect(lines.contains { $0.contains("SKIP=") && !$0.contains("SKIP=0") }, "\(lines)")
    #expect(try workspace.publishedState() == before)
    try workspace.succeed("build")
    #expect(try BuildCheck(workspace.warehouse).run() == 80)
  }

  @Test("the sample's options give the same bytes, and another seed others")
  func sample() throws {
    let workspace = try Workspace()
    func make(_ name: String, _ seed: String) throws -> [UInt8] {
      let path = workspace.folder.file(name)
      let result = try CommandRun(["sample", "--movies", "50", "--seed", seed, "--out", path]).finish()
      #expect(result.status == 0 && result.output.isEmpty, "\(result)")
      #expect(result.errors.contains("movies.csv  50 rows"), "\(result)")
      #expect(result.errors.contains("Wrote \(path): "), "\(result)")
      return try FileSystem.read(path)
    }
    let first = try make("a.zip", "1")
    #expect(try make("b.zip", "1") == first)
    #expect(try make("c.zip", "2") != first)
  }
}
