import Jinja
import Testing

struct LimitsTests {
  /// An expression that grows with each repetition.
  struct Growth: Sendable, CustomTestStringConvertible {
    let start: String
    let step: String

    var testDescription: String { start + step + "…" }
  }

  @Test(
    "a template that is nested too deeply is refused",
    arguments: [
      ("", "("), ("", "["), ("", "{1:"), ("", "not "), ("", "- "), ("a", ".b"), ("a", "|b"), ("a", "()"),
      ("1", "+1"), ("1", "**1"), ("a", " is b"), ("1", " if 1 else 1"), ("a", "[a"), ("a", " if a"),
      ("f", "(f"),
      ("a", ".0"), ("a", "[0]"), ("", "x("), ("x", "|d(x"),
    ].map(Growth.init))
  func deepExpression(_ growth: Growth) throws {
    let text = "{{ \(growth.start)\(String(repeating: growth.step, count: 100_000)) 1 }}"
    let error = try #require(throws: TemplateError.self) { try Template(text) }
    #expect([.templateLimit, .templateSyntax].contains(error.code))
  }

  @Test("flat chains of any length are no nesting")
  func flatChains() throws {
    #expect(try Fixture.render("{{ 1" + String(repeating: " and 1", count: 5000) + " }}") == "1")
    #expect(try Fixture.render("{{ ''" + String(repeating: " ~ 'x'", count: 5000) + " }}").count == 5000)
    #expect(
      try Fixture.render("{% if 0 %}" + String(repeating: "{% elif 0 %}", count: 5000) + "{% endif %}") == "")
    #expect(try Fixture.render("{{ [" + String(repeating: "1,", count: 5000) + "]|length }}") == "5000")
  }

  @Test(
    "blocks that are nested too deeply are refused",
    arguments: [
      "{% if 1 %}", "{% for x in y %}", "{% macro m() %}", "{% set x %}", "{% call m() %}", "{% with %}",
      "{% filter upper %}",
    ])
  func deepBlocks(_ tag: String) throws {
    let error = try #require(throws: TemplateError.self) {
      try Template(String(repeating: tag, count: 100_000))
    }
    #expect(error.code == .templateLimit)
  }

  @Test(
    "recursion without end is an error",
    arguments: [
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{% for x in [1] %}{% if x %}{{ a()|upper }}{% endif %}{% endfor %}{% endmacro %}{{ a() }}",
      "{% macro m() %}{% call m() %}{{ m() }}{% endcall %}{{ caller() }}{% endmacro %}{{ m() }}",
      "{% set a = [[]] %}{% do a[0].append(a) %}{% for x in a recursive %}{{ loop(a) }}{% endfor %}",
      "{% macro m(x) %}{{ [x, m(m)]|map('upper')|list }}{% endmacro %}{{ m(1) }}",
    ])
  func recursion(_ text: String) throws {
    #expect(try Fixture.failure(text).code == .templateLimit)
  }

  @Test(
    "what would be too large is an error and not made",
    arguments: [
      "{{ 'x' * 9223372036854775807 }}", "{{ 'x' * 1000000000000 }}", "{{ [1] * 9223372036854775807 }}",
      "{{ (1,) * 100000000000 }}", "{{ 'x'.center(9223372036854775807) }}", "{{ 'x'|center(1000000000000) }}",
      "{{ 'x'.zfill(1000000000000) }}", "{{ 'x'.ljust(9223372036854775807) }}", "{{ '%1000000000000d' % 1 }}",
      "{{ '%*d' % (9223372036854775807, 1) }}", "{{ '{:2000000000}'.format(1) }}",
      "{{ 'a\n'|indent(999999999999) }}",
      "{{ range(100001) }}", "{{ range(9223372036854775807) }}", "{{ [1]|batch(9223372036854775807, 'x') }}",
      "{{ [1]|slice(9223372036854775807) }}", "{{ ('x' * 1000000).replace('x', 'x' * 1000000) }}",
      "{{ ('x' * 10000)|list|join('y' * 1000000) }}", "{{ 'a\t'.expandtabs(9223372036854775807) }}",
      "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
      "{% set a = namespace(x=[1], y=[1]) %}{% for i in range(100) %}{% set a.x = [a.x, a.x] %}{% set a.y = [a.y, a.y] %}{% endfor %}{{ a.x == a.y }}",
      "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
      "{% set xs = range(100000) %}{% for a in xs %}{% for b in xs %}{% endfor %}{% endfor %}",
    ])
  func tooLarge(_ text: String) throws {
    var limits = Limits()
    limits.outputByteCount = 1 << 24
    limits.stepCount = 5_000_000
    let error = try Fixture.failure(text, environment: Environment(limits: limits))
    #expect(error.code == .templateLimit)
  }

  @Test(
    "integers past 64 bits are an error, never a wrong number",
    arguments: [
      "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "2 ** 64",
      "(-3) ** 99",
      "-(-9223372036854775807 - 1)", "(-9223372036854775807 - 1) // -1", "(-9223372036854775807 - 1)|abs",
      "[9223372036854775807, 1]|sum",
    ])
  func overflow(_ expression: String) throws {
    #expect(try Fixture.failure("{{ \(expression) }}").message.hasSuffix("does not fit a 64-bit integer"))
  }

  @Test(
    "extreme indices are in order",
    arguments: [
      ("'abc'[-9223372036854775807:9223372036854775807]", "abc"), ("'abc'[::9223372036854775807]", "a"),
      ("'abc'[::-9223372036854775807]", "c"), ("'abc'[9223372036854775807]", ""),
      ("'abc'[-9223372036854775807 - 1]", ""), ("[1,2][-9223372036854775807 - 1:]", "[1, 2]"),
      ("range(0, 9223372036854775807, 9223372036854775806)|length", "2"), ("[1,2].index(2, -99)", "1"),
      ("'abc'.find('b', -9223372036854775807 - 1)", "1"), ("(-9223372036854775807 - 1) % -1", "0"),
      ("1e400|int", "0"), ("1e400|round", "inf"), ("'x' * -9223372036854775807", ""),
      ("1.5|round(400)", "1.5"),
      ("15|round(-400)", "0"), ("'x'|truncate(9223372036854775807)", "x"),
      ("'a,b'.split(',', -5)", "['a', 'b']"),
    ])
  func extremes(_ expression: String, _ expected: String) throws {
    #expect(try Fixture.render("{{ \(expression) }}") == expected)
  }

  @Test("output past the cap is an error")
  func outputCap() throws {
    var limits = Limits()
    limits.outputByteCount = 1000
    let environment = Environment(limits: limits)
    #expect(
      try Fixture.render("{% for x in range(100) %}0123456789{% endfor %}", environment: environment).count
        == 1000)
    #expect(
      try Fixture.failure("{% for x in range(101) %}0123456789{% endfor %}", environment: environment).code
        == .templateLimit)
  }

  @Test("a source past the cap is refused")
  func sourceCap() throws {
    var syntax = Syntax()
    syntax.limits.sourceByteCount = 10
    #expect(try Fixture.failure("01234567890", syntax: syntax).code == .templateLimit)
  }
}
