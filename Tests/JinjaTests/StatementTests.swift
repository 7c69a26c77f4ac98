import Testing

struct StatementTests {
  @Test("a statement renders as Jinja2 renders it", arguments: cases)
  func matchesJinja(_ example: Case) throws {
    #expect(try example.rendered() == example.expected)
  }

  static let cases: [Case] = [
    Case(
      "{{ 'a,b,,c'.split(',') }} {{ ','.join(['a','b']) }} {{ 'hello world foo'.title() }} {{ \"they're bill's\".title() }} {{ 'hELLO'.capitalize() }} {{ 'aBc'.swapcase() }} {{ 'a\nb\\r\nc\n'.splitlines() }} {{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.partition('x') }}",
      "['a', 'b', '', 'c'] a,b Hello World Foo They'Re Bill'S Hello AbC ['a', 'b', 'c'] ('a', '-', 'b-c') ('a-b', '-', 'c') ('abc', '', '')"
    ),
    Case(
      "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ x }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a','b') }}{{ loop.depth }};{% else %}none{% endfor %}",
      "1032TrueFalse331a1;2121FalseFalse3132b1;3210FalseTrue321a1;"),
    Case(
      "{% for x in e %}x{% else %}empty{% endfor %} {% for k, v in d.items() %}{{ k }}={{ v }},{% endfor %} {% for k in d %}{{ k }}{% endfor %} {% for c in 'abc' %}{{ c }}.{% endfor %} {% for x in xs if x > 1 %}{{ loop.length }}{{ x }}{{ loop.last }}{% endfor %}",
      "empty b=1,a=2,items=5, baitems a.b.c. 23False22True"),
    Case(
      "{% for x in [1,1,2,2,3] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %} {% for a in [1,2] %}{% for b in [3,4] %}{{ loop.index }}{{ a }}{{ b }} {% endfor %}{{ loop.index }}{% endfor %}",
      "123 113 214 1123 224 2"),
    Case(
      "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}",
      "0134"),
    Case(
      "{% set x = 1 %}{% for i in [1,2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }} {% set ns = namespace(c=0) %}{% for i in [1,2] %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }} {{ ns }}",
      "231 3 <Namespace {'c': 3}>"),
    Case(
      "{% if xs %}{% set y = 5 %}{% endif %}{{ y }} {% set a, b = 1, 2 %}{{ a }}{{ b }} {% set (q, r) = [3, 4] %}{{ q }}{{ r }} {% set z = 1, 2 %}{{ z }}",
      "5 12 34 (1, 2)"),
    Case(
      "{% set body %}hi {{ n }}{% endset %}[{{ body }}] {% set up | upper | replace('H','J') %}hi{% endset %}{{ up }}",
      "[hi 42] JI"),
    Case(
      "{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c=3) }} {{ m(a=5) }} {{ m() }} {{ m.name }} {{ m.arguments }} {{ m.catch_kwargs }}",
      "1-2-x 1-2-3 5-2-x -2-x m ('a', 'b', 'c') False"),
    Case(
      "{% macro m(a) %}{{ a }}|{{ varargs }}|{{ kwargs }}{% endmacro %}{{ m(1,2,3,x=4) }} {% macro dflt(a, b=a) %}{{ b }}{% endmacro %}{{ dflt(7) }}",
      "1|(2, 3)|{'x': 4} 7"),
    Case(
      "{% macro wrap(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call wrap('b') %}x{{ n }}{% endcall %} {% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }},{% endfor %}{% endmacro %}{% call(a, i) each(xs) %}{{ i }}:{{ a }}{% endcall %}",
      "<b>x42</b> 1:3,2:1,3:2,"),
    Case(
      "{% macro rec(n) %}{{ n }}{% if n > 0 %},{{ rec(n-1) }}{% endif %}{% endmacro %}{{ rec(5) }}",
      "5,4,3,2,1,0"),
    Case(
      "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }} {% for i in [1,2] %}{% macro q() %}{{ i }}{% endmacro %}{{ q() }}{% endfor %}",
      "2 12"),
    Case(
      "{% filter upper %}abc {{ s }}{% endfilter %} {% filter replace('a','b')|upper %}aaa{% endfilter %}",
      "ABC HELLO WORLD BBB"),
    Case(
      "{% with a=1, b=2 %}{{ a }}{{ b }}{% endwith %}{{ a }} {% with %}{% set q=3 %}{{ q }}{% endwith %}{{ q }}",
      "12 3"),
    Case(
      "{% raw %}{{ x }} {% if %}{% endraw %} {%- raw -%}  {{ y }}  {%- endraw -%}  z",
      "{{ x }} {% if %}{{ y }}z"),
    Case(
      "a  {%- if true -%}  b  {%- endif -%}  c {{- ' d ' -}} e {#- comment -#}  f {# x #} g",
      "abc d ef  g"),
    Case("  {%+ if true +%}  x {%+ endif +%}\n y", "    x \n y"),
    Case(
      "{% do xs.append(4) %}{{ xs }} {% do xs.extend([5,6]) %}{{ xs }} {% do xs.insert(0, 9) %}{{ xs }} {{ xs.pop() }} {{ xs.pop(0) }} {% do xs.remove(1) %}{{ xs }} {{ xs.index(2) }} {{ xs.count(3) }} {% do xs.reverse() %}{{ xs }} {% do xs.sort() %}{{ xs }} {% do xs.clear() %}{{ xs }}",
      "[3, 1, 2, 4] [3, 1, 2, 4, 5, 6] [9, 3, 1, 2, 4, 5, 6] 6 9 [3, 2, 4, 5] 1 1 [5, 4, 2, 3] [2, 3, 4, 5] []"
    ),
    Case(
      "{% do d.update({'c': 3}) %}{{ d }} {% do d.update(z=1) %}{{ d }} {{ d.pop('a') }} {{ d.pop('q', 'dflt') }} {{ d.setdefault('n', 5) }} {{ d }} {{ d.popitem() }} {{ d.copy() }}",
      "{'b': 1, 'a': 2, 'items': 5, 'c': 3} {'b': 1, 'a': 2, 'items': 5, 'c': 3, 'z': 1} 2 dflt 5 {'b': 1, 'items': 5, 'c': 3, 'z': 1, 'n': 5} ('n', 5) {'b': 1, 'items': 5, 'c': 3, 'z': 1}"
    ),
    Case(
      "{% set a = [1] %}{% set b = a %}{% do b.append(2) %}{{ a }} {{ a is sameas b }} {% do a.append(a) %}{{ a }}",
      "[1, 2] True [1, 2, [...]]"),
    Case(
      "{{ \"it's\" }} {{ [\"it's\", 'a\"b', 'both\\'\"', 'tab\\t', 'nl\n', 'é', '\\x00', '\\u2028', 'back\\\\slash'] }}",
      "it's [\"it's\", 'a\"b', 'both\\'\"', 'tab\\t', 'nl\\n', 'é', '\\x00', '\\u2028', 'back\\\\slash']"),
    Case(
      "{{ 'a\\tb\\\n\\x41\\u00e9\\101\\q' }} {{ 'a' 'b' \"c\" }} {{ '' }} {{ 'multi\nline' }}",
      "a\tbAéA\\q abc  multi\nline"),
    Case(
      "{{ undefined_var }}|{{ undefined_var|default('d') }}|{{ undefined_var is defined }}|{{ undefined_var|length }}|{{ undefined_var ~ 'x' }}|{{ undefined_var == other_undef }}|{{ 1 if undefined_var else 2 }}|{% for x in undefined_var %}{% else %}none{% endfor %}|{{ undefined_var|list }}|{{ 'a' in undefined_var }}|{{ [undefined_var] }}|{{ undefined_var|upper }}|{{ undefined_var|join(',') }}|{{ undefined_var is none }}",
      "|d|False|0|x|True|2|none|[]|False|[Undefined]|||False"),
    Case(
      "{{ [1,2,1,'a','A']|unique|list }} {{ ['a','A']|unique(true)|list }} {{ users|unique(attribute='age')|map(attribute='name')|list }} {% for g in users|groupby('city') %}{{ g.grouper }}:{{ g.list|length }}:{{ g[0] }};{% endfor %} {% for c, l in users|groupby('age') %}{{ c }}={{ l|map(attribute='name')|join }} {% endfor %} {% for c, l in users|groupby('zip', default='none') %}{{ c }}{{ l|length }}{% endfor %} {% for c, l in users|groupby('city', case_sensitive=true) %}{{ c }}{% endfor %}",
      "[1, 2, 'a'] ['a', 'A'] ['x', 'Y'] CA:2:CA;ny:1:ny; 1=Y 3=xz  none3 CAcany"),
    Case(
      "{{ 'a\nb\n\nc'|indent }} {{ 'a\nb'|indent(2, true) }} {{ 'a\n\nb'|indent(2, blank=true) }} {{ 'a\nb'|indent('>>') }} {{ 'a\nb\n'|indent }}|",
      "a\n    b\n\n    c   a\n  b a\n  \n  b a\n>>b a\n    b\n|"),
    Case(
      "{{ 'the quick brown fox jumps over the lazy dog'|wordwrap(10) }}\n{{ 'averyveryverylongword x'|wordwrap(8) }}\n{{ 'averyveryverylongword x'|wordwrap(8, false) }}\n{{ 'well-known state-of-the-art thing'|wordwrap(8) }}\n{{ 'a  b   c'|wordwrap(4, wrapstring='|') }}",
      "the quick\nbrown fox\njumps over\nthe lazy\ndog\naveryver\nyverylon\ngword x\naveryveryverylongword\nx\nwell-\nknown\nstate-\nof-the-\nart\nthing\na  b|c"
    ),
    Case(
      "{{ {'b':[1,2.5,none,true],'a':\"<'é&\n>\"}|tojson }} {{ {'a':[1,{'b':2}]}|tojson(indent=2) }} {{ []|tojson }} {{ [[]]|tojson(2) }} {{ 'x'|tojson }} {{ '😀'|tojson }}",
      "{\"a\": \"\\u003c\\u0027\\u00e9\\u0026\\n\\u003e\", \"b\": [1, 2.5, null, true]} {\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ]\n} [] [\n  []\n] \"x\" \"\\ud83d\\ude00\""
    ),
    Case(
      "{{ range(5)|list }} {{ range(1,5)|list }} {{ range(5,0,-2)|list }} {{ range(0)|list }} {{ range(3)[1] }} {{ range(3)|length }} {{ dict(a=1,b=2) }} {{ dict([('x',1)]) }} {{ dict({'a':1}, b=2) }} {% set c = cycler('a','b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.current }} {% set j = joiner('|') %}{{ j() }}x{{ j() }}y{{ j() }}",
      "[0, 1, 2, 3, 4] [1, 2, 3, 4] [5, 3, 1] [] 1 3 {'a': 1, 'b': 2} {'x': 1} {'a': 1, 'b': 2} ababa x|y|"),
    Case(
      "{{ foo(*[1,2], **{'a': 3}) if false else 'lazy' }} {% macro m(a,b,c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*[1,2], c=3) }} {{ m(1, **{'b':2,'c':3}) }} {{ m(1, *[2], **{'c':3}) }}",
      "lazy 123 123 123"),
    Case(
      "{% for k, (a, b) in [(1,(2,3))] %}{{ k }}{{ a }}{{ b }}{% endfor %} {% for a, b in ['xy','zw'] %}{{ a }}{{ b }}{% endfor %}",
      "123 xyzw"),
    Case(
      "{% for item in [{'n':1,'c':[{'n':2,'c':[]}]}] recursive %}{{ item.n }}{{ loop.depth }}({{ loop(item.c) }}){% endfor %}",
      "11(22())"),
    Case(
      "{% set seen = [] %}{% for x in [1,2,1,3,2] if x not in seen %}{% do seen.append(x) %}{{ x }}{% endfor %}",
      "123"),
    Case(
      "{% if 1 %}a{% elif 2 %}b{% else %}c{% endif %}{% if 0 %}a{% elif 2 %}b{% else %}c{% endif %}{% if 0 %}a{% elif 0 %}b{% else %}c{% endif %}",
      "abc"),
    Case("{%- set x = 5 -%}\n\n{{ x }}\n{%- if x %} y {% endif -%}\n end", "5 y end"),
    Case("line1\n{{ n }}\nline3\n", "line1\n42\nline3"),
    Case("line\n\n", "line\n"),
    Case("{# comment with {{ stuff }} and {% tags %} #}after", "after"),
    Case(
      "{{ '}}' }} {{ '%}' }} {% if '%}' %}x{% endif %} {{ {'a': {'b': {}}} }} {{ {'a':{}}}}",
      "}} %} x {'a': {'b': {}}} {'a': {}}"),
    Case(
      "{% set ns = namespace(a=1, b=[]) %}{% do ns.b.append(3) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}{% set ns.q = 7 %}{{ ns.q }}{{ ns.zz }}|",
      "1[3]17|"),
    Case(
      "{% macro a() %}{% set x = 5 %}{{ x }}{% endmacro %}{{ a() }}{{ x }}|{% macro outer() %}{% macro inner() %}in{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}",
      "5|in"),
    Case("{% set x %}a{% set y = 1 %}{% endset %}{{ x }}{{ y }}", "a"),
    Case("{% print 1, 2 %} {% print 'x' %}", "12 x"),
    Case("{% for x in [1,2,3] %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "1, 2, 3"),
    Case("{% for x in xs -%}\n  {{ x }}\n{%- endfor %}", "312"),
    Case(
      "select {% for c in ['a','b'] %}{{ c }}{{ \",\" if not loop.last }}{% endfor %} from t",
      "select a,b from t"),
    Case(
      "{{ d.items() }} {{ d.keys() }} {{ d.keys()[0] }}|{{ d.items()|list }} {{ d.items()|first }} {{ d.values()|sum }} {% print 1, 2 %} {{ d.keys() == ['b','a','items'] }} {{ '½'.isdigit() }}",
      "dict_items([('b', 1), ('a', 2), ('items', 5)]) dict_keys(['b', 'a', 'items']) |[('b', 1), ('a', 2), ('items', 5)] ('b', 1) 8 12 False False"
    ),
    Case("a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  \n  b\n  \nc"),
    Case("{% for x in (1,2) %}{{ x }}{% endfor %} {% for x in 1,2,3 %}{{ x }}{% endfor %}", "12 123"),
    Case("{% for x in xs if loop is defined %}{{ x }}{% endfor %}", ""),
    Case(
      "{% macro m(caller=none) %}{{ caller() if caller }}{% endmacro %}{{ m() }}{% call m() %}z{% endcall %}",
      "z"),
    Case(
      "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}z{% endcall %}",
      "FalseTrue"),
    Case("{% set x %}{% endset %}[{{ x }}]{{ x is string }}", "[]True"),
    Case("{%set a=1%}{%if a%}{{a}}{%endif%}", "1"),
    Case("{%- if true %}x{% endif +%}   y", "x   y"),
    Case("{{ 1 -}}\n\n\n{{- 2 }}", "12"),
    Case("\n\n{%- raw %}\n  x {% endraw -%}\n y", "\n  x y"),
    Case("{%raw-%}  a  {%-endraw%} b", "a b"),
    Case("{{ \"{{ x }}\" }} {{ '{% raw %}' }}", "{{ x }} {% raw %}"),
    Case("{% set ns = namespace() %}{% for i in range(3) %}{% set ns.x = i %}{% endfor %}{{ ns.x }}", "2"),
    Case("{% with a = n, b = a %}{{ b }}{% endwith %}", ""),
    Case("{% macro f(x) -%}\n  {{ x }}\n{%- endmacro %}[{{ f(1) }}] {{ f(f(2)) }}", "[1] 2"),
    Case(
      "{{ 'x\n'.splitlines() }} {{ 'x\n\ny'.splitlines(true) }} {{ ''.splitlines() }}",
      "['x'] ['x\\n', '\\n', 'y'] []"),
    Case(
      "{% set items = [] %}{% for i in range(3) %}{% do items.append({'i': i, 'sq': i * i}) %}{% endfor %}{{ items }} {{ items|map(attribute='sq')|list }} {{ items|selectattr('i', 'ge', 1)|list }}",
      "[{'i': 0, 'sq': 0}, {'i': 1, 'sq': 1}, {'i': 2, 'sq': 4}] [0, 1, 4] [{'i': 1, 'sq': 1}, {'i': 2, 'sq': 4}]"
    ),
    Case(
      "{% set q = {'a': 1} %}{% for k, v in q.items() %}{{ k }}:{{ v }}{% endfor %}{% for k in q.keys() %}{{ k }}{% endfor %}{% for v in q.values() %}{{ v }}{% endfor %}{% for p in q|dictsort %}{{ p[0] }}{{ p.1 }}{% endfor %}",
      "a:1a1a1"),
    Case(
      "{% for a in [[1,2],[3,4]] %}{% for b in a %}{{ loop.index }}/{{ loop.length }} {% endfor %}{% set outer = loop %}{% for b in a %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}",
      "1/2 2/2 1.1 1.2 1/2 2/2 2.1 2.2 "),
    Case(
      "{% for x in [] %}{% endfor %}{{ loop is defined }} {% for i in range(3) %}{% for j in range(2) %}{{ loop.cycle('x','y','z') }}{% endfor %}{% endfor %}",
      "False xyxyxy"),
    Case("{% for x in xs %}{{ x }}{% break %}{% else %}E{% endfor %}", "3E"),
    Case("{{ 'x'|indent(first=true) }} {{ ''|indent }}| {{ 'a\\r\nb'|indent(1) }}", "    x | a\n b"),
  ]
}
