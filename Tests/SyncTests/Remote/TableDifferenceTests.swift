import Diagnostics
import Parquet
import SQLite
import Sync
import TestSupport
import Testing

@Suite struct TableDifferenceTests {
  private typealias Cell = TableDifference.Cell
  private typealias Change = TableDifference.ChangedRow.Change

  private static let columns = [
    MappedColumn(name: "id", type: .integer), MappedColumn(name: "name", type: .text),
    MappedColumn(name: "score", type: .real), MappedColumn(name: "born", type: .date),
    MappedColumn(name: "seen", type: .timestamp), MappedColumn(name: "good", type: .boolean),
    MappedColumn(name: "bytes", type: .binary),
  ]

  /// A row's canonical text, made here.
  private static func text(_ fields: [String?]) -> [UInt8] {
    fields.flatMap { field in Array((field.map { "\($0.utf8.count):\($0)" } ?? "~").utf8) }
  }

  private static func row(_ id: Int) -> [String?] {
    [
      "\(id)", "name \(id)", "\(id * 500_000)", "2024-02-29", "\(id * 1_000_001)", id % 2 == 0 ? "1" : "0",
      "00FF",
    ]
  }

  /// A copy of a table that lies in memory.
  private static func side(_ texts: [[UInt8]], fetched: ((Int) -> Void)? = nil) -> TableDifferenceFinder.Side
  {
    func digest(_ text: [UInt8]) -> MD5.Digest { text.withUnsafeBytes { MD5.digest($0) } }
    return TableDifferenceFinder.Side(
      buckets: {
        var hashes = BucketHashes()
        for text in texts { hashes.add(digest(text)) }
        return hashes
      },
      rows: { buckets, body in
        let wanted = Set(buckets)
        for text in texts where wanted.contains(BucketHashes.bucket(digest(text))) {
          fetched?(1)
          try body(text)
        }
      })
  }

  private func difference(
    _ expected: [[String?]], _ found: [[String?]], rowLimit: UInt64 = 100_000, listLimit: Int = 20
  ) throws -> TableDifference? {
    try TableDifferenceFinder(Self.columns, rowLimit: rowLimit, listLimit: listLimit).difference(
      Self.side(expected.map(Self.text)), Self.side(found.map(Self.text)))
  }

  private static let rows = (1...3000).map(row)

  @Test("equal tables have no difference, in whatever order their rows are")
  func equal() throws {
    #expect(try difference(Self.rows, Self.rows.reversed()) == nil)
    #expect(try difference([], []) == nil)
  }

