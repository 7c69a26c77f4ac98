import Diagnostics
import Files
import TestSupport
import Testing
import Transform

@Suite("Random bytes in project files")
struct ProjectFuzzTests {
  /// A project whose files use much of what there is.
  private static let files: [String: String] = [
    "dbt_project.yml": """
    name: shop
    vars: {year: 2020, shop: {month: 5}}
    on-run-start: ["select 1"]
    dispatch: [{macro_namespace: dbt, search_order: [shop, dbt]}]
    models: {shop: {+schema: staged, +tags: [a, b], +meta: {x: 1}, marts: {+materialized: table}}}
    seeds: {shop: {+schema: staged, +column_types: {id: integer}}}
    data_tests: {+severity: warn}
    """,
    "seeds/s.csv": "id,day\n1,2024-01-01\n",
    "models/a.sql":
      "{{ config(materialized='incremental', unique_key=['id'], indexes=[{'columns': ['id']}]) }}\nselect id, day, {{ dbt.dateadd('day', var('year') - 2000, 'day') }} as later from {{ ref('s') }} {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}",
    "models/e.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('a') }}",
    "models/b.sql":
      "select {% for i in range(3) %}{{ i }} as c{{ i }}, {% endfor %} e.* from {{ ref('e') }} as e",
    "models/m.yml": """
    groups: [{name: g, owner: {name: me}}]
    models:
      - name: a
        description: "{{ doc('word') }}"
        config: {group: g, access: protected, contract: {enforced: false}}
        constraints: [{type: unique, columns: [id]}]
        columns:
          - name: id
            data_type: integer
            quote: true
            constraints: [{type: check, expression: 'id > 0', name: positive}]
            data_tests:
              - unique: {config: {where: 'id > 1', limit: 5, error_if: '> 3'}}
              - accepted_values: {arguments: {values: [1, 2], quote: false}}
              - relationships: {to: ref('s'), field: id}
    unit_tests:
      - name: t
        model: a
        given:
          - {input: ref('s'), format: csv, rows: "id,day\\n1,2024-01-01"}
          - {input: this, rows: [{id: 1}]}
        expect: {rows: [{id: 2, day: null}]}
        overrides: {macros: {is_incremental: true}, vars: {year: 1}, env_vars: {A: b}}
    exposures: [{name: x, type: dashboard, owner: {name: me}, depends_on: [ref('b')]}]
    """,
    "models/d.md": "{% docs word %} a text {% enddocs %}",
    "macros/m.sql":
      "{% macro twice(x, y=2) %}{{ return(x * y) }}{% endmacro %}\n{% test at_most(model, column_name, n=3) %}select * from {{ model }} where {{ column_name }} > {{ n }}{% endtest %}",
    "packages.yml": "packages: []\n",
  ]

  @Test("damaged files are refused or read, and never trap")
  func damagedFiles() throws {
    var random = SeededRandom.fresh()
    let fixture = try ProjectFixture(Self.files)
    let faults = try fixture.faults()
    #expect(faults.isEmpty, "\(faults)")
    let names = Self.files.keys.sorted()
    for _ in 0..<400 {
      let name = names[Int.random(in: 0..<names.count, using: &random)]
      let bytes = Self.damaged(Array((Self.files[name] ?? "").utf8), using: &random)
      let path = Path.join(fixture.projectPath, name)
      try FileSystem.write(bytes, to: path, isDurable: false)
      // What is wrong is told with a place in a file.
      for fault in try fixture.faults() where fault.code == .internalError {
        Issue.record("seed \(random.seed), \(name): \(fault)")
      }
      try FileSystem.write((Self.files[name] ?? "").utf8, to: path, isDurable: false)
    }
  }

  private static func damaged(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    let marks = Array("{}[]:,-'\"%#|>&*!\n\t ()0".utf8)
    for _ in 0...Int.random(in: 0...3, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(marks[Int.random(in: 0..<marks.count, using: &random)], at: place)
      case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 2: if place < bytes.count { bytes.remove(at: place) }
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...20, using: &random)))
      default:
        let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }

  @Test(
    "functions of the context refuse random texts, and never trap",
    arguments: [
      "fromjson(text)", "fromyaml(text)", "toyaml({'a': text})", "tojson(text)", "local_md5(text)",
      "modules.re.match(text, text)", "modules.re.sub(text, text, 'abc')", "modules.re.split(text, text)",
      "modules.datetime.datetime(2024, 1, 31).strftime(text)",
      "modules.datetime.datetime.strptime(text, '%Y-%m-%d %H:%M:%S.%f')",
      "modules.datetime.datetime.strptime('2024', text)", "modules.datetime.date.fromisoformat(text)",
      "adapter.quote(text)", "adapter.dispatch(text)", "api.Relation.create(schema=text, identifier=text)",
      "zip(text, text) | list", "set(text) | list", "doc(text)", "var(text)", "env_var(text)",
    ])
  func functions(_ call: String) throws {
    var random = SeededRandom.fresh()
    let project = try ProjectFixture(["models/a.sql": "select 1 as x"]).project()
    let alphabet = Array("{}[]()\\\"'%:,.-+*?|^$Ymd0123456789 aeé\u{0}\n")
    for _ in 0..<60 {
      let text = String(
        (0..<Int.random(in: 0...10, using: &random)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        })
      let literal = text.replacing("\\", with: "\\\\").replacing("'", with: "\\'").replacing(
        "\n", with: "\\n")
      _ = try? project.compile(inline: "{% set text = '\(literal)' %}{{ \(call) }}")
    }
  }
}
