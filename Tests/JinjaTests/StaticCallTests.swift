import Jinja
import Testing

struct StaticCallTests {
  @Test("calls are found in the order of the text")
  func order() throws {
    let text = """
      {{ config(materialized='table', tags=['a', 'b']) }}
      select * from {{ ref('orders') }} join {{ source("raw", 'users') }}
      {% if var('x', 1) %} {{ ref(name) }} {% endif %} {{ adapter.dispatch('f', 'p')(1) }}
      """
    let calls = try Template(text).staticCalls()
    #expect(
      calls.map { $0.path.joined(separator: ".") } == [
        "config", "ref", "source", "var", "ref", "adapter.dispatch",
      ])
    #expect(calls[0].keywords.map(\.name) == ["materialized", "tags"])
    #expect(calls[0].keywords[1].value == .list([.string("a"), .string("b")]))
    #expect(calls[2].arguments == [.string("raw"), .string("users")])
    #expect(calls[3].arguments == [.string("x"), .int(1)])
    #expect(calls.map(\.isConstant) == [true, true, true, true, false, true])
    #expect(calls.map(\.isConditional) == [false, false, false, false, true, false])
  }

  @Test("calls are found wherever expressions stand")
  func everywhere() throws {
    let text = """
      {% set x = f(1) %}{% for a in f(2) if f(3) %}{{ f(4) }}{% endfor %}{% do f(5) %}{% set y | g(f(6)) %}{{ f(7) }}\
      {% endset %}{% macro m(a=f(8)) %}{{ f(9) }}{% endmacro %}{% call f(10) %}{{ f(11) }}{% endcall %}\
      {% filter g(f(12)) %}{% endfilter %}{% with z = f(13) %}{% endwith %}{{ [f(14), {'k': f(15)}, x[f(16):]] }}\
      {{ 1 if f(17) else f(18) }}{{ a and f(19) }}{{ x is test(f(20)) }}{{ h(*f(21), **f(22)) }}{{ f(-23) }}
      """
    let found = try Template(text).staticCalls().filter { $0.path == ["f"] }
    #expect(
      Set(
        found.compactMap { call -> Int? in
          if case .int(let number)? = call.arguments.first ?? nil { number } else { nil }
        })
        == Set(Array(1...22) + [-23]))
    #expect(found.first { $0.arguments == [.int(18)] }?.isConditional == true)
    #expect(found.first { $0.arguments == [.int(9)] }?.isConditional == true)
    #expect(found.first { $0.arguments == [.int(17)] }?.isConditional == false)
  }
}
