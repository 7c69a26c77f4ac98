import Jinja
import Testing

struct RendererTests {
  private func environment() -> Environment {
    var environment = Environment()
    environment.functions["return"] = Environment.returnFunction
    return environment
  }

  @Test("return() makes a macro's value anything")
  func returns() throws {
    let text = """
      {% macro numbers() %}ignored{{ return([1, 2, 3]) }}never{% endmacro -%}
      {% macro pick(x) %}{% for n in numbers() %}{% if n == x %}{% do return(n * 10) %}{% endif %}{% endfor %}none{% endmacro -%}
      {{ numbers() | sum }} {{ pick(2) + 1 }} {{ pick(9) }} {{ numbers()[0] }}
      """
    #expect(try Fixture.render(text, environment: environment()) == "6 21 none 1")
  }

  @Test("output written before return() is dropped, also in nested captures")
  func returnFromCapture() throws {
    let text = """
      {% macro m() %}a{% set b %}x{{ return('r') }}{% endset %}{% endmacro %}[{{ m() }}]{{ m() | upper }}z
      """
    #expect(try Fixture.render(text, environment: environment()) == "[r]Rz")
  }

  @Test("return() outside of a macro is an error")
  func returnOutside() throws {
    let error = try Fixture.failure("{{ return(1) }}", environment: environment())
    #expect(error.message == "return() was called outside of a macro")
  }

  @Test("a call of the host's function goes through with all arguments")
  func hostFunction() throws {
    let join = Value.function("join") { call in
      let rest = call.keywords.map { "\($0.name)=\($0.value.shortDescription)" }
      return .string((call.arguments.map(\.shortDescription) + rest).joined(separator: ","))
    }
    #expect(
      try Fixture.render("{{ f(1, 'a', *[2, 3], k=4, **{'z': none}) }}", ["f": join])
        == "1,'a',2,3,k=4,z=None")
  }

  @Test("a host's function can call back and render")
  func callBack() throws {
    let twice = Value.function("twice") { call in
      let once = try call.renderer.call(call.arguments[0], [1])
      let again = try call.renderer.call(call.arguments[0], [], keywords: [Call.Keyword("x", 2)])
      return .string(try once.text() + again.text())
    }
    let inner = Value.function("inner") { call in
      .string(try call.renderer.render(Template("<{{ v }}{% set leak = 1 %}>", name: "inner")).text)
    }
    #expect(
      try Fixture.render(
        "{% set v = 5 %}a{% macro m(x) %}[{{ x }}]{% endmacro %}{{ twice(m) }}{{ inner() }}{{ leak is defined }}{{ v }}b",
        ["twice": twice, "inner": inner, "v": 7]) == "a[1][2]<7>False5b")
  }

  @Test("a macro sees its own scope's names")
  func macroScope() throws {
    let file = try Template(
      "{% macro m() %}{{ who }} {{ helper() }}{% endmacro %}{% macro helper() %}h{{ who }}{% endmacro %}")
    let package = Scope(parent: Scope(variables: ["who": "root"]), variables: ["who": "package"])
    package["helper"] = .macro(Macro(file.definitions[1]))
    let scope = Scope(variables: ["m": .macro(Macro(file.definitions[0], scope: package)), "who": "model"])
    let renderer = Renderer(environment: Environment(), scope: scope)
    #expect(try renderer.renderText(Template("{{ m() }} {{ who }}")) == "package hmodel model")
  }

  @Test("a closure keeps the variables around it")
  func closures() throws {
    let text = """
      {% set ns = namespace(f=none) %}{% for i in [1, 2] %}{% set j = i * 10 %}{% macro m() %}{{ j }}{% endmacro %}\
      {% if loop.first %}{% set ns.f = m %}{% endif %}{% endfor %}{{ ns.f() }}
      """
    #expect(try Fixture.render(text) == "10")
  }

  @Test("a renderer is as new after an error")
  func reuse() throws {
    let renderer = Renderer(environment: Environment(), scope: Scope())
    let faulty = try Template("a{% set x %}b{{ 1/0 }}{% endset %}")
    let sound = try Template("ok{{ x is defined }}")
    for _ in 0..<3 {
      #expect(throws: TemplateError.self) { try renderer.render(faulty) }
      #expect(try renderer.render(sound).text == "okFalse")
    }
  }

  @Test("filters, tests and functions of the host are found")
  func registered() throws {
    var environment = Environment()
    environment.filters["as_text"] = { .string("t:" + (try $0.subject.text())) }
    environment.tests["short"] = { .bool(try ($0.subject.count() ?? 0) < 3) }
    environment.functions["env"] = { call in .string("E" + (call.arguments.first?.string ?? "")) }
    #expect(
      try Fixture.render(
        "{{ 1|as_text }} {{ 'ab' is short }} {{ ['abc','d']|select('short')|join }} {{ env('X') }}",
        environment: environment)
        == "t:1 True d EX")
  }
}

