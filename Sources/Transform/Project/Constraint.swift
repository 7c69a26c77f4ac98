import Diagnostics

/// A constraint that a contract lays on a column or on the whole model.
package struct Constraint: Sendable, Hashable {
  /// Raw values are dbt's.
  package enum Kind: String, Sendable, CaseIterable {
    case notNull = "not_null"
    case unique
    case primaryKey = "primary_key"
    case foreignKey = "foreign_key"
    case check
    case custom
  }

  package var kind: Kind
  /// The constraint's own name, if it has one.
  package var name: String?
  /// The condition of a `check`, or the text of a `custom` one.
  package var expression: String?
  /// The columns of a constraint of the whole model.
  package var columns: [String]
}

/// Reads `constraints:` of a column or model.
struct ConstraintParser {
  private let file: YAMLFile
  private(set) var diagnostics: [Diagnostic] = []

  init(_ file: YAMLFile) {
    self.file = file
  }

  mutating func parse(_ items: [YAMLNode], of owner: String) -> [Constraint] {
    items.compactMap { item in
      var reader = MappingReader(item, of: "a constraint of \(owner)", in: file)
      let type = reader.requiredString("type")
      let kind = type.flatMap(Constraint.Kind.init(rawValue:))
      if let type, kind == nil {
        let known = Constraint.Kind.allCases.map(\.rawValue)
        reader.fault(
          .invalidValue, "'\(type)' is no type of constraint", at: item["type"] ?? item,
          hint: Suggestion.hint(for: type, in: known) ?? "the types are \(known.joined(separator: ", "))")
      }
      let constraint = kind.map {
        Constraint(
          kind: $0, name: reader.string("name"), expression: reader.string("expression"),
          columns: reader.strings("columns") ?? [])
      }
      if constraint?.kind == .check, constraint?.expression == nil {
        reader.fault(
          .missingKey, "a check of \(owner) has no 'expression'", at: item,
          hint: "add `expression: …`, a condition in SQL")
      }
      reader.ignore("warn_unsupported", "warn_unenforced", "to", "to_columns")
      diagnostics += reader.finish()
      return constraint
    }
  }
}
