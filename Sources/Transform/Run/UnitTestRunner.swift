import Diagnostics
import SQLite
import Storage

/// Runs a unit test: compares the rows that the model's query makes of the given ones with those expected.
struct UnitTestRunner {
  let connection: Connection
  let compiler: UnitTestCompiler

  /// - Returns: the difference in the manner of dbt, with the number of differing rows; nil where there is none.
  func run(_ compiled: CompiledNode, _ test: UnitTest) throws -> (text: String, count: Int)? {
    guard let model = compiler.manifest.nodes[test.model] else { return nil }
    let actual = try rows(of: compiled.sql, compiled, what: "its query")
    let types = Dictionary(
      model.declaredColumns.map { ($0.name.lowercased(), $0.type) }, uniquingKeysWith: { first, _ in first })
    let columns: [String]
    let expected: [[String?]]
    switch test.expected {
    case .sql(let sql):
      let rows = try rows(of: sql, compiled, what: "the query of its expected rows")
      columns = rows.names
      expected = rows.rows
    case .mappings(let mappings):
      columns = test.expected.columnNames
      expected = mappings.map { row in
        columns.map { name in
          Self.text(row.first { $0.key == name }?.value ?? .null, types[name.lowercased()])
        }
      }
    case .csv(let header, let lines):
      columns = header
      expected = lines.map { line in
        zip(header, line).map { name, field in
          Self.text(field.map { .string($0) } ?? .null, types[name.lowercased()])
        }
      }
    }
    let indices = try columns.map { name -> Int in
      if let index = actual.names.firstIndex(where: { $0.lowercased() == name.lowercased() }) { return index }
      throw Diagnostic(
        .undeclaredColumn,
        "the unit test '\(compiled.node.name)' expects a column '\(name)', which '\(model.name)' has not",
        at: compiled.node.location,
        hints: [
          Suggestion.hint(for: name, in: actual.names)
            ?? "its columns are \(actual.names.joined(separator: ", "))"
        ])
    }
    let shown = actual.rows.map { row in indices.map { row[$0] } }
    // With no row expected, all columns of those that came are of interest.
    return columns.isEmpty
      ? RowDifference(columns: actual.names, expected: [], actual: actual.rows).rendered
      : RowDifference(columns: columns, expected: expected, actual: shown).rendered
  }

  private func rows(
    of sql: String, _ compiled: CompiledNode, what: String
  ) throws -> (names: [String], rows: [[String?]]) {
    do {
      return try rows(of: sql)
    } catch let error as SQLiteError {
      throw Diagnostic(
        .sqlError, "the unit test '\(compiled.node.name)' cannot run: \(what) fails with: \(error.reason)",
        at: compiled.node.location,
        notes: [
          "the compiled SQL is in target/compiled/\(compiled.node.packageName)/\(compiled.node.compiledPath)"
        ])
    }
  }

  private func rows(of sql: String) throws -> (names: [String], rows: [[String?]]) {
    let statement = try connection.prepare(sql)
    let names = statement.columnNames
    var rows: [[String?]] = []
    while try statement.step() { rows.append(statement.row.map { Self.text($0) }) }
    return (names, rows)
  }

  /// A value as it is compared: numbers are equal whatever their storage class.
  private static func text(_ value: SQLiteValue) -> String? {
    switch value {
    case .null: nil
    case .integer(let number): String(number)
    case .real(let number): text(number)
    case .text(let text): text
    case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func text(_ number: Double) -> String {
    Int64(exactly: number).map { String($0) } ?? String(number)
  }

  private static func text(_ value: ConfigValue, _ type: ColumnType?) -> String? {
    switch value {
    case .null: return nil
    case .bool(let flag): return type == .text ? (flag ? "true" : "false") : (flag ? "1" : "0")
    case .real(let number): return text(number)
    case .string(let text):
      switch type {
      case .boolean where text.lowercased() == "true": return "1"
      case .boolean where text.lowercased() == "false": return "0"
      case .real, .integer, nil:
        return Double(text).map { Self.text($0) == text || type != nil ? Self.text($0) : text } ?? text
      default: return text
      }
    case .list, .map: return JSONValueText.text(of: value)
    default: return value.text
    }
  }
}

/// What two lists of rows, whose order means nothing, do not have in common.
struct RowDifference {
  let columns: [String]
  let expected: [[String?]]
  let actual: [[String?]]

  private enum Line {
    case same([String?])
    case changed(from: [String?], to: [String?])
    case missing([String?])
    case unexpected([String?])
  }

  /// The difference as dbt shows it: `---` was expected, `+++` was not, `→` has changed.
  var rendered: (text: String, count: Int)? {
    let lines = lines
    let count = lines.count { if case .same = $0 { false } else { true } }
    guard count > 0 else { return nil }
    let cells = [["@@"] + columns] + lines.map(Self.cells)
    let widths = (0...columns.count).map { column in cells.map { $0[column].count }.max() ?? 0 }
    let rows = cells.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: ",")
    }
    return ("actual differs from expected:\n\n" + rows.joined(separator: "\n"), count)
  }

  private static func cells(_ line: Line) -> [String] {
    func shown(_ value: String?) -> String { value ?? "NULL" }
    switch line {
    case .same(let row): return [""] + row.map(shown)
    case .missing(let row): return ["---"] + row.map(shown)
    case .unexpected(let row): return ["+++"] + row.map(shown)
    case .changed(let from, let to):
      return ["→"] + zip(from, to).map { $0 == $1 ? shown($0) : "\(shown($0))→\(shown($1))" }
    }
  }

  private var lines: [Line] {
    var left = actual
    var missing: [[String?]] = []
    var lines: [Line] = []
    for row in expected {
      if let index = left.firstIndex(of: row) {
        left.remove(at: index)
        lines.append(.same(row))
      } else {
        missing.append(row)
      }
    }
    for row in missing {
      let best = left.indices.max { Self.likeness(left[$0], row) < Self.likeness(left[$1], row) }
      if let best, Self.likeness(left[best], row) > 0 || (missing.count == 1 && left.count == 1) {
        lines.append(.changed(from: row, to: left.remove(at: best)))
      } else {
        lines.append(.missing(row))
      }
    }
    return lines + left.map { .unexpected($0) }
  }

  private static func likeness(_ left: [String?], _ right: [String?]) -> Int {
    zip(left, right).count { $0 == $1 }
  }
}
