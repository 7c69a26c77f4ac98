import Diagnostics
import Parquet
import SQLite
import Sync
import Testing

@Suite struct ContentHashTests {
  private func hash(_ columns: [Column], _ fill: ([ColumnBatch]) -> Void) throws -> ContentHash {
    let batches = columns.map { ColumnBatch($0) }
    fill(batches)
    var hasher = try ContentHasher(columns)
    try hasher.add(batches)
    return hasher.hash
  }

  private func append(_ text: String, to batch: ColumnBatch) {
    Array(text.utf8).withUnsafeBytes { batch.append($0) }
  }

  @Test("the vector of the definition")
  func vector() throws {
    let columns = [Column("a", .int64), Column("b", .byteArray, .string), Column("c", .int64)]
    let found = try hash(columns) {
      $0[0].append(1 as Int64)
      append("a", to: $0[1])
      $0[2].appendNull()
    }
    #expect(found == ContentHash(rowCount: 1, sum: 8_214_412_092_279_801_582))
    #expect(found.description == "1:8214412092279801582")
  }

  // The words below are the lower halves of MD5 as Python's hashlib computes them of the text that stands beside.
  @Test(
    "words of single values",
    arguments: [
      ("integer 0", 1_313_792_564_313_573_032), ("integer min", 18_396_460_013_372_415_441),
      ("real -0.0000005", 17_431_964_303_512_658_384), ("real 0.1", 12_343_678_956_643_811_062),
      ("text empty", 13_527_391_177_119_280_158), ("text ż", 2_534_860_544_569_283_569),
      ("date 1969-12-31", 12_194_284_557_595_316_958), ("blob FF00", 15_259_745_248_213_461_976),
      ("long text", 7_754_260_895_831_437_217),
    ] as [(String, UInt64)])
  func single(name: String, word: UInt64) throws {
    let found: ContentHash
    switch name {
    case "integer 0": found = try hash([Column("a", .int64)]) { $0[0].append(0 as Int64) }
    case "integer min": found = try hash([Column("a", .int64)]) { $0[0].append(Int64.min) }
    case "real -0.0000005": found = try hash([Column("a", .double)]) { $0[0].append(-0.0000005) }
    case "real 0.1": found = try hash([Column("a", .double)]) { $0[0].append(0.1) }
    case "text empty": found = try hash([Column("a", .byteArray, .string)]) { append("", to: $0[0]) }
    case "text ż": found = try hash([Column("a", .byteArray, .string)]) { append("ż", to: $0[0]) }
    case "date 1969-12-31": found = try hash([Column("a", .int32, .date)]) { $0[0].append(-1 as Int32) }
    case "blob FF00":
      found = try hash([Column("a", .byteArray)]) { batches in
        [0xFF, 0x00 as UInt8].withUnsafeBytes { batches[0].append($0) }
      }
    default:
      found = try hash([Column("a", .byteArray, .string)]) {
        append(String(repeating: "x", count: 1000), to: $0[0])
      }
    }
    #expect(found.sum == word)
  }

  @Test("equal rows have equal hashes in whatever order and type, and doubled rows do not cancel")
  func order() throws {
    let long = try hash([Column("a", .int64)]) { for value in [1, 2, 3] as [Int64] { $0[0].append(value) } }
    let short = try hash([Column("a", .int32, isNullable: false)]) {
      for value in [3, 1, 2] as [Int32] { $0[0].append(value) }
    }
    #expect(long == short)
    let doubled = try hash([Column("a", .int64)]) {
      for value in [1, 1, 2, 3] as [Int64] { $0[0].append(value) }
    }
    #expect(doubled.sum != long.sum)
    let single = try hash([Column("a", .int64)]) { $0[0].append(1 as Int64) }
    #expect(doubled == long + single)
  }

  @Test(
    "queries sum up rows by content_hash",
    arguments: [
      ("select content_hash(1, 'a', null)", "1:8214412092279801582"),
      ("select content_hash(1) where false", "0:0"),
      ("select content_hash(x) = (select content_hash(column1) from (values (2), (1))) from b", "1"),
      (
        "select group_concat(h) from (select content_hash(1, 'a', null) as h from b group by x)",
        "1:8214412092279801582,1:8214412092279801582"
      ),
    ])
  func function(sql: String, result: String) throws {
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.execute("create table b (x); insert into b values (1), (2)")
    try ContentHashFunction.register(on: connection)
    let statement = try connection.prepare(sql)
    #expect(try statement.step())
    #expect(statement.text(0) == result)
  }

  @Test("a query with a value that has no form fails and says so")
  func functionRefuses() throws {
    let connection = try Connection(path: ":memory:", access: .create)
    try ContentHashFunction.register(on: connection)
    let error = #expect(throws: SQLiteError.self) { try connection.scalar("select content_hash(1, 1e13)") }
    #expect(error?.reason.contains("argument 2 of content_hash") == true)
  }

  @Test("what has no form is refused by name", arguments: ["nan", "large", "nul", "utf8", "year"])
  func refused(kind: String) throws {
    let error = #expect(throws: SyncError.self) {
      switch kind {
      case "nan": _ = try hash([Column("odd", .double)]) { $0[0].append(Double.nan) }
      case "large": _ = try hash([Column("odd", .double)]) { $0[0].append(-1.0000001e12) }
      case "nul": _ = try hash([Column("odd", .byteArray, .string)]) { append("a\u{0}", to: $0[0]) }
      case "year": _ = try hash([Column("odd", .int32, .date)]) { $0[0].append(Int32.max) }
      default:
        _ = try hash([Column("odd", .byteArray, .string)]) { batches in
          [0xC3 as UInt8].withUnsafeBytes { batches[0].append($0) }
        }
      }
    }
    #expect(error?.code == .contentHashImpossible)
    #expect(error?.message.contains("'odd'") == true)
  }
}
