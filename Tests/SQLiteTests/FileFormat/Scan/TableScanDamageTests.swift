import SQLite
import Testing

/// Files that are cut off, damaged or made up: an error with the page, never a trap, whatever the bytes are.
@Suite struct TableScanDamageTests {
  private let folder = DatabaseFolder()
  private static let pageSize = 512

  /// A table of several levels with rows of all sizes; its root is the page 2.
  private func makeBase() throws -> [UInt8] {
    do {
      let connection = try Connection(path: folder.file("base.db"), access: .create)
      try connection.execute(
        """
        pragma page_size = \(Self.pageSize); pragma synchronous = off;
        create table t(id integer primary key, a text, b real, c blob);
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 400)
        insert into t
        select i, printf('row %d', i), i / 4.0, zeroblob(case when i % 40 = 0 then 1500 else i % 50 end) from n;
        alter table t add column d default 'later';
        """)
    }
    return folder.bytes(of: "base.db")
  }

  /// Reads a file in every way there is. Returns its rows.
  private func readAll(_ name: String) throws -> [[StoredValue]] {
    let scan = try TableScan(path: folder.file(name), table: "t")
    let rows = try scannedRows(scan, rowCapacity: 64)
    let columns = [3, 0].filter(scan.columns.indices.contains)
    _ = try scannedRows(scan, columns: columns, parts: scan.split(into: 3))
    #expect(try scan.summarize().rowCount == rows.count)
    return rows
  }

