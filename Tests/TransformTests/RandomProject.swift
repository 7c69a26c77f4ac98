import Storage
import TestSupport

/// A small project that changes at random and stays sound: what a column is called is known to all who name it.
struct RandomProject {
  private struct Seed {
    let name: String
    /// `id`, a group and a number, under the names that they have now.
    var columns: [String]
    var rows: [[Int?]]
    var isTyped: Bool
  }

  private struct Model {
    let name: String
    let inputs: [String]
    var shape: Int
    var kind: String
    var constant: Int
    var comment: Int
    var type: String?
    var layer: String
  }

  private var seeds: [Seed]
  private var models: [Model]
  private var factor = 2
  private(set) var threshold = 3
  private var testedValue = 1
  private let allowsIncremental: Bool
  /// What the last edit was, for messages.
  private(set) var lastEdit = "made"

  init(allowsIncremental: Bool, using random: inout SeededRandom) {
    self.allowsIncremental = allowsIncremental
    seeds = ["first", "second"].map { name in
      Seed(name: name, columns: ["id", "g", "n"], rows: (1...6).map { [$0, $0 % 3, $0 * 2] }, isTyped: true)
    }
    models = []
    for index in 0..<6 {
      let names = seeds.map(\.name) + models.map(\.name)
      let inputs = [
        names[Int.random(in: 0..<names.count, using: &random)],
        names[Int.random(in: 0..<names.count, using: &random)],
      ]
      models.append(
        Model(
          name: "m\(index)", inputs: inputs, shape: Int.random(in: 0..<6, using: &random), kind: "table",
          constant: Int.random(in: 0...3, using: &random), comment: 0, type: nil,
          layer: Bool.random(using: &random) ? "staged" : "main"))
    }
  }

  // MARK: Edits

  mutating func edit(using random: inout SeededRandom) {
    let seed = Int.random(in: 0..<seeds.count, using: &random)
    let model = Int.random(in: 0..<models.count, using: &random)
    func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
    switch number(16) {
    case 0:
      lastEdit = "a value of \(seeds[seed].name)"
      let row = number(max(1, seeds[seed].rows.count))
      if row < seeds[seed].rows.count {
        seeds[seed].rows[row][1 + number(2)] = number(8) == 0 ? nil : number(9)
      }
    case 1:
      lastEdit = "a new row of \(seeds[seed].name)"
      seeds[seed].rows.append([number(30), number(3), number(20)])
    case 2 where seeds[seed].rows.count > 2:
      lastEdit = "a row less of \(seeds[seed].name)"
      seeds[seed].rows.remove(at: number(seeds[seed].rows.count))
    case 3:
      lastEdit = "other order of \(seeds[seed].name)"
      seeds[seed].rows.shuffle(using: &random)
    case 4:
      lastEdit = "other name of a column of \(seeds[seed].name)"
      seeds[seed].columns[1 + number(2)] = "c\(number(1000))"
      if seeds[seed].columns[1] == seeds[seed].columns[2] { seeds[seed].columns[2] += "x" }
    case 5:
      lastEdit = "other types of \(seeds[seed].name)"
      seeds[seed].isTyped.toggle()
    case 6:
      lastEdit = "the macro"
      factor = 1 + number(3)
    case 7:
      lastEdit = "the variable"
      threshold = number(8)
    case 8, 9:
      lastEdit = "the SQL of \(models[model].name)"
      models[model].shape = number(6)
    case 10:
      lastEdit = "a constant of \(models[model].name)"
      models[model].constant = number(4)
    case 11:
      lastEdit = "a comment of \(models[model].name)"
      models[model].comment += 1
    case 12:
      let kinds = ["table", "view", "ephemeral", allowsIncremental ? "incremental" : "table"]
      models[model].kind = kinds[number(kinds.count)]
      lastEdit = "\(models[model].name) is \(models[model].kind)"
    case 13:
      models[model].type = [nil, "integer", "text"][number(3)]
      lastEdit = "the type of \(models[model].name)"
    case 14:
      models[model].layer = number(2) == 0 ? "staged" : "main"
      lastEdit = "the layer of \(models[model].name)"
    default:
      lastEdit = "a test"
      testedValue = number(4)
    }
  }

