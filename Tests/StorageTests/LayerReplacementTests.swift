import Files
import SQLite
import Storage
import TestSupport
import Testing

@Suite struct LayerReplacementTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  private func fill(_ path: String, _ token: Int) throws {
    try Connection(path: path, access: .readWrite).execute(
      "create table token (x integer); insert into token values (\(token))")
  }

  @Test("a new file takes the old one's place in one step")
  func commit() throws {
    let build = try fixture.publish(1)
    let before = try FileTrace(build.file(.raw))
    try fixture.withDraft { draft throws in
      let replacement = try draft.replace(.raw)
      try fill(replacement.path, 2)
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [1, 1, 1])
      try replacement.commit()
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [2, 1, 1])
    }
    #expect(try FileTrace(build.file(.raw)) == before)
    #expect(try fixture.tokens() == [1, 1, 1])
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a new file that is given up leaves no trace")
  func dropped() throws {
    try fixture.publish(1)
    let before = try FileTrace(warehouse.draftFile(.raw))
    try fixture.withDraft { draft throws in
      let replacement = try draft.replace(.raw)
      try fill(replacement.path, 2)
      try FileSystem.write("journal".utf8, to: replacement.path + "-journal")
    }
    #expect(try FileTrace(warehouse.draftFile(.raw)) == before)
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a new file holds an empty catalog")
  func catalog() throws {
    try fixture.withDraft { draft throws in
      try draft.replace(.staged).commit()
      #expect(try RelationCatalog(draft.connect(writing: [])).records().isEmpty)
      #expect(
        try draft.connect(writing: []).integer(
          "select count(*) from staged.sqlite_schema where name = '_relations'")
          == 1)
    }
  }

  @Test("the journal of the old file does not meet the new one")
  func hotJournal() throws {
    try fixture.withDraft { draft throws in
      let replacement = try draft.replace(.raw)
      try fill(replacement.path, 2)
      // Another program writes the old file meanwhile and is killed.
      let old = warehouse.draftFile(.raw)
      let other = fixture.folder.file("other.db")
      let connection = try Connection(path: other, access: .create)
      try connection.execute("create table token as select 666 as x, zeroblob(100000) as bytes")
      try connection.execute("pragma cache_size = 1; begin; update token set bytes = zeroblob(99999)")
      for suffix in ["", "-journal"] {
        try FileSystem.remove(old + suffix)
        try FileSystem.copy(other + suffix, to: old + suffix)
      }
      try replacement.commit()
      let raw = try draft.connect(writing: [.raw])
      #expect(try raw.rows("select * from raw.token") == [[2]])
      #expect(try raw.scalar("pragma raw.integrity_check") == "ok")
    }
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("the write-ahead log of the old file does not meet the new one")
  func writeAheadLog() throws {
    try fixture.withDraft { draft throws in
      let replacement = try draft.replace(.raw)
      try fill(replacement.path, 2)
      let old = warehouse.draftFile(.raw)
      let other = fixture.folder.file("other.db")
      let connection = try Connection(path: other, access: .create)
      try connection.execute("pragma journal_mode = wal; create table token as select 666 as x")
      for suffix in ["", "-wal"] {
        try FileSystem.remove(old + suffix)
        try FileSystem.copy(other + suffix, to: old + suffix)
      }
      try replacement.commit()
      #expect(try draft.connect(writing: []).rows("select * from raw.token") == [[2]])
    }
    #expect(try FileSystem.list(warehouse.draftPath) == ["main.db", "raw.db", "staged.db"])
  }
}
