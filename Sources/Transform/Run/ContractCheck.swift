import Diagnostics
import SQLite
import Storage

/// Holds a model against its contract: `contract: {enforced: true}`.
struct ContractCheck {
  let node: Node

  /// The contract's part of a table's definition: what stands behind each column, and behind all of them.
  struct Definition {
    /// By column name in lower case.
    var columns: [String: String] = [:]
    var table: [String] = []
  }

  // MARK: Before the run

  /// Whether the columns of the model's query are those of the contract.
  ///
  /// - Parameter declaredTypes: for each column its type as SQLite knows it, nil for an expression.
  func fault(names: [String], declaredTypes: [String?]) -> Diagnostic? {
    guard node.config.isContractEnforced else { return nil }
    if let untyped = node.columns.first(where: { $0.dataType == nil }) {
      return Diagnostic(
        .contractBroken,
        "the contract of '\(node.name)' does not say the data_type of its column '\(untyped.name)'",
        at: untyped.location, hints: ["an enforced contract gives every column a `data_type`"])
    }
    var rows: [[String]] = []
    let types = Dictionary(
      zip(names.map { $0.lowercased() }, declaredTypes), uniquingKeysWith: { first, _ in first })
    for column in node.columns {
      guard let declared = types[column.name.lowercased()] else {
        rows.append([column.name, "", column.dataType ?? "", "missing in definition"])
        continue
      }
      if let declared, let actual = ColumnType(declared: declared),
        let wanted = column.dataType.flatMap({ ColumnType(declared: $0) }), actual != wanted
      {
        rows.append([column.name, declared, column.dataType ?? "", "data type mismatch"])
      }
    }
    let contracted = Set(node.columns.map { $0.name.lowercased() })
    for (name, type) in zip(names, declaredTypes) where !contracted.contains(name.lowercased()) {
      rows.append([name, type ?? "", "", "missing in contract"])
    }
    guard !rows.isEmpty else { return nil }
    return Diagnostic(
      .contractBroken, "the model '\(node.name)' has an enforced contract that failed", at: node.location,
      notes: [
        "the name, data_type and number of columns in the contract must match the model's definition\n"
          + Self.table([["column_name", "definition_type", "contract_type", "mismatch_reason"]] + rows)
      ], hints: ["mend the model's query, or its columns in \(node.propertiesPath ?? "the properties file")"])
  }

  private static func table(_ rows: [[String]]) -> String {
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return "| \(padded.joined(separator: " | ")) |"
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([line(rows[0]), line(rule)] + rows.dropFirst().map(line)).joined(separator: "\n")
  }

  // MARK: In the table's definition

  var definition: Definition {
    guard node.config.isContractEnforced else { return Definition() }
    var definition = Definition()
    for column in node.columns {
      let parts = column.constraints.compactMap { constraint -> String? in
        switch constraint.kind {
        // SQLite's own PRIMARY KEY would take NULL, and make an integer the number of the row.
        case .notNull: return "not null"
        case .primaryKey: return "not null unique"
        case .unique: return Self.named(constraint, "unique")
        case .check: return constraint.expression.map { Self.named(constraint, "check (\($0))") }
        case .foreignKey, .custom: return nil
        }
      }
      if !parts.isEmpty { definition.columns[column.name.lowercased()] = parts.joined(separator: " ") }
    }
    for constraint in node.constraints {
      let columns = constraint.columns.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
      switch constraint.kind {
      case .notNull:
        for column in constraint.columns { definition.add("not null", to: column) }
      case .primaryKey:
        for column in constraint.columns { definition.add("not null", to: column) }
        definition.table.append(Self.named(constraint, "unique (\(columns))"))
      case .unique: definition.table.append(Self.named(constraint, "unique (\(columns))"))
      case .check:
        if let expression = constraint.expression {
          definition.table.append(Self.named(constraint, "check (\(expression))"))
        }
      case .foreignKey, .custom: break
      }
    }
    return definition
  }

  private static func named(_ constraint: Constraint, _ text: String) -> String {
    constraint.name.map { "constraint \(SQLIdentifier($0)) \(text)" } ?? text
  }

  // MARK: After the rows are there

  /// Throws unless the values of each column are of the contract's types. SQLite itself takes any value anywhere.
  func checkValues(in relation: Relation, _ connection: Connection) throws {
    guard node.config.isContractEnforced, !node.declaredColumns.isEmpty else { return }
    let checks = node.declaredColumns.map { column in
      "sum(typeof(\(SQLIdentifier(column.name))) not in ('\(column.type.storageClass)', 'null'))"
    }
    let row = try connection.rows("select \(checks.joined(separator: ", ")) from \(relation.sql)").first ?? []
    for (column, value) in zip(node.declaredColumns, row) {
      guard case .integer(let count) = value, count > 0 else { continue }
      let name = SQLIdentifier(column.name)
      let sample = try connection.scalar(
        """
        select quote(\(name)) from \(relation.sql) \
        where typeof(\(name)) not in ('\(column.type.storageClass)', 'null') limit 1
        """)
      var shown = ""
      if case .text(let text)? = sample { shown = ", such as \(text.prefix(80))" }
      throw Diagnostic(
        .contractBroken,
        "the column '\(column.name)' of '\(node.name)' has \(count) value\(count == 1 ? "" : "s") that "
          + "\(count == 1 ? "is" : "are") no \(column.type.rawValue)\(shown)",
        at: node.columns.first { $0.name == column.name }?.location ?? node.location,
        hints: [
          "the contract says `data_type: \(column.type.rawValue)`: cast the column, or mend the contract"
        ])
    }
  }

  /// A constraint that SQLite found broken, told of the model; any other error as it is.
  func translated(_ error: any Error) -> any Error {
    guard node.config.isContractEnforced, let failure = error as? SQLiteError,
      failure.reason.contains("constraint failed")
    else { return error }
    return Diagnostic(
      .contractBroken,
      "the rows of '\(node.name)' break its contract: \(failure.reason.replacing("__dbt_tmp", with: ""))",
      at: node.location, hints: ["mend the model's rows, or the constraint in its properties file"])
  }
}

extension ContractCheck.Definition {
  fileprivate mutating func add(_ text: String, to column: String) {
    let key = column.lowercased()
    columns[key] = columns[key].map { $0.contains(text) ? $0 : "\($0) \(text)" } ?? text
  }
}

extension ColumnType {
  /// The storage class, as `typeof` tells it, of this type's values.
  var storageClass: String {
    switch self {
    case .integer, .boolean: "integer"
    case .real: "real"
    case .text, .date, .timestamp: "text"
    }
  }
}