  // MARK: Files

  var vars: String { "{least: \(threshold)}" }

  var files: [String: String] {
    var files = [
      "macros/m.sql": "{% macro scaled(x) %}({{ x }}) * \(factor){% endmacro %}",
      "models/m.yml": properties,
    ]
    for seed in seeds {
      let rows = seed.rows.map { row in row.map { $0.map(String.init) ?? "" }.joined(separator: ",") }
      files["seeds/\(seed.name).csv"] =
        ([seed.columns.joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
    }
    for model in models { files["models/\(model.name).sql"] = sql(of: model) }
    return files
  }

  private var properties: String {
    var lines = ["seeds:"]
    for seed in seeds {
      lines += ["  - name: \(seed.name)", "    columns:"]
      let type = seed.isTyped ? "integer" : "text"
      lines += seed.columns.map { "      - {name: \($0), data_type: \(type)}" }
    }
    lines.append("models:")
    for model in models {
      lines += ["  - name: \(model.name)", "    columns:"]
      let type = model.type.map { ", data_type: \($0)" } ?? ""
      lines.append(
        "      - {name: n\(type), data_tests: [{not_null: {config: {severity: warn, where: 'id <> \(testedValue)'}}}]}"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// What another node's columns `id`, `g` and `n` are called.
  private func columns(of name: String) -> [String] {
    seeds.first { $0.name == name }?.columns ?? ["id", "g", "n"]
  }

  private func sql(of model: Model) -> String {
    let comment = String(repeating: "-- a comment\n", count: model.comment % 3)
    let isIncremental = model.kind == "incremental"
    let key = isIncremental ? ", unique_key=['id', 'g', 'n']" : ""
    // A row whose key is NULL meets no other and would be added by every run.
    let rows = ["id", "g", "n"].map { "coalesce(\($0), -1) as \($0)" }.joined(separator: ", ")
    let query = isIncremental ? "select \(rows) from (\(query(of: model)))" : query(of: model)
    let schema = model.kind == "ephemeral" ? "" : ", schema='\(model.layer)'"
    return "\(comment){{ config(materialized='\(model.kind)'\(key)\(schema)) }}\n\(query)"
  }

  private func query(of model: Model) -> String {
    let (a, b) = (columns(of: model.inputs[0]), columns(of: model.inputs[1]))
    let (left, right) = ("{{ ref('\(model.inputs[0])') }}", "{{ ref('\(model.inputs[1])') }}")
    switch model.shape {
    case 0: return "select \(a[0]) as id, \(a[1]) as g, {{ scaled('\(a[2])') }} as n from \(left)"
    case 1:
      return
        "select \(a[0]) as id, \(a[1]) as g, \(a[2]) as n from \(left) where \(a[2]) >= {{ var('least') }} + \(model.constant)"
    case 2:
      return
        "select min(\(a[0])) as id, \(a[1]) as g, sum(\(a[2])) + \(model.constant) as n from \(left) group by \(a[1])"
    case 3:
      return """
        select x.\(a[0]) as id, y.\(b[1]) as g, x.\(a[2]) as n
        from \(left) x join (select distinct \(b[0]) as i, \(b[1]) from \(right)) y on y.i = x.\(a[0])
        """
    case 4:
      return """
        select \(a[0]) as id, \(a[1]) as g, \(a[2]) as n from \(left)
        union select \(b[0]), \(b[1]), \(b[2]) from \(right)
        """
    default:
      return "select distinct \(a[1]) as id, \(a[1]) % 2 as g, \(model.constant) as n from \(left)"
    }
  }
}
