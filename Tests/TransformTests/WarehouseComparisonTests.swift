import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing
import Transform

@Suite("Comparing rows of two states")
struct WarehouseComparisonTests {
  /// Two sides with one table `main.t` each, made by SQL.
  private func compare(_ old: String, _ new: String, key: [String] = [], samples: Int = 3) throws
    -> RelationDifference
  {
    let folder = try TemporaryFolder()
    func side(_ name: String, _ sql: String) throws -> WarehouseComparison.Side {
      var files: [Layer: String] = [:]
      for layer in Layer.allCases {
        let path = folder.file("\(name)-\(layer.fileName)")
        let connection = try Connection(path: path, access: .create)
        try RelationCatalog(connection).create(inSchema: "main")
        if layer == .main {
          try connection.execute(sql)
          try RelationCatalog(connection).record(
            RelationRecord(
              relation: Relation(layer: .main, name: "t"), uniqueID: "model.x.t", kind: .table,
              fingerprint: name,
              rowCount: nil), inSchema: "main")
        }
        files[layer] = path
      }
      return WarehouseComparison.Side(name: name, files: files, isImmutable: false)
    }
    let options = WarehouseComparison.Options(
      sampleCount: samples, keys: key.isEmpty ? [:] : [Relation(layer: .main, name: "t"): key])
    let found = try WarehouseComparison(
      old: side("old", old), new: side("new", new), options: options
    ).run()
    return try #require(found.first)
  }

  private func counts(_ difference: RelationDifference) -> [Int] {
    [difference.addedCount, difference.removedCount, difference.changedCount, difference.sameCount]
  }

  @Test(
    "rows are added, removed, changed or the same",
    arguments: [
      ("(1, 'a'), (2, 'b')", "(1, 'a'), (2, 'b')", ["id"], [0, 0, 0, 2]),
      ("(1, 'a'), (2, 'b')", "(2, 'b'), (1, 'a')", ["id"], [0, 0, 0, 2]),
      ("(1, 'a'), (2, 'b')", "(2, 'c'), (3, 'd')", ["id"], [1, 1, 1, 0]),
      ("(1, 'a'), (2, 'b')", "(2, 'c'), (3, 'd')", [], [2, 2, 0, 0]),
      ("(1, 'a'), (1, 'a')", "(1, 'a')", ["id"], [0, 1, 0, 1]),
      ("(1, 'a'), (1, 'a')", "(1, 'a')", [], [0, 1, 0, 1]),
      ("(null, 'a')", "(null, 'b')", ["id"], [0, 0, 1, 0]),
      ("(1, null)", "(1, '')", ["id"], [0, 0, 1, 0]),
      ("(1, 1)", "(1, 1.0)", ["id"], [0, 0, 1, 0]),
      ("(1, '1')", "(1, 1)", ["id"], [0, 0, 1, 0]),
      ("(1, 'é')", "(1, 'e' || char(769))", ["id"], [0, 0, 1, 0]),
      ("('B', 1), ('a', 2)", "('a', 2), ('b', 1)", ["id"], [1, 1, 0, 1]),
      ("(x'00', 1), ('t', 2), (3, 3)", "(3, 3), ('t', 2), (x'00', 1)", ["id"], [0, 0, 0, 3]),
      ("(9007199254740993, 1)", "(9007199254740992, 1)", ["id"], [1, 1, 0, 0]),
    ])
  func rows(_ old: String, _ new: String, _ key: [String], _ expected: [Int]) throws {
    let difference = try compare(
      "create table t (id, v); insert into t values \(old)",
      "create table t (id, v); insert into t values \(new)",
      key: key)
    #expect(counts(difference) == expected)
    #expect(difference.isDifferent == (expected[0] + expected[1] + expected[2] > 0))
  }

  @Test("columns that come, go or change their type are told, and the common ones are compared")
  func columns() throws {
    let difference = try compare(
      "create table t (id integer, gone text, kept integer); insert into t values (1, 'x', 2)",
      "create table t (id integer, kept text, fresh real); insert into t values (1, 2, 0.5)", key: ["id"])
    #expect(
      difference.columns.map { "\($0.name) \($0.oldType ?? "-") \($0.newType ?? "-")" } == [
        "gone TEXT -", "kept INTEGER TEXT", "fresh - REAL",
      ])
    #expect(difference.changesByColumn == ["kept": 1])
  }

  @Test("without a common column all rows are others; a key that is not there is none")
  func noCommonColumns() throws {
    let difference = try compare(
      "create table t (a); insert into t values (1), (2)", "create table t (b); insert into t values (1)",
      key: ["a"])
    #expect(counts(difference) == [1, 2, 0, 0])
    #expect(difference.key == [])
  }

  @Test("random tables: the counts are those of a comparison in memory")
  func random() throws {
    var random = SeededRandom.fresh()
    for _ in 0..<30 {
      func rows() -> [Int: Int] {
        Dictionary(
          (0..<Int.random(in: 0...40, using: &random)).map { _ in
            (Int.random(in: 0...50, using: &random), Int.random(in: 0...2, using: &random))
          }, uniquingKeysWith: { first, _ in first })
      }
      let (old, new) = (rows(), rows())
      func sql(_ rows: [Int: Int]) -> String {
        let values = rows.map { "(\($0.key), \($0.value))" }.joined(separator: ", ")
        return "create table t (id, v);" + (rows.isEmpty ? "" : "insert into t values \(values)")
      }
      let difference = try compare(sql(old), sql(new), key: ["id"])
      let common = Set(old.keys).intersection(new.keys)
      let changed = common.filter { old[$0] != new[$0] }.count
      #expect(
        counts(difference) == [
          new.count - common.count, old.count - common.count, changed, common.count - changed,
        ],
        "seed \(random.seed)")
    }
  }
}
