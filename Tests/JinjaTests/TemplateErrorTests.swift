import Diagnostics
import Jinja
import Testing

struct TemplateErrorTests {
  @Test("an error names what is near in scope")
  func variableHint() throws {
    let error = try Fixture.failure("{% set customer = 1 %}{{ custmer.x }}", ["customers": []])
    #expect(error.code == .templateUndefined)
    #expect(error.message == "'custmer' is undefined")
    #expect(error.hints == ["did you mean 'customer' or 'customers'?"])
  }

  @Test("an error names near keys, filters, tests, tags and arguments")
  func otherHints() throws {
    #expect(try Fixture.failure("{{ d.nmae.x }}", ["d": ["name": 1]]).hints == ["did you mean 'name'?"])
    #expect(try Fixture.failure("{{ 1|uper }}").hints == ["did you mean 'upper'?"])
    #expect(try Fixture.failure("{{ 1 is defned }}").hints == ["did you mean 'defined'?"])
    #expect(try Fixture.failure("{% esle %}").hints == ["did you mean 'else'?"])
    #expect(
      try Fixture.failure("{% macro m(column) %}{% endmacro %}{{ m(colum=1) }}").hints == [
        "did you mean 'column'?"
      ])
    #expect(try Fixture.failure("{{ 'x'|truncate(lenght=3) }}").hints == ["did you mean 'length'?"])
  }

  @Test("an unclosed block is reported where it was opened")
  func unclosed() throws {
    let error = try Fixture.failure("a\n  {% if x %}\n b {% for y in z %}{% endfor %}")
    #expect(error.location?.line == 2)
    #expect(error.location?.column == 6)
    #expect(error.hints == ["close it with '{% elif %}' or '{% else %}' or '{% endif %}'"])
    #expect(error.excerpt == "  {% if x %}")
  }

  @Test("an unclosed tag is named by its place")
  func unclosedTag() throws {
    let error = try Fixture.failure("a\n {{ x\n\n")
    #expect(error.message == "expected end of print statement, found end of template")
    #expect(error.hints == ["the tag that begins at line 2, column 2 is not closed"])
  }

  @Test("a wrong end tag names the block that waits")
  func wrongEnd() throws {
    let error = try Fixture.failure("{% if x %}\n{% for y in z %}\n{% endif %}")
    #expect(error.location?.line == 3)
    #expect(error.hints.first == "the 'for' block of line 2 waits for 'endfor' or 'else'")
  }

  @Test("an error in macros lists the calls that led there")
  func macroStack() throws {
    let file = try Template(
      "{% macro outer(x) %}\n{{ inner(x) }}\n{% endmacro %}\n{% macro inner(x) %}\n\n{{ x.y.z }}{% endmacro %}",
      name: "macros/m.sql")
    let scope = Scope()
    for definition in file.definitions { scope[definition.name] = .macro(Macro(definition)) }
    let error = try #require(throws: TemplateError.self) {
      try Renderer(environment: Environment(), scope: scope)
        .renderText(Template("select\n  {{ outer({'a': 1}) }}", name: "models/m.sql"))
    }
    #expect(error.location?.description == "macros/m.sql:6:4 (byte 76)")
    #expect(error.excerpt == "{{ x.y.z }}{% endmacro %}")
    #expect(
      error.notes == [
        "in macro 'inner', called at macros/m.sql:2:4", "in macro 'outer', called at models/m.sql:2:6",
      ])
  }

  @Test("a deep stack of calls is cut short")
  func deepStack() throws {
    let error = try Fixture.failure(
      "{% macro m(n) %}{{ 1/0 if n == 0 else m(n - 1) }}{% endmacro %}{{ m(40) }}")
    #expect(error.message == "division by zero")
    #expect(error.notes.count == 9)
    #expect(error.notes.last == "and further calls around these")
  }

  @Test("an error of the host keeps its code and gains the place")
  func hostError() throws {
    let raise = Value.function("raise") { call in
      throw TemplateError(.templateRaised, call.arguments.first?.string ?? "", hints: ["mend it"])
    }
    let error = try Fixture.failure("\n {{ raise('no') }}", ["raise": raise])
    #expect(error.code == .templateRaised)
    #expect(error.message == "no")
    #expect(error.hints == ["mend it"])
    #expect(error.location?.line == 2)
    let refuse = Value.function("refuse") { _ in throw Diagnostic(.unknownRef, "no model 'x'", notes: ["n"]) }
    let other = try Fixture.failure("{{ refuse() }}", ["refuse": refuse])
    #expect(other.code == .unknownRef)
    #expect(other.notes == ["n"])
    #expect(other.location?.column == 4)
  }

  private struct Stop: TemplatePassthrough {}

  @Test("a control flow of the host passes unchanged")
  func passthrough() throws {
    let stop = Value.function("stop") { _ in throw Stop() }
    #expect(throws: Stop.self) {
      try Fixture.render("{% macro m() %}{{ stop() }}{% endmacro %}{{ m() }}", ["stop": stop])
    }
    let cancel = Value.function("cancel") { _ in throw CancellationError() }
    #expect(throws: CancellationError.self) { try Fixture.render("{{ cancel() }}", ["cancel": cancel]) }
  }

  @Test("an error renders as a diagnostic")
  func diagnostic() throws {
    let error = try Fixture.failure("select {{ nope.x }}")
    let text = TextRenderer().render(error.diagnostic)
    #expect(
      text == """
        error[RH2102]: 'nope' is undefined
          --> test.sql:1:11 (byte 10)
          1 | select {{ nope.x }}
            |           ^
        """)
  }
}
