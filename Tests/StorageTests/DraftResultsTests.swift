import Files
import Storage
import Testing

@Suite struct DraftResultsTests {
  @Test("results come back as they were saved")
  func roundTrip() throws {
    let fixture = try WarehouseFixture()
    try fixture.withDraft { draft throws in
      var results = try draft.results()
      #expect(results.nodes.isEmpty)
      results.nodes["test.p.a"] = NodeResult(status: .fail, fingerprint: "f", failures: 3, message: "three")
      results.nodes["model.p.b"] = NodeResult(status: .success, fingerprint: "g")
      try draft.save(results)
      #expect(try draft.results() == results)
      #expect(try DraftResults(fixture.warehouse) == results)
    }
  }

  @Test(
    "a file that cannot be understood counts as none",
    arguments: [
      "", "{", "[]", "{\"nodes\": {}, \"formatVersion\": 99}", "\u{0}\u{1}", "{\"formatVersion\": 1}",
    ])
  func unreadable(text: String) throws {
    let fixture = try WarehouseFixture()
    try fixture.withDraft { _ in }
    try FileSystem.write(text.utf8, to: Path.join(fixture.warehouse.draftPath, "draft.json"))
    try fixture.withDraft { draft throws in
      #expect(try draft.results() == DraftResults())
      #expect(draft.notices.isEmpty)
      try draft.save(draft.results())
      #expect(try draft.results().nodes.isEmpty)
    }
  }

  @Test("a warehouse without a draft has no results")
  func missing() throws {
    #expect(try DraftResults(WarehouseFixture().warehouse) == DraftResults())
  }
}
