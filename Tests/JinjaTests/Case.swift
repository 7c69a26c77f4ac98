import Jinja
import Testing

/// A template and the text that Jinja2 3.1.6 makes of it with the variables of `Fixture`.
struct Case: Sendable, CustomTestStringConvertible {
  let template: String
  let expected: String

  init(_ template: String, _ expected: String) {
    self.template = template
    self.expected = expected
  }

  var testDescription: String { template }

  func rendered() throws -> String {
    let renderer = Renderer(environment: Environment(), scope: Fixture.scope())
    return try renderer.render(Template(template, name: "test.sql")).text
  }
}

enum Fixture {
  /// Fresh variables: templates change lists and dicts.
  static func scope() -> Scope {
    Scope(variables: [
      "xs": [3, 1, 2],
      "names": ["bob", "Alice", "carol"],
      "d": ["b": 1, "a": 2, "items": 5],
      "n": 42, "f": 3.5, "s": "Hello World", "u": "naïve Ω", "none_": .none, "t": true,
      "users": [
        ["name": "x", "age": 3, "city": "CA"], ["name": "Y", "age": 1, "city": "ny"],
        ["name": "z", "age": 3, "city": "ca"],
      ],
      "nested": [[1, 2], [3, [4, 5]]],
      "tup": .tuple([1, "a"]),
      "e": [],
      "html": "<a href=\"x\">it's & co</a>",
    ])
  }

  /// The text of a template in a scope of its own.
  static func render(
    _ text: String, _ variables: [String: Value] = [:], syntax: Syntax = Syntax(),
    environment: Environment = Environment()
  ) throws -> String {
    try Renderer(environment: environment, scope: Scope(variables: variables))
      .renderText(Template(text, name: "test.sql", syntax: syntax))
  }

  /// The error that rendering a template ends with.
  static func failure(
    _ text: String, _ variables: [String: Value] = [:], syntax: Syntax = Syntax(),
    environment: Environment = Environment()
  ) throws -> TemplateError {
    try #require(throws: TemplateError.self) {
      try render(text, variables, syntax: syntax, environment: environment)
    }
  }
}
