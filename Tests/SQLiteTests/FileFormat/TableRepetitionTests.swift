import Files
import SQLite
import TestSupport
import Testing

@Suite struct TableRepetitionTests {
  /// A table of random rows, with few different values, in a file.
  private static func make(
    _ path: String, _ random: inout SeededRandom, isSorted: Bool, rowCount: Int, variety: Int
  ) throws {
    let connection = try Connection(path: path, access: .create)
    try connection.execute("create table t(a, b, c)")
    let insert = try connection.prepare("insert into t values (?, ?, ?)")
    try connection.transaction {
      for row in 0..<rowCount {
        let key: SQLiteValue =
          isSorted ? .integer(Int64(row / 3)) : value(&random, variety: variety * 4)
        try insert.run([key, value(&random, variety: variety), value(&random, variety: variety)])
      }
    }
  }

  private static func value(_ random: inout SeededRandom, variety: Int) -> SQLiteValue {
    let number = Int64.random(in: 0..<Int64(variety), using: &random)
    return switch Int.random(in: 0...6, using: &random) {
    case 0: .null
    case 1: .real(Double(number))
    case 2: .real(Double(number) + 0.5)
    case 3: .blob(Array("\(number)".utf8))
    case 4, 5: .text("text \(number)")
    default: .integer(number)
    }
  }

  @Test("that rows do not repeat is said only where GROUP BY finds none", arguments: 0..<60)
  func groups(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let folder = try TemporaryFolder()
    let path = folder.file("t.db")
    let count = Int.random(in: 0...400, using: &random)
    try Self.make(
      path, &random, isSorted: seed % 2 == 0, rowCount: count, variety: seed % 3 == 0 ? 3 : 100_000)
    let connection = try Connection(path: path, access: .readOnly)
    let scan = try TableScan(path: path, table: "t")
    for columns in [[0], [1], [0, 1], [1, 2], [2, 0, 1], [0, 1, 2]] {
      let list = columns.map { ["a", "b", "c"][$0] }
      for skipsNulls in [false, true] {
        let condition = skipsNulls ? "where \(list[0]) is not null" : ""
        let found = try connection.integer(
          """
          select count(*) from (select 1 from t \(condition)
          group by \(list.joined(separator: ", ")) having count(*) > 1)
          """)
        let said = try scan.mayRepeat(columns, skipsNulls: skipsNulls)
        // Equal hashes of different rows are not to be expected among so few.
        #expect(said == (found > 0), "\(list) \(skipsNulls) of \(count)")
      }
    }
  }

  @Test("numbers are found twice wherever they are, and only then")
  func hashes() {
    var random = SeededRandom(seed: 7)
    for count in [0, 1, 2, 3, 100, 5000, 70_000] {
      var numbers = Array(Set((0..<count).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }))
      #expect(!HashRepetition.isThere(in: numbers))
      guard let one = numbers.randomElement(using: &random) else { continue }
      numbers.insert(one, at: Int.random(in: 0...numbers.count, using: &random))
      #expect(HashRepetition.isThere(in: numbers))
    }
    #expect(!HashRepetition.isThere(in: [0, 1 << 63]))
    #expect(HashRepetition.isThere(in: [0, 5, 0]))
  }

  @Test("sets of integers have what was put in and nothing else", arguments: [0, 1, 50, 5000])
  func integerSets(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    for range in [-100...100, 0...1_000_000, Int64.min...Int64.max] as [ClosedRange<Int64>] {
      let numbers = (0..<count).map { _ in Int64.random(in: range, using: &random) }
      let set = IntegerSet(numbers)
      let members = Set(numbers)
      let asked =
        numbers + numbers.map { $0 &+ 1 } + (0..<200).map { _ in Int64.random(in: range, using: &random) }
        + [0, .min, .max, -1]
      for number in asked { #expect(set.contains(number) == members.contains(number), "\(number)") }
    }
  }

  @Test(
    "all values of a column are integers of another, or texts of a list, as SQLite says", arguments: 0..<30)
  func columns(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let folder = try TemporaryFolder()
    let path = folder.file("t.db")
    let connection = try Connection(path: path, access: .create)
    try connection.execute("create table parent(id); create table child(id, kind)")
    for id in 0..<50 where id % 10 != seed % 10 || seed % 3 == 0 {
      try connection.run("insert into parent values (?)", [.integer(Int64(id))])
    }
    let kinds = ["a", "b", "c", "d'd"]
    for _ in 0..<100 {
      let id = Int64.random(in: 0..<50, using: &random)
      let known = kinds[Int.random(in: 0..<(seed % 2 == 0 ? 4 : 3), using: &random)]
      try connection.run(
        "insert into child values (?, ?)",
        [
          id % 17 == 0 ? .null : .integer(id),
          Int.random(in: 0...9, using: &random) == 0 ? .null : .text(known),
        ])
    }
    let orphans = try connection.integer(
      "select count(*) from child where id is not null and id not in (select id from parent where id is not null)"
    )
    let others = try connection.integer(
      "select count(*) from child where kind is not null and kind not in ('a', 'b', 'c')")
    let parent = try #require(try TableScan(path: path, table: "parent").integers(0))
    let child = try TableScan(path: path, table: "child")
    #expect(try child.areAll(0, in: parent) == (orphans == 0))
    #expect(try child.areAll(1, among: ["a", "b", "c"]) == (others == 0))
    #expect(try child.areAll(1, among: kinds))
    #expect(try !child.areAll(1, in: parent))
  }
}
