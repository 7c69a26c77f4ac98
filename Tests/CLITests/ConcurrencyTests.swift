import Diagnostics
import Files
import SQLite
import Storage
import Synchronization
import TestSupport
import Testing

/// Commands at the same time: writers queue, readers keep what they opened.
@Suite struct ConcurrencyTests {
  @Test("a second writer that may not wait says who holds the lock")
  func locked() throws {
    let workspace = try Workspace.published()
    let lock = try WarehouseLock(workspace.warehouse, command: "reelhouse held by a test", timeoutSeconds: 0)
    for words in [["ingest", SharedWarehouse.archivePath], ["build"], ["publish"], ["rollback"]] {
      let result = try workspace.start(words + ["--lock-timeout", "0"]).finish()
      #expect(result.status == 2, "\(result)")
      #expect(result.codes == ["RH1105"], "\(result)")
      #expect(result.errors.contains("reelhouse held by a test"), "\(result)")
      #expect(result.errors.contains("--lock-timeout"), "\(result)")
    }
    for words in [["query", "select 1"], ["status"], ["builds"], ["query", "--draft", "select 1"]] {
      try workspace.start(words).finish().expectSuccess()
    }
    _ = consume lock
  }

  @Test("a second writer waits, says for whom, and then does its work")
  func waits() throws {
    let workspace = try Workspace.published()
    let larger = try workspace.sample(movies: 400, seed: 5)
    let lock = try WarehouseLock(workspace.warehouse, command: "reelhouse held by a test", timeoutSeconds: 0)
    var setting = ChildProcess.Setting()
    setting.environment = ["DBT_TARGET_PATH": workspace.folder.file("target")]
    let child = try ChildProcess(
      ReelhouseBinary.path,
      ["ingest", larger, "--project-dir", Repository.path, "--warehouse", workspace.warehousePath], setting)
    // The first line that it says: it has found the lock taken.
    let line = try #require(child.readLine())
    #expect(line.contains("waiting for the warehouse's lock") && line.contains("held by a test"), "\(line)")
    _ = consume lock
    while child.readLine() != nil {}
    #expect(child.wait() == 0)
    #expect(try workspace.query("select count(*) from raw.movies", "--draft") == ["400"])
  }

  @Test("writers started together all succeed, one after the other")
  func together() throws {
    let workspace = try Workspace.published()
    let archives = try (1...3).map { seed in
      try workspace.sample(movies: 100 + seed, seed: UInt64(seed), name: "\(seed).zip")
    }
    var runs = try archives.map { try workspace.start(["ingest", $0]) }
    runs += [try workspace.start(["run", "--select", "stg_movies"]), try workspace.start(["build"])]
    for run in runs { try run.finish().expectSuccess() }
    try workspace.succeed("build")
    #expect([101, 102, 103].contains(try BuildCheck(workspace.warehouse).run()))
    #expect(try workspace.leftovers() == [])
  }

  @Test("a reader that opened before a publish keeps its build, until it ends, beyond retention")
  func readerKeeps() throws {
    let workspace = try Workspace.published()
    let reader = try WarehouseReader(workspace.warehouse)
    let id = try #require(reader.build?.id)
    #expect(try reader.connection.integer("select count(*) from raw.movies") == 300)
    // Two builds more than are kept beside the published one.
    for count in 1...7 {
      try workspace.succeed("ingest", try workspace.sample(movies: 20 + count, seed: UInt64(count)))
      try workspace.succeed("build")
    }
    #expect(try reader.connection.integer("select count(*) from raw.movies") == 300)
    #expect(try reader.connection.integer("select count(*) from staged.stg_movies") > 200)
    #expect(try reader.connection.integer("select sum(movies) from main.movies_by_year") > 200)
    #expect(try workspace.warehouse.builds().map(\.id).contains(id))
    _ = consume reader
    try workspace.succeed("ingest", try workspace.sample(movies: 50))
    try workspace.succeed("build")
    #expect(try !workspace.warehouse.builds().map(\.id).contains(id))
    #expect(try workspace.warehouse.builds().count == 5)
  }

  @Test("while builds are published and rolled back, no reader ever mixes two")
  func readersNeverMix() throws {
    let workspace = try Workspace.published()
    let ended = Atomic<Bool>(false)
    // A row for each layer; in one build they say the same.
    let sql = """
      select (select count(distinct id) from raw.movies where date is not null) as raw,
        (select count(*) from staged.stg_movies) as staged, (select sum(movies) from movies_by_year) as main
      """
    let seen = Mutex<Set<String>>([])
    let failures = Mutex<[String]>([])
    let readers = (0..<2).map { _ in
      BackgroundThread {
        repeat {
          let result = try workspace.run("query", "-o", "csv", sql)
          let values = result.outputLines.last.map { $0.split(separator: ",").map(String.init) } ?? []
          if result.status != 0 || values.count != 3 || Set(values).count != 1 {
            failures.withLock { $0.append("\(result)") }
          } else {
            seen.withLock { _ = $0.insert(values[0]) }
          }
        } while !ended.load(ordering: .acquiring)
      }
    }
    do {
      defer { ended.store(true, ordering: .releasing) }
      for count in 1...4 {
        try workspace.succeed("ingest", try workspace.sample(movies: 100 * count, seed: 7))
        try workspace.succeed("build")
        try workspace.succeed("rollback")
        try workspace.succeed("rollback", try #require(try workspace.warehouse.builds().first).id)
      }
    }
    for reader in readers { try reader.join() }
    #expect(failures.withLock { $0 } == [])
    #expect(seen.withLock { $0.count } >= 2)
  }
}
