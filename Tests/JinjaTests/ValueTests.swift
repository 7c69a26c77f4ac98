import Jinja
import Testing

struct ValueTests {
  @Test("a dict keeps the order of insertion through changes")
  func dictOrder() {
    let dict = ValueDict()
    for index in 0..<100 { dict["k\(index)"] = .int(index) }
    for index in stride(from: 0, to: 100, by: 3) { dict["k\(index)"] = nil }
    dict["k1"] = "changed"
    dict["k0"] = "again"
    #expect(dict.count == 67)
    #expect(dict.names.prefix(3) == ["k1", "k2", "k4"])
    #expect(dict.names.last == "k0")
    #expect(dict["k1"]?.string == "changed")
    #expect(dict["k3"] == nil)
    #expect(dict["k98"]?.isEqual(to: 98) == true)
  }

  @Test("strings are compared by code points, not by looks")
  func codePoints() throws {
    #expect(
      try Fixture.render("{{ a == b }} {{ a in b }} {{ {a: 1}[a] }}", ["a": "e\u{301}", "b": "é"])
        == "False False 1")
    #expect(try Fixture.render("{{ a|length }}{{ a[1:]|length }}", ["a": "e\u{301}\r\n"]) == "43")
  }

  @Test("containers within containers of any depth are freed and cut short in print")
  func deep() throws {
    let text = """
      {% set ns = namespace(x=[]) %}{% for a in range(1000) %}{% for b in range(300) %}{% set ns.x = [ns.x] %}{% endfor %}\
      {% endfor %}{{ (ns.x|string)|length }}
      """
    #expect(try Fixture.render(text) == "205")
  }

  @Test(
    "holders of all kinds, nested in each other without end, are freed",
    arguments: [
      "(ns.x,)", "{'k': ns.x}", "namespace(x=ns.x)", "[ns.x.append]", "[ns.x.nope]", "[{1: (ns.x,)}]",
      "cycler(ns.x)", "[joiner(ns.x)]", "([[ns.x]]|groupby(1, default=2))[0]",
    ])
  func deepHolders(_ step: String) throws {
    let text = """
      {% set ns = namespace(x=[]) %}{% for a in range(1000) %}{% for b in range(100) %}{% set ns.x = \(step) %}\
      {% endfor %}{% endfor %}ok
      """
    #expect(try Fixture.render(text) == "ok")
  }

  @Test("loops and macros that hold on to each other are freed")
  func deepScopes() throws {
    let rounds = "{% for a in range(1000) %}{% for b in range(100) %}"
    let loops = "\(rounds){% for y in [ns.x] %}{% set ns.x = loop %}{% endfor %}{% endfor %}{% endfor %}ok"
    #expect(try Fixture.render("{% set ns = namespace(x=[]) %}" + loops) == "ok")
    let macros =
      "\(rounds){% set p = ns.x %}{% macro m() %}{{ p }}{% endmacro %}{% set ns.x = m %}{% endfor %}{% endfor %}ok"
    #expect(try Fixture.render("{% set ns = namespace(x=[]) %}" + macros) == "ok")
    let callers = "\(rounds){% set p = ns.x %}{% call m(ns) %}{{ p }}{% endcall %}{% endfor %}{% endfor %}ok"
    let keep = "{% macro m(ns) %}{% set ns.x = caller %}{% endmacro %}{% set ns = namespace(x=[]) %}"
    #expect(try Fixture.render(keep + callers) == "ok")
  }

  @Test("a list in itself prints, compares and goes away")
  func cycles() throws {
    #expect(
      try Fixture.render("{% set a = [1] %}{% do a.append(a) %}{{ a }}{{ a == a }}{% do a.clear() %}")
        == "[1, [...]]True")
    let error = try Fixture.failure(
      "{% set a = [] %}{% set b = [] %}{% do a.append(b) %}{% do b.append(a) %}{{ a == b }}")
    #expect(error.code == .templateLimit)
  }

  @Test("JSON is written as Python writes it")
  func json() throws {
    var writer = JSONWriter(sortsKeys: false)
    try writer.write(["b": [1, 2.5, .none, true], "a": "é\n\"😀"])
    #expect(writer.text == #"{"b": [1, 2.5, null, true], "a": "\u00e9\n\"\ud83d\ude00"}"#)
    #expect(throws: TemplateError.self) {
      var writer = JSONWriter()
      try writer.write(.function("f") { _ in .none })
    }
  }

  @Test("a constant becomes the value it stands for")
  func constants() {
    let constant = Constant.dict([
      .init(key: .string("a"), value: .list([.int(1), .tuple([.none, .bool(true)])]))
    ])
    #expect(Value(constant).isEqual(to: ["a": [1, .tuple([.none, true])]]))
  }
}