  @Test("random damage gives an error with the page, or the rows that SQLite sees")
  func fuzz() throws {
    let seed = environmentNumber("TEST_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 62)
    print("damaged files: seed \(seed)")
    let base = try makeBase()
    var refusedCount = 0
    let caseCount = environmentNumber("FUZZ_CASES") ?? 1500
    for number in 0..<caseCount {
      var random = CaseRandom(seed: seed &+ UInt64(number))
      var bytes = base
      damage(&bytes, &random)
      try folder.write(bytes, to: "a.db")
      do {
        let rows = try readAll("a.db")
        let connection = try Connection(path: folder.file("a.db"), access: .readOnly)
        guard try integrity(connection) == "ok" else { continue }
        let expected = try storedRows(connection, "select * from t order by id")
        #expect(firstDifference(rows, expected) == nil, "TEST_SEED=\(seed &+ UInt64(number)) FUZZ_CASES=1")
      } catch let error as DatabaseFileError {
        refusedCount += 1
        if case .damaged(let page, let what) = error.reason {
          #expect((1...base.count / Self.pageSize).contains(page) || page > bytes.count / Self.pageSize)
          #expect(!what.isEmpty)
          #expect(error.diagnostic.code == .sqlCorrupt)
        }
      } catch {
        // SQLite itself cannot read what is sound as far as the scanner looks: the schema's page, say.
      }
    }
    print("damaged files: \(refusedCount) of \(caseCount) refused")
    if caseCount > 100 { #expect(refusedCount > caseCount / 4) }
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout CaseRandom) {
    let pageCount = bytes.count / Self.pageSize
    // Mostly behind the first page, which SQLite reads before us.
    func offset(_ random: inout CaseRandom) -> Int {
      random.once(in: 20)
        ? random.below(Self.pageSize) : Self.pageSize + random.below(bytes.count - Self.pageSize)
    }
    switch random.below(6) {
    case 0: bytes.removeLast(random.below(bytes.count))
    case 1:
      // A page's number somewhere at the beginning of a page or of a cell.
      let page = 1 + random.below(pageCount - 1)
      let place = page * Self.pageSize + [0, 8, random.below(Self.pageSize - 4)][random.below(3)]
      let number = random.below(pageCount + 3)
      for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index)) }
    case 2:
      // A number of nine bytes.
      let place = min(offset(&random), bytes.count - 9)
      for index in 0..<9 { bytes[place + index] = 0xFF }
    case 3:
      // A page in the place of another.
      let from = random.below(pageCount) * Self.pageSize
      let to = (1 + random.below(pageCount - 1)) * Self.pageSize
      for index in 0..<Self.pageSize { bytes[to + index] = bytes[from + index] }
    case 4:
      for _ in 0..<(1 + random.below(4)) { bytes[offset(&random)] ^= 1 << UInt8(random.below(8)) }
    default:
      for _ in 0..<(1 + random.below(200)) {
        bytes[offset(&random)] = UInt8(truncatingIfNeeded: random.next())
      }
    }
  }

  // MARK: Single faults

  private func error(_ bytes: [UInt8]) throws -> DatabaseFileError? {
    try folder.write(bytes, to: "a.db")
    do {
      _ = try readAll("a.db")
      return nil
    } catch let error as DatabaseFileError {
      return error
    }
  }

  /// The pages of the base whose first byte is that, from 1.
  private func pages(_ bytes: [UInt8], _ kind: UInt8) -> [Int] {
    (1...bytes.count / Self.pageSize).filter { $0 > 1 && bytes[($0 - 1) * Self.pageSize] == kind }
  }

  private func start(_ page: Int) -> Int { (page - 1) * Self.pageSize }

  @Test("a default whose bytes are no text is refused: older rows would not be told as SQLite tells them")
  func invalidDefault() throws {
    var bytes = try makeBase()
    let place = try #require(bytes.firstRange(of: Array("'later'".utf8))).lowerBound
    bytes[place + 5] = 0xFF
    let error = try #require(try error(bytes))
    guard case .notScannable(let what) = error.reason else { Issue.record("\(error.reason)"); return }
    #expect(what.contains("no UTF-8"))
  }

  @Test("a page that names itself or one above it is told")
  func cycles() throws {
    var bytes = try makeBase()
    let interior = try #require(pages(bytes, 5).last)
    // The right child of an interior page.
    bytes.replaceSubrange(start(interior) + 8..<start(interior) + 12, with: [0, 0, 0, UInt8(interior)])
    let error = try #require(try error(bytes))
    guard case .damaged(let page, _) = error.reason else { Issue.record("\(error.reason)"); return }
    #expect(page == interior)
    #expect(error.path == folder.file("a.db"))
    #expect(error.table == "t")
    #expect(error.diagnostic.message.contains("page \(interior)"))
  }

  @Test("a file that is cut off is told by the first page that is missing")
  func truncated() throws {
    let base = try makeBase()
    let pageCount = base.count / Self.pageSize
    let error = try #require(try error(Array(base.prefix(pageCount / 2 * Self.pageSize + 100))))
    guard case .damaged(let page, let what) = error.reason else { Issue.record("\(error.reason)"); return }
    #expect(page == pageCount / 2 + 1)
    #expect(what.contains("counts \(pageCount) pages"))
    // Cut off while it is read.
    try folder.write(base, to: "a.db")
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    try folder.write(Array(base.prefix(pageCount / 2 * Self.pageSize)), to: "a.db")
    do {
      _ = try scannedRows(scan)
      Issue.record("all rows were read")
    } catch let error as DatabaseFileError {
      guard case .damaged(let page, _) = error.reason else { throw error }
      #expect(page > pageCount / 2)
    }
  }

  @Test("cells, offsets and records that lie outside of their page are told")
  func outside() throws {
    let base = try makeBase()
    let leaf = try #require(pages(base, 13).last)
    let cell = Int(base[start(leaf) + 8]) << 8 | Int(base[start(leaf) + 9])
    let faults: [(String, (inout [UInt8]) -> Void)] = [
      ("cells", { bytes in bytes.replaceSubrange(start(leaf) + 3..<start(leaf) + 5, with: [0xFF, 0xFF]) }),
      (
        "lies at the byte",
        { bytes in bytes.replaceSubrange(start(leaf) + 8..<start(leaf) + 10, with: [0xFF, 0]) }
      ),
      (
        "lies at the byte",
        { bytes in bytes.replaceSubrange(start(leaf) + 8..<start(leaf) + 10, with: [0, 3]) }
      ),
      (
        "ends behind",
        { bytes in
          // The last bytes of the page as the beginning of a record.
          bytes.replaceSubrange(start(leaf) + 8..<start(leaf) + 10, with: [1, 254])
          bytes.replaceSubrange(start(leaf) + 510..<start(leaf) + 512, with: [100, 1])
        }
      ),
      ("header", { bytes in bytes[start(leaf) + cell + 3] = 0x7F }),
      (
        "a record of",
        { bytes in
          for index in 0..<9 { bytes[start(leaf) + cell + index] = 0xFE }
        }
      ),
      ("no leaf", { bytes in bytes[start(leaf)] = 10 }),
      (
        "comes behind",
        { bytes in
          // The first two cells in the other order.
          let place = start(leaf) + 8
          bytes.replaceSubrange(
            place..<place + 4, with: [bytes[place + 2], bytes[place + 3], bytes[place], bytes[place + 1]])
        }
      ),
    ]
    for (word, damage) in faults {
      var bytes = base
      damage(&bytes)
      let error = try error(bytes)
      guard case .damaged(let page, let what)? = error?.reason else {
        Issue.record("\(word): \(String(describing: error))")
        continue
      }
      #expect(page == leaf)
      #expect(what.contains(word), "\(what)")
    }
  }

  @Test("overflow pages that go round in a circle or are shared end in an error")
  func overflowCycle() throws {
    var bytes = try makeBase()
    // An overflow page is full of zeros here, but for the number of the next one.
    let pageCount = bytes.count / Self.pageSize
    let chained = (2...pageCount).filter { page in
      bytes[start(page)..<start(page) + 2] == [0, 0] && bytes[start(page) + 3] != 0
        && bytes[start(page) + 4..<start(page) + 512].allSatisfy { $0 == 0 }
    }
    let first = try #require(chained.first)
    for page in chained { bytes.replaceSubrange(start(page)..<start(page) + 4, with: [0, 0, 0, 0]) }
    let ended = try #require(try error(bytes))
    guard case .damaged = ended.reason else { Issue.record("\(ended.reason)"); return }
    bytes.replaceSubrange(
      start(first)..<start(first) + 4, with: [0, 0, UInt8(first >> 8), UInt8(first & 255)])
    #expect(try error(bytes) != nil)
  }

  // MARK: What is refused

  @Test("a file beside which an unfinished transaction lies is refused", arguments: ["-wal", "-journal"])
  func unsettled(suffix: String) throws {
    try folder.write(try makeBase(), to: "a.db")
    try folder.write([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7], to: "a.db\(suffix)")
    do {
      _ = try TableScan(path: folder.file("a.db"), table: "t")
      Issue.record("the file was read")
    } catch {
      guard case .unsettled = error.reason else { Issue.record("\(error.reason)"); return }
      #expect(error.diagnostic.code == .sqlBusy)
    }
    // A journal of a finished transaction is empty or has no header.
    try folder.write([], to: "a.db\(suffix)")
    #expect(try readAll("a.db").count == 400)
  }

  private static let refused: [(String, String, String)] = [
    ("create view t as select 1", "t", "a view"),
    ("create table t(a primary key) without rowid", "t", "a table without rowid"),
    ("create table t(a, b as (a + 1))", "t", "a table with a generated column"),
    ("create table t(a)", "u", "a table that is not there"),
    ("create virtual table t using fts5(x)", "t", "a virtual table"),
    ("pragma encoding = 'UTF-16le'; create table t(a)", "t", "a database whose texts are not UTF-8"),
  ]

  @Test("what only statements can read is refused by its name", arguments: refused)
  func notScannable(sql: String, table: String, what: String) throws {
    try Connection(path: folder.file("a.db"), access: .create).execute(sql)
    do {
      _ = try TableScan(path: folder.file("a.db"), table: table)
      Issue.record("the table was read")
    } catch {
      #expect(error.reason == .notScannable(what))
      #expect(error.path == folder.file("a.db"))
    }
  }

  @Test("a file that is no database, or not there, is refused")
  func noDatabase() throws {
    #expect(throws: DatabaseFileError.self) { try TableScan(path: folder.file("none.db"), table: "t") }
    try folder.write(Array(repeating: 7, count: 5000), to: "a.db")
    do {
      _ = try TableScan(path: folder.file("a.db"), table: "t")
      Issue.record("the file was read")
    } catch {
      #expect(error.reason == .damaged(page: 1, "it does not begin as a SQLite database does"))
    }
  }
}
