import Files
import Storage
import TestSupport
import Testing

@Suite struct WarehouseTests {
  @Test("a warehouse is a value of absolute paths")
  func paths() {
    let warehouse = Warehouse(path: "/w/../v/", keptBuildCount: 0)
    #expect(warehouse.path == "/v")
    #expect(warehouse.draftFile(.staged) == "/v/draft/staged.db")
    #expect(warehouse.currentLink == "/v/current")
    #expect(warehouse.keptBuildCount == 1)
    #expect(Warehouse(path: "w").path == Path.join(Path.workingDirectory, "w"))
    #expect(!Warehouse(path: "/no/such").hasDraft)
  }

  @Test(
    "a warehouse may lie anywhere, whatever its path holds",
    arguments: ["a b", "ümläut", "50%?#&'\"", "new\nline"])
  func strangePaths(name: String) throws {
    let folder = try TemporaryFolder()
    let warehouse = Warehouse(path: folder.file(name))
    do {
      let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 5))
      try draft.connect(writing: [.raw]).execute("create table raw.token as select 4 as x")
      _ = try Publisher(draft).publish(WarehouseFixture.contents(1), now: WarehouseFixture.time(1))
    }
    let reader = try WarehouseReader(warehouse)
    #expect(reader.build != nil)
    #expect(try reader.connection.integer("select x from raw.token") == 4)
    #expect(try folder.names() == [name])
  }
}
