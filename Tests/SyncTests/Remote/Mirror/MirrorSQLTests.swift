import Storage
import Sync
import TestSupport
import Testing

/// The texts that go to Snowflake, and the names in them.
@Suite struct MirrorSQLTests {
  @Test(
    "plain names are in upper case, all others as they are",
    arguments: [
      ("movies", "\"MOVIES\""), ("_x$1", "\"_X$1\""), ("Movies2", "\"MOVIES2\""), ("a b", "\"a b\""),
      ("größe", "\"größe\""), ("1st", "\"1st\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
      ("select", "\"SELECT\""),
    ])
  func names(name: String, quoted: String) {
    #expect(MirrorName.quoted(name) == quoted)
  }

  @Test("the hash of every type is asked for as the definition has it")
  func hash() throws {
    let columns = MappedType.allCases.map { MappedColumn(name: "c_\($0.rawValue)", type: $0) }
    let query = MirrorHash.query("\"MAIN\".\"T\"", columns)
    try Golden(beside: #filePath).check(
      query.replacing(" || coalesce", with: "\n || coalesce").replacing(" || case", with: "\n || case"),
      "hash.sql")
  }
}
