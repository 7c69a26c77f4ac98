import Jinja
import Testing

/// A relation as a host might offer it.
private final class Table: TemplateObject {
  let name: String
  init(_ name: String) { self.name = name }

  var typeName: String { "Table" }
  var text: String { "\"\(name)\"" }
  var isCallable: Bool { true }
  var attributeNames: [String] { ["name", "rename"] }

  func attribute(_ attribute: String) -> Value? { attribute == "name" ? .string(name) : nil }
  func call(_ call: Call) -> Value { .int(call.arguments.count) }

  func callMethod(_ method: String, _ call: Call) throws -> Value? {
    guard method == "rename" else { return nil }
    let arguments = try call.bind(["to", "suffix"], required: 1)
    return .object(Table((try arguments.string(0) ?? "") + (try arguments.string(1) ?? "")))
  }

  func elements() -> [Value]? { ["c1", "c2"] }
  func isEqual(to other: Value) -> Bool {
    if case .object(let object) = other, let table = object as? Table { table.name == name } else { false }
  }

  func compare(to other: Value) -> Int? {
    guard case .object(let object) = other, let table = object as? Table else { return nil }
    return name == table.name ? 0 : name < table.name ? -1 : 1
  }

  func binary(_ operation: BinaryOperator, _ other: Value, isReversed: Bool) throws -> Value? {
    guard operation == .divide else { return nil }
    let path = try other.text()
    return .string(isReversed ? "\(path)/\(name)" : "\(name)/\(path)")
  }
}

struct TemplateObjectTests {
  private func render(_ text: String) throws -> String {
    try Fixture.render(text, ["t": .object(Table("users")), "a": .object(Table("a"))])
  }

  @Test(
    "an object answers what it can",
    arguments: [
      ("{{ t }} {{ [t] }}", "\"users\" [\"users\"]"), ("{{ t.name }} {{ t['name'] }}", "users users"),
      ("{{ t(1, 2) }}", "2"), ("{{ t.rename('x', suffix='_y') }}", "\"x_y\""),
      ("{% for c in t %}{{ c }},{% endfor %}{{ t|length }}{{ 'c1' in t }}", "c1,c2,2True"),
      ("{{ t == t.rename('users') }} {{ t == a }} {{ t != 1 }}", "True False True"),
      ("{{ t > a }} {{ [t, a]|sort }}", "True [\"a\", \"users\"]"),
      ("{{ t / 'x' }} {{ 'x' / t }}", "users/x x/users"),
      (
        "{{ t is callable }} {{ t is mapping }} {{ t is defined }} {{ t.nope is defined }}",
        "True False True False"
      ),
      ("{{ {t: 1}[t] }}", "1"), ("{{ t ~ '.c' }}", "\"users\".c"),
    ])
  func answers(_ text: String, _ expected: String) throws {
    #expect(try render(text) == expected)
  }

  @Test("a missing attribute names its neighbours")
  func missing() throws {
    let error = try #require(throws: TemplateError.self) { try render("{{ t.nmae.x }}") }
    #expect(error.message == "'Table object' has no attribute 'nmae'")
    #expect(error.hints == ["did you mean 'name'?"])
  }

  @Test("an operator that an object lacks is refused")
  func noOperator() throws {
    let error = try #require(throws: TemplateError.self) { try render("{{ t * 2 }}") }
    #expect(error.message == "unsupported operand type(s) for *: 'Table' and 'int'")
  }
}