struct ScopeTests {
  @Test("the nearest scope wins, then its parents, then the resolver")
  func layers() throws {
    let root = Scope(variables: ["a": 1, "b": 1], resolvableNames: { ["far_away"] }) {
      $0 == "far_away" ? 3 : nil
    }
    let scope = Scope(parent: root, variables: ["b": 2])
    let renderer = Renderer(environment: Environment(), scope: scope)
    #expect(try renderer.renderText(Template("{{ a }}{{ b }}{{ far_away }}{{ c is defined }}")) == "123False")
    let error = try #require(throws: TemplateError.self) {
      try renderer.renderText(Template("{{ far_awy() }}"))
    }
    #expect(error.hints == ["did you mean 'far_away'?"])
  }

  @Test("a scope's name hides a built-in function")
  func hides() throws {
    #expect(try Fixture.render("{{ range }}", ["range": 5]) == "5")
  }
}

struct ExpressionTests {
  private func value(_ text: String, _ variables: [String: Value] = [:]) throws -> Value {
    try Renderer(environment: Environment(), scope: Scope(variables: variables))
      .evaluate(Expression(parsing: text))
  }

  @Test("a single expression keeps its type")
  func native() throws {
    #expect(try value("{{ x }}", ["x": 5]).isEqual(to: 5))
    #expect(try value("{{ [1, 'a'] }}").isEqual(to: [1, "a"]))
    #expect(try value("{{ not x }}", ["x": false]).isEqual(to: true))
    #expect(try value("{{ none }}").isNone)
    #expect(try value("{{ nope }}").isUndefined)
  }

  @Test("anything else is text")
  func text() throws {
    #expect(try value("plain").string == "plain")
    #expect(try value("a{{ 1 }}").string == "a1")
    #expect(try value("{{ 1 }}{{ 2 }}").string == "12")
    #expect(try value("").string == "")
    #expect(try Expression(parsing: "5").plainText == "5")
  }
}

struct UndefinedPolicyTests {
  @Test("the lenient policy lets everything through")
  func lenient() throws {
    let environment = Environment(undefinedPolicy: .lenient)
    #expect(try Fixture.render("[{{ a.b['c'](1).d() }}{{ a[1:2] }}]", environment: environment) == "[]")
    #expect(try Fixture.render("{{ d.x.y }}", ["d": [:]], environment: environment) == "")
  }

  @Test(
    "the strict policy lets only tests and defaults through",
    arguments: [
      "{{ a }}", "{% if a %}{% endif %}", "{% for x in a %}{% endfor %}", "{{ a ~ 'x' }}", "{{ a or 1 }}",
      "{{ d.x }}", "{{ a|upper }}", "{{ not a }}",
    ])
  func strict(_ text: String) throws {
    let environment = Environment(undefinedPolicy: .strict)
    #expect(try Fixture.failure(text, ["d": [:]], environment: environment).code == .templateUndefined)
    #expect(try Fixture.render("{{ a is defined }}{{ a|default(1) }}", environment: environment) == "False1")
  }
}