  @Test("an altered cell is found, and shown with the rest of its row")
  func altered() throws {
    var other = Self.rows
    other[1999][3] = "2024-03-01"
    other[1999][2] = nil
    let found = try #require(try difference(Self.rows, other))
    #expect(found.changed.count == 1 && found.missing.isEmpty && found.surplus.isEmpty && found.isComplete)
    let row = try #require(found.changed.first)
    #expect(
      row.changes == [
        Change(column: "score", expected: "1000", found: "NULL"),
        Change(column: "born", expected: "2024-02-29", found: "2024-03-01"),
      ])
    #expect(
      row.same == [
        Cell(column: "id", value: "2000"), Cell(column: "name", value: "name 2000"),
        Cell(column: "seen", value: "1970-01-01 00:33:20.002000"), Cell(column: "good", value: "true"),
        Cell(column: "bytes", value: "x'00FF'"),
      ])
    #expect((1...2).contains(found.differingBucketCount))
    #expect(found.expected.hasPrefix("3000:") && found.found.hasPrefix("3000:"))
  }

  @Test("rows that are missing, doubled or beyond the build are told with their number")
  func counts() throws {
    let stranger: [String?] = ["-5", "", "-1", nil, nil, nil, nil]
    var other = Self.rows
    other.remove(at: 41)
    other += [Self.row(7), Self.row(7), stranger]
    let found = try #require(try difference(Self.rows, other))
    #expect(found.changed.isEmpty)
    #expect(found.missing.map(\.times) == [1])
    #expect(found.missing.first?.cells.first == Cell(column: "id", value: "42"))
    #expect(found.surplus.map(\.times).sorted() == [1, 2])
    let shown = found.surplus.first { $0.times == 1 }?.cells.map(\.value)
    #expect(shown == ["-5", "", "-0.000001", "NULL", "NULL", "NULL", "NULL"])
  }

  @Test("random edits are found, each and no other", arguments: [1, 2, 3, 4, 5])
  func edits(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var other = Self.rows
    var altered: Set<String> = []
    for _ in 0..<15 {
      let row = Int.random(in: 0..<other.count, using: &random)
      other[row][1] = "other \(UInt32.random(in: 0...UInt32.max, using: &random))"
      altered.insert(other[row][0] ?? "")
    }
    let removed = Set((0..<5).map { _ in Int.random(in: 0..<other.count, using: &random) })
    let lacking = Set(removed.map { other[$0][0] ?? "" })
    for row in removed.sorted().reversed() { other.remove(at: row) }
    other.shuffle(using: &random)
    let found = try #require(try difference(Self.rows, other))
    #expect(found.isComplete)
    #expect(found.surplus.isEmpty)
    #expect(Set(found.missing.map { $0.cells[0].value }) == lacking)
    #expect(Set(found.changed.map { $0.same[0].value }) == altered.subtracting(lacking))
    #expect(found.changed.allSatisfy { $0.changes.map(\.column) == ["name"] })
  }

  @Test("only rows of buckets that differ are fetched")
  func fetched() throws {
    var other = Self.rows
    other[10][1] = "x"
    var count = 0
    let finder = TableDifferenceFinder(Self.columns)
    let side = Self.side(Self.rows.map(Self.text)) { count += $0 }
    _ = try finder.difference(side, Self.side(other.map(Self.text)))
    #expect((1...20).contains(count), "\(count)")
  }

  @Test("where too much differs, the beginning is told, and that it is one")
  func limits() throws {
    let others = (1...3000).map { Self.row($0 + 5000) }
    let found = try #require(try difference(Self.rows, others, rowLimit: 50, listLimit: 5))
    #expect(!found.isComplete)
    #expect(found.differingBucketCount > 1000)
    #expect(found.changed.count + found.missing.count <= 10)
  }

  @Test("rows that change while they are compared are no result")
  func moving() throws {
    let left = Self.side(Self.rows.map(Self.text))
    var other = Self.rows
    other[5][1] = "x"
    let right = Self.side(other.map(Self.text))
    let finder = TableDifferenceFinder(Self.columns)
    for rows in [left.rows, { _, _ in }, { _, body in try body(Self.text(Self.row(1))) }] {
      let moved = TableDifferenceFinder.Side(buckets: right.buckets, rows: rows)
      #expect(diagnostic { _ = try finder.difference(left, moved) }?.code == .remoteBusy)
    }
  }

  @Test(
    "a text that is no row's is refused",
    arguments: ["", "1:", "5:abc", "x", "1:ab", "~~~", "999999999999999999999:a"])
  func texts(_ text: String) {
    #expect(CanonicalRow(Array(text.utf8), columnCount: 2) == nil)
  }

  @Test("texts are taken apart as they were made")
  func parts() throws {
    let row = try #require(CanonicalRow(Array("2:ab~0:!3:1:~".utf8), columnCount: 5))
    #expect(row.fields == [Array("ab".utf8), nil, [], Array("!".utf8), Array("1:~".utf8)])
  }

  @Test("buckets are those of the definition, and add up to the table's hash")
  func buckets() throws {
    // MD5 of `1:11:a~`: words and bucket as Python's hashlib has them.
    let digest = Array("1:11:a~".utf8).withUnsafeBytes { MD5.digest($0) }
    #expect(digest.lower == 8_214_412_092_279_801_582)
    var hashes = BucketHashes()
    hashes.add(digest)
    #expect(BucketHashes.bucket(digest) == 571)
    #expect(hashes.total == ContentHash(rowCount: 1, sum: digest.lower))
    #expect(BucketHashes([(bucket: BucketHashes.bucket(digest), hash: hashes.total)]) == hashes)
    #expect(BucketHashes([(bucket: 4096, hash: hashes.total)]) == nil)
    #expect(BucketHashes([(bucket: -1, hash: hashes.total)]) == nil)
  }

  @Test("the objects of a remote are one side, with the hash of their manifest")
  func objects() throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let manifest = try #require(try fixture.remote().manifest(id: build.id)).manifest
    for table in manifest.tables where table.kind != .auxiliary {
      let side = TableDifferenceFinder.Side.objects(table, of: fixture.remote())
      #expect(try side.buckets().total.description == table.contentHash, "\(table.relation)")
    }
    let many = try #require(manifest.tables.first { $0.name == "many" })
    let side = TableDifferenceFinder.Side.objects(many, of: fixture.remote())
    var copy = (1...5000).map { ["\($0)", "\($0 % 7)", "name \($0 % 100)"] as [String?] }
    let finder = TableDifferenceFinder(many.columns)
    #expect(try finder.difference(side, Self.side(copy.map(Self.text))) == nil)
    copy[2500][2] = "another"
    let found = try #require(try finder.difference(side, Self.side(copy.map(Self.text))))
    #expect(found.changed.map(\.changes) == [[Change(column: "name", expected: "name 1", found: "another")]])
  }
}
