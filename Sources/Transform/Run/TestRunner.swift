import Diagnostics
import SQLite
import Storage

/// Runs data tests: counts the rows that a test's query returns and judges the count.
struct TestRunner {
  let connection: Connection
  /// Whether a test that would warn fails.
  var failsWarnings = false
  /// What may show that there are no failing rows, in place of the test's query.
  var proof: EmptinessProof?

  struct Verdict {
    var status: RunResult.Status
    var failures: Int
    var message: String?
    /// A few of the failing rows, as lines of `column=value`.
    var samples: [String]
  }

  /// How many failing rows are shown.
  private static let sampleCount = 5

  /// The statement that judges a test, and the bytes that stand before the test's own query.
  ///
  /// - Parameter isEmpty: whether the query is known to return no row, and need not run.
  static func judgement(of compiled: CompiledNode, isEmpty: Bool = false) -> (sql: String, prefix: Int) {
    let config = compiled.node.config
    let limited = (isEmpty ? 0 : config.limit).map { "\nlimit \($0)" } ?? ""
    let calculation = config.failCalculation
    let head = """
      select \(calculation) as failures, \(calculation) \(config.warnIf) as should_warn, \
      \(calculation) \(config.errorIf) as should_error
      from (

      """
    return (head + compiled.sql + limited + "\n) dbt_internal_test", head.utf8.count)
  }

  func run(_ compiled: CompiledNode) throws -> Verdict {
    let config = compiled.node.config
    let (sql, prefix) = Self.judgement(of: compiled, isEmpty: proof?.holds() ?? false)
    let row: [SQLiteValue]
    do {
      let statement = try connection.prepare(sql)
      guard try statement.step() else { throw shapeFault(compiled, "it returns no row") }
      row = statement.row
    } catch let error as SQLiteError {
      throw compiled.diagnostic(for: error, prefix: prefix)
    }
    guard case .integer(let failures) = row[0] else {
      throw shapeFault(compiled, "`fail_calc` gives no integer but \(SQLValueText.text(row[0]))")
    }
    let shouldWarn = Self.isTrue(row[1])
    let shouldError = Self.isTrue(row[2])
    let results = "\(failures) result\(failures == 1 ? "" : "s")"
    if config.severity == "error", shouldError {
      return Verdict(
        status: .fail, failures: Int(failures),
        message: "Got \(results), configured to fail if \(config.errorIf)",
        samples: samples(of: compiled))
    }
    if shouldWarn {
      return Verdict(
        status: failsWarnings ? .fail : .warn, failures: Int(failures),
        message: "Got \(results), configured to warn if \(config.warnIf)",
        samples: samples(of: compiled))
    }
    return Verdict(status: .pass, failures: Int(failures), message: nil, samples: [])
  }

  /// Keeps the failing rows in a table, which takes the place of the last run's.
  func store(_ compiled: CompiledNode, in relation: Relation, fingerprint: String) throws {
    let head = "create table \(relation.sql) as select * from (\n"
    let limited = compiled.node.config.limit.map { "\nlimit \($0)" } ?? ""
    try connection.transaction {
      try connection.drop(relation)
      do {
        try connection.run(head + compiled.sql + limited + "\n)")
      } catch {
        throw compiled.diagnostic(for: error, prefix: head.utf8.count)
      }
      try RelationCatalog(connection).record(
        RelationRecord(
          relation: relation, uniqueID: compiled.node.uniqueID, kind: .table, fingerprint: fingerprint,
          rowCount: Int(try connection.integer("select count(*) from \(relation.sql)"))))
    }
  }

  private func samples(of compiled: CompiledNode) -> [String] {
    // A test that failed has failed, whether or not its rows can be shown.
    guard
      let statement = try? connection.prepare("select * from (\n\(compiled.sql)\n) limit \(Self.sampleCount)")
    else { return [] }
    var samples: [String] = []
    while (try? statement.step()) == true {
      let pairs = zip(statement.columnNames, statement.row).map { "\($0)=\(SQLValueText.text($1))" }
      samples.append(pairs.joined(separator: ", "))
    }
    return samples
  }

  private func shapeFault(_ compiled: CompiledNode, _ reason: String) -> Diagnostic {
    Diagnostic(
      .testQueryShape, "the test '\(compiled.node.name)' cannot be judged: \(reason)",
      at: compiled.node.location)
  }

  private static func isTrue(_ value: SQLiteValue) -> Bool {
    if case .integer(let number) = value { number != 0 } else { false }
  }
}
