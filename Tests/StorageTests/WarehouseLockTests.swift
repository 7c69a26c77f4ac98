import Diagnostics
import Dispatch
import Files
import Storage
import TestSupport
import Testing

@Suite struct WarehouseLockTests {
  private final class Log {
    var lines: [String] = []
  }

  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  @Test("a second one is told who holds the lock, waits, and gives up in the end")
  func timeout() throws {
    let log = Log()
    let first = try WarehouseLock(warehouse, command: "reelhouse ingest", timeoutSeconds: 0)
    let told = diagnostic {
      _ = try WarehouseLock(warehouse, command: "second", timeoutSeconds: 0.05) { log.lines.append($0) }
    }
    #expect(told?.code == .warehouseLocked)
    #expect(told?.message.contains("`reelhouse ingest`") == true)
    #expect(told?.message.contains("process ") == true)
    #expect(told?.hints.joined().contains("--lock-timeout") == true)
    #expect(log.lines.count == 1)
    #expect(log.lines.first?.contains("`reelhouse ingest`") == true)
    #expect(first.warehouse.path == warehouse.path)
  }

  @Test("without a time to wait the second one fails at once, and is not told to wait")
  func noWait() throws {
    let log = Log()
    let first = try fixture.lock()
    #expect(
      diagnostic {
        _ = try WarehouseLock(warehouse, command: "b", timeoutSeconds: 0) { log.lines.append($0) }
      }?.code
        == .warehouseLocked)
    #expect(log.lines.isEmpty)
    #expect(first.warehouse.path == warehouse.path)
  }

  @Test("the second one goes on as soon as the first has ended")
  func handOver() throws {
    let fixture = fixture
    let isWaiting = DispatchSemaphore(value: 0)
    let second: BackgroundThread
    do {
      let first = try fixture.lock()
      second = BackgroundThread { () throws in
        let lock = try WarehouseLock(fixture.warehouse, command: "second", timeoutSeconds: 60) { _ in
          isWaiting.signal()
        }
        #expect(try FileSystem.readText(lock.warehouse.lockPath).contains("`second`") == true)
      }
      isWaiting.wait()
      #expect(first.warehouse.path == fixture.warehouse.path)
    }
    try second.join()
  }

  @Test("another process's lock is waited for", .enabled(if: Tool.exists("flock")))
  func otherProcess() throws {
    try fixture.withDraft { _ in }
    let flock = try #require(Tool("flock"))
    let child = try ChildProcess(flock.path, [warehouse.lockPath, "/bin/sh", "-c", "echo held; read line"])
    #expect(child.readLine() == "held")
    #expect(
      diagnostic { _ = try WarehouseLock(warehouse, command: "b", timeoutSeconds: 0) }?.code
        == .warehouseLocked)
    child.wait()
    _ = try fixture.lock()
  }

  @Test("what interrupted commands left is swept, and nothing else")
  func sweep() throws {
    try fixture.publish(1)
    try fixture.folder.write("x", to: "warehouse/draft/.tmp-raw.db")
    try fixture.folder.write("x", to: "warehouse/draft/.tmp-raw.db-journal")
    try fixture.folder.write("x", to: "warehouse/builds/.tmp-20261122T071530Z-aaaaaaaa/raw.db")
    try fixture.folder.write("x", to: "warehouse/builds/.tmp-removed-20261122T071530Z-aaaaaaaa/raw.db")
    try fixture.folder.write("x", to: "warehouse/.tmp-current-77")
    try fixture.folder.write("x", to: "warehouse/draft/notes.txt")
    _ = try fixture.lock()
    #expect(try fixture.leftovers().isEmpty)
    #expect(FileSystem.exists(fixture.folder.file("warehouse/draft/notes.txt")))
    #expect(try fixture.tokens() == [1, 1, 1])
  }

  @Test("a warehouse that cannot be made is told by its path")
  func notWritable() throws {
    try fixture.folder.write("a file", to: "warehouse")
    let told = diagnostic { _ = try fixture.lock() }
    #expect(told?.code == .warehouseNotWritable)
    #expect(told?.message.contains(warehouse.path) == true)
  }
}
