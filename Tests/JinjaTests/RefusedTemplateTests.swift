import Diagnostics
import Jinja
import Testing

struct RefusedTemplateTests {
  /// A template that Jinja2 refuses too, with what is said of it here.
  struct Refused: Sendable, CustomTestStringConvertible {
    let template: String
    let code: String
    let line: Int
    let column: Int
    let message: String

    init(_ template: String, _ code: String, _ line: Int, _ column: Int, _ message: String) {
      self.template = template
      self.code = code
      self.line = line
      self.column = column
      self.message = message
    }

    var testDescription: String { template }
  }

  @Test("a faulty template is refused with its place", arguments: cases)
  func refused(_ example: Refused) throws {
    let error = try #require(throws: TemplateError.self) {
      try Case(example.template, "").rendered()
    }
    #expect(error.code.rawValue == example.code)
    #expect(error.message == example.message)
    #expect(error.location?.path == "test.sql")
    #expect(error.location?.line == example.line)
    #expect(error.location?.column == example.column)
    #expect(error.excerpt != nil)
  }

  static let cases: [Refused] = [
    Refused("{{ d.missing.x|default('q') }}", "RH2102", 1, 4, "'dict object' has no attribute 'missing'"),
    Refused("{{ undefined_var.x }}", "RH2102", 1, 4, "'undefined_var' is undefined"),
    Refused("{{ undefined_var() }}", "RH2102", 1, 4, "'undefined_var' is undefined"),
    Refused("{{ undefined_var + 1 }}", "RH2102", 1, 4, "'undefined_var' is undefined"),
    Refused("{{ 1 + 'a' }}", "RH2103", 1, 4, "cannot add 'int' and 'str'"),
    Refused("{{ 'a' + 1 }}", "RH2103", 1, 4, "cannot add 'str' and 'int'"),
    Refused("{{ 1 < 'a' }}", "RH2103", 1, 4, "'<' is not supported between 'int' and 'str'"),
    Refused("{{ 1 / 0 }}", "RH2103", 1, 4, "division by zero"),
    Refused("{{ xs() }}", "RH2103", 1, 4, "'list' object is not callable"),
    Refused("{{ s.nope() }}", "RH2102", 1, 4, "'str object' has no attribute 'nope'"),
    Refused(
      "{{ 10**15|filesizeformat }}", "RH2103", 1, 4,
      "unsupported operand type(s) for **: 'int' and 'str'"),
    Refused("{% call(x) foo() %}{% endcall %}", "RH2102", 1, 12, "'foo' is undefined"),
    Refused(
      "{% include 'x' %}", "RH2101", 1, 4,
      "'include' is not available: templates do not load other templates"),
    Refused("{% if %}{% endif %}", "RH2101", 1, 7, "expected an expression, found end of statement block"),
    Refused("{{ }}", "RH2101", 1, 4, "expected an expression, found end of print statement"),
    Refused("{{ 1 2 }}", "RH2101", 1, 6, "expected end of print statement, found '2'"),
    Refused(
      "{% for %}{% endfor %}", "RH2101", 1, 8,
      "expected a name to assign to, found end of statement block"),
    Refused("{% for x in xs %}", "RH2101", 1, 4, "this 'for' block is not closed"),
    Refused("{% endfor %}", "RH2101", 1, 4, "unknown tag 'endfor'"),
    Refused("{% if x %}{% endfor %}", "RH2101", 1, 14, "unknown tag 'endfor'"),
    Refused("{{ xs[ }}", "RH2101", 1, 8, "unexpected '}', expected ']'"),
    Refused("{{ (1 }}", "RH2101", 1, 7, "unexpected '}', expected ')'"),
    Refused("{{ 'abc }}", "RH2101", 1, 4, "this string is not closed"),
    Refused("{{ a b }}", "RH2101", 1, 6, "expected end of print statement, found 'b'"),
    Refused("{% set 1 = 2 %}", "RH2101", 1, 8, "expected a name to assign to, found '1'"),
    Refused(
      "{% set x.y = 2 %}", "RH2103", 1, 1,
      "cannot assign to an attribute of 'x': it is not a namespace"),
    Refused("{{ f(a=1, 2) }}", "RH2101", 1, 11, "a positional argument stands behind a named one"),
    Refused("{{ x is nosuch }}", "RH2103", 1, 9, "there is no test 'nosuch'"),
    Refused("{{ x|nosuch }}", "RH2103", 1, 6, "there is no filter 'nosuch'"),
    Refused(
      "{% macro m(a=1, b) %}{% endmacro %}", "RH2101", 1, 17,
      "the parameter 'b' without a default stands behind one with a default"),
    Refused("{% unknown %}", "RH2101", 1, 4, "unknown tag 'unknown'"),
    Refused("{# unclosed", "RH2101", 1, 1, "this comment is not closed"),
    Refused("{{ unclosed", "RH2101", 1, 12, "expected end of print statement, found end of template"),
    Refused("{% raw %} unclosed", "RH2101", 1, 1, "this 'raw' block is not closed"),
    Refused("{{ [1,2,3].foo.bar }}", "RH2102", 1, 4, "'list object' has no attribute 'foo'"),
    Refused("{{ [1,'a']|sort }}", "RH2103", 1, 12, "'<' is not supported between 'str' and 'int'"),
    Refused("{{ 007 }}", "RH2101", 1, 6, "expected end of print statement, found '7'"),
    Refused("{{ a.b.c.d }}", "RH2102", 1, 4, "'a' is undefined"),
    Refused("{{ 5 in 'abc' }}", "RH2103", 1, 4, "'in <string>' needs a string on its left, not 'int'"),
    Refused("{{ 1 in 5 }}", "RH2103", 1, 4, "'int' cannot be searched with 'in'"),
    Refused("{{ '%d' % 'x' }}", "RH2103", 1, 4, "%d needs a number, not 'x'"),
    Refused("{{ '%s %s' % (1,) }}", "RH2103", 1, 4, "there are too few arguments for the format"),
    Refused("{{ '%s' % (1,2) }}", "RH2103", 1, 4, "the format does not use all its arguments"),
    Refused("{{ '{} {}'.format(1) }}", "RH2103", 1, 4, "the format names argument 1, but there are 1"),
    Refused("{{ '{a}'.format(b=1) }}", "RH2103", 1, 4, "the format names 'a', which is not given"),
    Refused("{{ '{'.format() }}", "RH2103", 1, 4, "the format has a single '{'"),
    Refused("{{ [1,2,3][::0] }}", "RH2103", 1, 4, "the step of a slice cannot be zero"),
    Refused("{{ range(10, step=2) }}", "RH2103", 1, 4, "range() has no argument 'step'"),
    Refused("{{ range(1000000)|length }}", "RH2105", 1, 4, "range() is too big: more than 100000 numbers"),
    Refused("{{ xs.pop(10) }}", "RH2103", 1, 4, "pop: the index 10 is out of range"),
    Refused("{{ [].pop() }}", "RH2103", 1, 4, "pop from an empty list"),
    Refused("{{ d.pop('zzz') }}", "RH2103", 1, 4, "pop: there is no key 'zzz'"),
    Refused("{{ 'a'.join([1]) }}", "RH2103", 1, 4, "join: element 0 is 1, not a string"),
    Refused("{{ s.split('') }}", "RH2103", 1, 4, "split: the separator is empty"),
    Refused("{{ xs|batch }}", "RH2103", 1, 7, "batch() needs the argument 'linecount'"),
    Refused("{{ {[1]: 2} }}", "RH2103", 1, 5, "unhashable type: 'list'"),
    Refused(
      "{% macro m() %}x{% endmacro %}{% call m() %}z{% endcall %}", "RH2103", 1, 39,
      "macro 'm' does not use 'caller', so a call block cannot call it"),
    Refused("{{ [x for x in xs] }}", "RH2101", 1, 7, "expected ',', found 'for'"),
    Refused("{{ x = 1 }}", "RH2101", 1, 6, "expected end of print statement, found '='"),
    Refused("{{ lambda: 1 }}", "RH2101", 1, 10, "expected end of print statement, found ':'"),
    Refused("{{ a.b }}", "RH2102", 1, 4, "'a' is undefined"),
    Refused("{% if a.b is defined %}{% endif %}", "RH2102", 1, 7, "'a' is undefined"),
    Refused(
      "{% if d.zz is defined %}1{% else %}0{% endif %}{% if d.zz.yy is defined %}1{% endif %}", "RH2102", 1,
      54,
      "'dict object' has no attribute 'zz'"),
    Refused("{{ 'a\\\\'b' }}", "RH2101", 1, 10, "this string is not closed"),
    Refused("{{ \"a\\\\\"b\" }}", "RH2101", 1, 10, "this string is not closed"),
    Refused(
      "{% set ns = {'a': 1} %}{% set ns.b = 1 %}", "RH2103", 1, 24,
      "cannot assign to an attribute of 'ns': it is not a namespace"),
    Refused("{{ -xs|first }}", "RH2103", 1, 4, "bad operand type for unary -: 'list'"),
    Refused("{{ -'a' }}", "RH2103", 1, 4, "bad operand type for unary -: 'str'"),
    Refused("{{ ''.__class__.__mro__ }}", "RH2102", 1, 4, "'str object' has no attribute '__class__'"),
    Refused(
      "{% for a, b in [(1,2,3)] %}{% endfor %}", "RH2103", 1, 16,
      "cannot unpack 3 value(s) into 2 name(s)"),
    Refused("{% for a, b in [1] %}{% endfor %}", "RH2103", 1, 16, "'int' object is not iterable"),
    Refused("{% for x in 5 %}{% endfor %}", "RH2103", 1, 13, "'int' object is not iterable"),
    Refused("{% for x in none %}{% endfor %}", "RH2103", 1, 13, "'NoneType' object is not iterable"),
    Refused("{% break %}", "RH2101", 1, 4, "'break' stands outside of a loop"),
    Refused(
      "{% for x in xs %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "RH2101", 1, 36,
      "'break' stands outside of a loop"),
    Refused("{% endif %}", "RH2101", 1, 4, "unknown tag 'endif'"),
    Refused("{% else %}", "RH2101", 1, 4, "unknown tag 'else'"),
    Refused("{% set %}", "RH2101", 1, 8, "expected a name to assign to, found end of statement block"),
    Refused("{% set x = %}", "RH2101", 1, 12, "expected an expression, found end of statement block"),
    Refused("{% if x = 1 %}{% endif %}", "RH2101", 1, 9, "expected end of statement block, found '='"),
    Refused("{% if x == 1 }}{% endif %}", "RH2101", 1, 14, "unexpected '}'"),
    Refused("{{ x %}", "RH2101", 1, 7, "unexpected '}'"),
    Refused("{{ 'a' | }}", "RH2101", 1, 10, "expected name, found end of print statement"),
    Refused("{{ | upper }}", "RH2101", 1, 4, "expected an expression, found '|'"),
    Refused(
      "{{ x. }}", "RH2101", 1, 7,
      "expected a name or a number after '.', found end of print statement"),
    Refused("{{ x.1.2 }}", "RH2102", 1, 4, "'x' is undefined"),
    Refused("{{ @ }}", "RH2101", 1, 4, "unexpected character '@'"),
    Refused("{{ a $ b }}", "RH2101", 1, 6, "unexpected character '$'"),
    Refused("{{ x ! y }}", "RH2101", 1, 6, "unexpected character '!'"),
    Refused("{{ f(,) }}", "RH2101", 1, 6, "expected an expression, found ','"),
    Refused("{{ f(a,) }}", "RH2103", 1, 4, "'float' object is not callable"),
    Refused("{{ [,] }}", "RH2101", 1, 5, "expected an expression, found ','"),
    Refused("{{ {,} }}", "RH2101", 1, 5, "expected an expression, found ','"),
    Refused("{{ {1} }}", "RH2101", 1, 6, "expected ':', found '}'"),
    Refused("{{ (1,2 }}", "RH2101", 1, 9, "unexpected '}', expected ')'"),
    Refused("{{ xs[1:2:3:4] }}", "RH2101", 1, 12, "expected ']', found ':'"),
    Refused("{{ 1 if }}", "RH2101", 1, 9, "expected an expression, found end of print statement"),
    Refused("{{ not }}", "RH2101", 1, 8, "expected an expression, found end of print statement"),
    Refused("{{ 1 + }}", "RH2101", 1, 8, "expected an expression, found end of print statement"),
    Refused("{{ 'x' is }}", "RH2101", 1, 11, "expected name, found end of print statement"),
    Refused("{{ 'x' is not }}", "RH2101", 1, 15, "expected name, found end of print statement"),
    Refused("{{ xs is in }}", "RH2103", 1, 10, "in() needs the argument 'seq'"),
    Refused("{{ x is defined is defined }}", "RH2101", 1, 17, "tests cannot be chained with 'is'"),
    Refused("{{ 3 is divisibleby(0) }}", "RH2103", 1, 9, "division by zero"),
    Refused("{{ 'a' is odd }}", "RH2103", 1, 11, "odd() takes a number, not 'a'"),
    Refused("{{ 3 is == 3 }}", "RH2101", 1, 9, "expected name, found '=='"),
    Refused(
      "{{ 'x'|truncate(1) }}", "RH2103", 1, 8,
      "truncate() needs a length of at least 3 and a leeway of at least 0"),
    Refused("{{ 'x'|wordwrap(0) }}", "RH2103", 1, 8, "wordwrap() needs a width of at least 1"),
    Refused("{{ 'a'|round }}", "RH2103", 1, 8, "round() takes a number, not 'a'"),
    Refused(
      "{{ 1|round(1, 'bogus') }}", "RH2103", 1, 6,
      "round() knows the methods 'common', 'ceil' and 'floor', not 'bogus'"),
    Refused("{{ '{:5}'.format(none_) }}", "RH2103", 1, 4, "a value of type 'NoneType' takes no format"),
    Refused("{{ 1.0 / 0 }}", "RH2103", 1, 4, "division by zero"),
    Refused("{{ 1 % 0 }}", "RH2103", 1, 4, "division by zero"),
    Refused("{{ 1 // 0.0 }}", "RH2103", 1, 4, "division by zero"),
    Refused("{{ 'abc' % 1 }}", "RH2103", 1, 4, "the format does not use all its arguments"),
    Refused("{{ '%d %s' % (1,) }}", "RH2103", 1, 4, "there are too few arguments for the format"),
    Refused("{{ '%(a)s' % {'b': 1} }}", "RH2103", 1, 4, "the format names 'a', which is not given"),
    Refused("{{ '%z' % 1 }}", "RH2103", 1, 4, "the format has an unknown conversion '%z'"),
    Refused("{{ '%' % 1 }}", "RH2103", 1, 4, "the format ends in the middle"),
    Refused(
      "{{ '{:d}'.format(1.5) }}", "RH2103", 1, 4,
      "the format 'd' does not fit a value of type 'float'"),
    Refused("{{ '{:d}'.format('x') }}", "RH2103", 1, 4, "the format 'd' does not fit a value of type 'str'"),
    Refused(
      "{{ '{:.2f}'.format('x') }}", "RH2103", 1, 4,
      "the format 'f' does not fit a value of type 'str'"),
    Refused("{{ '{}{0}'.format(1) }}", "RH2103", 1, 4, "the format mixes numbered and plain fields"),
    Refused("{{ '}'.format() }}", "RH2103", 1, 4, "the format has a single '}'"),
    Refused("{{ undefined_x|int }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ undefined_x < 1 }}", "RH2102", 1, 4, "'undefined_x' is undefined"),
    Refused("{{ undefined_x|abs }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ undefined_x[0] }}", "RH2102", 1, 4, "'undefined_x' is undefined"),
    Refused("{{ -undefined_x }}", "RH2102", 1, 4, "'undefined_x' is undefined"),
    Refused("{{ undefined_x|float }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ undefined_x|tojson }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ undefined_x|dictsort }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ undefined_x|round }}", "RH2102", 1, 16, "'undefined_x' is undefined"),
    Refused("{{ [undefined_x]|sum }}", "RH2102", 1, 18, "'undefined_x' is undefined"),
    Refused("{{ xs[:undefined_x] }}", "RH2102", 1, 8, "'undefined_x' is undefined"),
    Refused("{{ range(undefined_x) }}", "RH2102", 1, 4, "'undefined_x' is undefined"),
    Refused("{{ 'a' * undefined_x }}", "RH2102", 1, 4, "'undefined_x' is undefined"),
    Refused("{{ none + 1 }}", "RH2103", 1, 4, "unsupported operand type(s) for +: 'NoneType' and 'int'"),
    Refused("{{ none|length }}", "RH2103", 1, 9, "object of type 'NoneType' has no length"),
    Refused("{{ none|list }}", "RH2103", 1, 9, "'NoneType' object is not iterable"),
    Refused("{{ xs + 'a' }}", "RH2103", 1, 4, "cannot add 'list' and 'str'"),
    Refused("{{ xs + (1,) }}", "RH2103", 1, 4, "unsupported operand type(s) for +: 'list' and 'tuple'"),
    Refused("{{ xs - 1 }}", "RH2103", 1, 4, "unsupported operand type(s) for -: 'list' and 'int'"),
    Refused("{{ d + d }}", "RH2103", 1, 4, "unsupported operand type(s) for +: 'dict' and 'dict'"),
    Refused("{{ 'a' - 'b' }}", "RH2103", 1, 4, "unsupported operand type(s) for -: 'str' and 'str'"),
    Refused("{{ xs < d }}", "RH2103", 1, 4, "'<' is not supported between 'list' and 'dict'"),
    Refused("{{ none < none }}", "RH2103", 1, 4, "'<' is not supported between 'NoneType' and 'NoneType'"),
    Refused("{{ [none, 1]|sort }}", "RH2103", 1, 14, "'<' is not supported between 'int' and 'NoneType'"),
    Refused("{{ range|tojson }}", "RH2103", 1, 10, "a value of type 'function' has no JSON form"),
    Refused("{{ d.items()|tojson }}", "RH2103", 1, 14, "a value of type 'dict_items' has no JSON form"),
  ]
}
