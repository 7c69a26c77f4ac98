import Jinja

/// The rows of a query in the manner of agate, the table library that dbt shows to templates.
final class QueryTable: TemplateObject {
  let names: [String]
  let rows: [QueryRow]

  init(names: [String], rows: [[Value]]) {
    self.names = names
    self.rows = rows.map { QueryRow(names: names, values: $0) }
  }

  var typeName: String { "Table" }
  var isTrue: Bool { true }
  var text: String {
    let types = names.map { "| \($0) |" }.joined(separator: "\n")
    return types
  }
  var attributeNames: [String] { ["rows", "columns", "column_names", "print_table"] }

  private var columns: [QueryColumn] {
    names.enumerated().map { index, name in QueryColumn(name: name, items: rows.map { $0.values[index] }) }
  }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "rows": .list(rows.map { .object($0) })
    case "columns": .object(QueryColumns(columns))
    case "column_names": .tuple(names.map { .string($0) })
    case "column_types": .tuple(names.map { _ in "Text" })
    default: nil
    }
  }

  func elements() throws -> [Value]? { rows.map { .object($0) } }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "print_table", "print_json", "print_csv": .string("")
    default: nil
    }
  }
}

/// A row: its values by place and by name.
final class QueryRow: TemplateObject {
  private let names: [String]
  let values: [Value]

  init(names: [String], values: [Value]) {
    self.names = names
    self.values = values
  }

  var typeName: String { "Row" }
  var text: String { (try? Value.tuple(values).text()) ?? "" }
  var attributeNames: [String] { names }

  func attribute(_ name: String) throws -> Value? { try item(.string(name)) }

  func item(_ key: Value) throws -> Value? {
    switch key {
    case .int(let index):
      let place = index < 0 ? index + values.count : index
      return values.indices.contains(place) ? values[place] : nil
    case .string(let name):
      let place = names.firstIndex(of: name) ?? names.firstIndex { $0.lowercased() == name.lowercased() }
      return place.map { values[$0] }
    default: return nil
    }
  }

  func elements() throws -> [Value]? { values }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "values": .tuple(values)
    case "keys": .tuple(names.map { .string($0) })
    case "items": .list(zip(names, values).map { .tuple([.string($0), $1]) })
    case "dict": .dict(Array(zip(names, values)))
    case "get":
      try item(try call.bind(["key", "default"], required: 1).value(0))
        ?? call.bind(["key", "default"], required: 1).value(1)
    default: nil
    }
  }
}

/// A column: its name and its values.
final class QueryColumn: TemplateObject {
  let name: String
  private let items: [Value]

  init(name: String, items: [Value]) {
    self.name = name
    self.items = items
  }

  var typeName: String { "Column" }
  var attributeNames: [String] { ["name", "values"] }

  func attribute(_ name: String) throws -> Value? { name == "name" ? .string(self.name) : nil }

  func item(_ key: Value) throws -> Value? {
    guard case .int(let index) = key else { return nil }
    let place = index < 0 ? index + items.count : index
    return items.indices.contains(place) ? items[place] : nil
  }

  func elements() throws -> [Value]? { items }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "values": .tuple(items)
    case "values_distinct":
      .tuple(
        items.reduce(into: [Value]()) { seen, value in
          if !seen.contains(where: { $0.isEqual(to: value) }) { seen.append(value) }
        })
    case "values_without_nulls": .tuple(items.filter { !$0.isNone })
    default: nil
    }
  }
}

/// The columns of a table, by place and by name.
final class QueryColumns: TemplateObject {
  private let columns: [QueryColumn]

  init(_ columns: [QueryColumn]) {
    self.columns = columns
  }

  var typeName: String { "Columns" }
  var attributeNames: [String] { columns.map(\.name) }

  func item(_ key: Value) throws -> Value? {
    switch key {
    case .int(let index):
      let place = index < 0 ? index + columns.count : index
      return columns.indices.contains(place) ? .object(columns[place]) : nil
    case .string(let name):
      return
        (columns.first { $0.name == name } ?? columns.first { $0.name.lowercased() == name.lowercased() })
        .map { .object($0) }
    default: return nil
    }
  }

  func attribute(_ name: String) throws -> Value? { try item(.string(name)) }

  func elements() throws -> [Value]? { columns.map { .object($0) } }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "keys": .tuple(columns.map { .string($0.name) })
    case "values": .tuple(columns.map { .object($0) })
    default: nil
    }
  }
}
