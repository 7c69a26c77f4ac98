import Diagnostics
import Files
import Jinja
import Storage

/// Makes of a declaration what a unit test is: references resolved, rows read.
struct UnitTestReader {
  let host: TemplateHost
  let package: ProjectPackage
  let manifest: Manifest
  let model: Node

  func read(_ declared: UnitTestDeclaration) throws -> UnitTest {
    var inputs: [UnitTest.Input] = []
    for input in declared.given {
      let subject = try subject(input, of: declared)
      let rows = try rows(input.rows, of: declared)
      inputs.append(UnitTest.Input(text: input.text, subject: subject, rows: rows))
    }
    return UnitTest(
      model: model.uniqueID, inputs: inputs, expected: try rows(declared.expect, of: declared),
      macros: declared.macros, vars: declared.vars, environment: declared.environment)
  }

  // MARK: Inputs

  private func subject(
    _ input: UnitTestDeclaration.Input, of declared: UnitTestDeclaration
  ) throws -> UnitTest.Subject {
    if input.text.trimmed == "this" { return .this }
    var found: UnitTest.Subject?
    let scope = Scope(parent: host.scope(of: package.name))
    scope["ref"] = .function("ref") { call in
      found = .reference(try NodeScopes.reference(call))
      return .none
    }
    scope["source"] = .function("source") { call in
      found = .source(try NodeScopes.sourceReference(call))
      return .none
    }
    let expression = try Expression(parsing: "{{ \(input.text) }}", name: declared.location.path)
    do {
      _ = try Renderer(environment: host.environment, scope: scope).evaluate(expression)
    } catch var error as TemplateError {
      error.location = input.rows.location
      error.excerpt = nil
      throw error
    }
    guard let found else {
      throw Diagnostic(
        .invalidValue, "the input '\(input.text)' of the unit test '\(declared.name)' is no reference",
        at: input.rows.location, hints: ["write `input: ref('model')`, `source('a', 'b')` or `this`"])
    }
    return found
  }

  // MARK: Rows

  private func rows(
    _ declared: UnitTestDeclaration.Rows, of test: UnitTestDeclaration
  ) throws -> UnitTest.Rows {
    let format = declared.format ?? "dict"
    if let fixture = declared.fixture { return try fixtureRows(fixture, format, declared, test) }
    switch format {
    case "csv": return try csv(declared.rows?.scalarText ?? "", declared, test)
    case "sql": return .sql(declared.rows?.scalarText ?? "")
    default: return try mappings(declared, test)
    }
  }

  private func mappings(
    _ declared: UnitTestDeclaration.Rows, _ test: UnitTestDeclaration
  ) throws -> UnitTest.Rows {
    guard let node = declared.rows, !node.isNull else { return .mappings([]) }
    guard let items = node.items else {
      throw Diagnostic(
        .invalidValue, "the rows of the unit test '\(test.name)' must be a list, not \(node.kindName)",
        at: node.location, hints: ["write `rows: [{column: value}]`, or say `format: csv` or `format: sql`"])
    }
    return .mappings(
      try items.map { item in
        guard case .map(let entries) = item.value else {
          throw Diagnostic(
            .invalidValue, "a row of the unit test '\(test.name)' must be a mapping, not \(item.kindName)",
            at: item.location, hints: ["write `{column: value}`"])
        }
        return entries
      })
  }

  private func fixtureRows(
    _ name: String, _ format: String, _ declared: UnitTestDeclaration.Rows, _ test: UnitTestDeclaration
  ) throws -> UnitTest.Rows {
    let file = name.hasSuffix(".\(format)") ? name : "\(name).\(format)"
    let candidates = package.file.testPaths.map { Path.join($0, "fixtures/\(file)") }
    guard let path = candidates.first(where: { FileSystem.exists(Path.join(package.path, $0)) }) else {
      throw Diagnostic(
        .fileNotFound, "the unit test '\(test.name)' has the fixture '\(name)', which there is not",
        at: declared.location, notes: ["looked for \(candidates.joined(separator: ", "))"],
        hints: [format == "dict" ? "say `format: csv` or `format: sql`" : "make the file, or mend the name"])
    }
    let text = try FileSystem.readText(Path.join(package.path, path))
    return format == "sql" ? .sql(text) : try csv(text, declared, test)
  }

  private func csv(
    _ text: String, _ declared: UnitTestDeclaration.Rows, _ test: UnitTestDeclaration
  ) throws -> UnitTest.Rows {
    let lines = CSVRows.parse(text)
    guard let header = lines.first else { return .csv(header: [], rows: []) }
    let names = header.map { $0 ?? "" }
    for (index, line) in lines.enumerated() where line.count != names.count {
      throw Diagnostic(
        .rowFieldCount,
        "row \(index) of the CSV of the unit test '\(test.name)' has \(line.count) fields, and its header \(names.count)",
        at: declared.location, hints: ["give every row a field for each column"])
    }
    return .csv(header: names, rows: Array(lines.dropFirst()))
  }
}

/// The few rows of a CSV text in a unit test: fields may be quoted; an empty one, or `null`, is nil.
enum CSVRows {
  static func parse(_ text: String) -> [[String?]] {
    var rows: [[String?]] = []
    var row: [String?] = []
    var field = ""
    var isQuoted = false
    var wasQuoted = false
    var characters = Array(text.unicodeScalars)[...]
    func value() -> String? {
      if wasQuoted { return field }
      let trimmed = field.trimmed
      return trimmed.isEmpty || trimmed.lowercased() == "null" ? nil : trimmed
    }
    func endRow() {
      row.append(value())
      if row.count > 1 || row[0] != nil || wasQuoted { rows.append(row) }
      row = []
      field = ""
      wasQuoted = false
    }
    while let scalar = characters.popFirst() {
      switch scalar {
      case "\"" where isQuoted && characters.first == "\"":
        field.unicodeScalars.append(scalar)
        characters.removeFirst()
      case "\"" where isQuoted: isQuoted = false
      case "\"" where field.trimmed.isEmpty:
        field = ""
        isQuoted = true
        wasQuoted = true
      case "," where !isQuoted:
        row.append(value())
        field = ""
        wasQuoted = false
      case "\r" where !isQuoted: break
      case "\n" where !isQuoted: endRow()
      default:
        if !wasQuoted || isQuoted { field.unicodeScalars.append(scalar) }
      }
    }
    if !row.isEmpty || !field.trimmed.isEmpty || wasQuoted { endRow() }
    return rows
  }
}
