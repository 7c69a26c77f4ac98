import Jinja
import Testing

struct TemplateTests {
  private static let syntax = Syntax(blockTags: [
    BlockTag("test", header: .signature), BlockTag("data_test", header: .signature),
    BlockTag("materialization", header: .options), BlockTag("snapshot", header: .options),
    BlockTag("docs", header: .options, body: .raw),
  ])

  @Test("macros at the top level are definitions, with parameters and places")
  func macros() throws {
    let text = """
      {% macro one(a, b=2, c=x) %}A{% endmacro %}
      {% if true %}{% macro inner() %}{% endmacro %}{% endif %}

      {%- macro two() -%} body {%- endmacro -%}
      """
    let template = try Template(text, name: "macros/m.sql")
    #expect(template.definitions.map(\.name) == ["one", "two"])
    let one = template.definitions[0]
    #expect(one.tag == "macro")
    #expect(one.parameters.map(\.name) == ["a", "b", "c"])
    #expect(one.parameters.map(\.hasDefault) == [false, true, true])
    #expect(one.parameters.map(\.constantDefault) == [nil, .int(2), nil])
    #expect(one.text == "{% macro one(a, b=2, c=x) %}A{% endmacro %}")
    #expect(one.bodyText == "A")
    #expect(template.source.location(at: Int(template.definitions[1].span.start)).line == 4)
    #expect(template.definitions[1].text == "{%- macro two() -%} body {%- endmacro -%}")
  }

  @Test("block tags of the host come back as definitions and render as nothing")
  func blockTags() throws {
    let text = """
      {% test not_negative(model, column_name) %}select {{ column_name }}{% endtest %}
      {% data_test plain() %}x{% enddata_test %}
      {% materialization table, adapter='x', default, supported_languages=['sql'] %}m{% endmaterialization %}
      {% snapshot orders %}{{ config(a=1) }}select 1{% endsnapshot %}
      """
    let template = try Template(text, syntax: Self.syntax)
    #expect(template.definitions.map(\.tag) == ["test", "data_test", "materialization", "snapshot"])
    #expect(template.definitions.map(\.name) == ["not_negative", "plain", "table", "orders"])
    #expect(template.definitions[0].parameters.map(\.name) == ["model", "column_name"])
    let table = template.definitions[2]
    #expect(table.option("adapter")?.value == .string("x"))
    #expect(table.option("default")?.value == nil)
    #expect(table.option("supported_languages")?.value == .list([.string("sql")]))
    #expect(template.definitions[3].bodyText == "{{ config(a=1) }}select 1")
    #expect(try Fixture.render(text, syntax: Self.syntax) == "\n\n\n")
  }

  @Test("a raw body is kept as it is written, whatever is in it")
  func rawBody() throws {
    let text = "{% docs a %}\n {{ x }} {% if %} {# {% enddocs %}{% docs b -%} y {%- enddocs %}"
    let template = try Template(text, syntax: Self.syntax)
    #expect(template.definitions.map(\.name) == ["a", "b"])
    #expect(template.definitions.map(\.bodyText) == ["\n {{ x }} {% if %} {# ", " y "])
  }

  @Test("a definition can be called as a macro of another file")
  func callDefinition() throws {
    let file = try Template(
      "{% macro greet(who) %}hi {{ who }}{{ mark }}{% endmacro %}{% test t(x) %}[{{ x }}]{% endtest %}",
      name: "macros/greet.sql", syntax: Self.syntax)
    let scope = Scope(variables: ["mark": "!"])
    scope["greet"] = .macro(Macro(file.definitions[0]))
    scope["test_t"] = .macro(Macro(file.definitions[1]))
    let renderer = Renderer(environment: Environment(), scope: scope)
    #expect(try renderer.renderText(Template("{{ greet('you') }} {{ test_t(1) }}")) == "hi you! [1]")
    #expect(try renderer.call(.macro(Macro(file.definitions[0])), ["me"]).string == "hi me!")
  }

  @Test("a block tag inside of another block is refused")
  func nestedBlockTag() throws {
    let error = try Fixture.failure(
      "{% if true %}{% snapshot s %}{% endsnapshot %}{% endif %}", syntax: Self.syntax)
    #expect(error.code == .templateSyntax)
    #expect(error.message == "a 'snapshot' block stands inside of another block")
  }

  @Test("an option that is no literal is refused")
  func optionNeedsLiteral() throws {
    let error = try Fixture.failure(
      "{% materialization t, adapter=x %}{% endmaterialization %}", syntax: Self.syntax)
    #expect(error.message == "the option 'adapter' needs a literal")
  }

  @Test("text without tags is known without rendering")
  func plainText() throws {
    #expect(try Template("select 1\n").plainText == "select 1")
    #expect(try Template("a {# b #} c").plainText == "a  c")
    #expect(try Template("{{ 1 }}").plainText == nil)
    #expect(try Template("").plainText == "")
  }

  @Test(
    "the last line break is dropped unless it is kept",
    arguments: [
      ("a\n", "a", "a\n"), ("a\n\n", "a\n", "a\n\n"), ("a\r\n", "a", "a\n"), ("\n", "", "\n"), ("", "", ""),
    ])
  func trailingNewline(_ text: String, _ dropped: String, _ kept: String) throws {
    #expect(try Fixture.render(text) == dropped)
    var syntax = Syntax()
    syntax.keepsTrailingNewline = true
    #expect(try Fixture.render(text, syntax: syntax) == kept)
  }

  @Test("line breaks of all kinds become plain ones, as in Jinja2")
  func lineBreaks() throws {
    #expect(try Fixture.render("a\r\nb\rc\nd{{ 'x\r\ny' }}\r\n{{ 1 }}") == "a\nb\nc\ndx\ny\n1")
  }

  @Test(
    "blocks are trimmed and stripped where the options say so",
    arguments: [
      ("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc"),
      ("a {% if true %} b {% endif %} c", "a  b  c"),
      ("  {%+ if true %}x\n  {% endif +%}\ny", "  x\n\ny"),
      ("  {# note #}\nx", "x"), ("  {{ 1 }}\nx", "  1\nx"),
    ])
  func trimming(_ text: String, _ expected: String) throws {
    var syntax = Syntax()
    syntax.trimBlocks = true
    syntax.lstripBlocks = true
    #expect(try Fixture.render(text, syntax: syntax) == expected)
  }

  @Test("names outside of ASCII are names")
  func unicodeNames() throws {
    #expect(try Fixture.render("{% set größe = 1 %}{{ größe }}{{ Ω|default('-') }}") == "1-")
    #expect(try Fixture.failure("{{ a→b }}").code == .templateSyntax)
  }

  @Test("a template can be rendered by many at once")
  func concurrent() async throws {
    let template = try Template("{% for x in range(50) %}{{ x }}{% endfor %}")
    let expected = (0..<50).map(String.init).joined()
    await withTaskGroup(of: String?.self) { group in
      for _ in 0..<8 {
        group.addTask { try? Renderer(environment: Environment(), scope: Scope()).renderText(template) }
      }
      for await text in group { #expect(text == expected) }
    }
  }
}
