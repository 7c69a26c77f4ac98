/// What to select: criteria, and groups of them.
package indirect enum SelectionSpec: Sendable, Equatable {
  case criterion(SelectionCriterion)
  case group(SelectionGroup)

  /// Parses the values of one option, as dbt does: a union (blanks) of intersections (commas) of criteria.
  package init(parsing texts: [String], indirectSelection: IndirectSelection = .eager) throws {
    try self.init(parsing: texts, indirectSelection, mustMatch: true)
  }

  /// What `--select` and `--exclude` say together; without `select` all nodes.
  package init(select: [String], exclude: [String], indirectSelection: IndirectSelection = .eager) throws {
    let included =
      select.isEmpty
      ? try SelectionSpec(parsing: Self.everything, indirectSelection, mustMatch: false)
      : try SelectionSpec(parsing: select, indirectSelection, mustMatch: true)
    guard !exclude.isEmpty else {
      self = included
      return
    }
    let excluded = try SelectionSpec(parsing: exclude, indirectSelection, mustMatch: true)
    self = .group(SelectionGroup(.difference, [included, excluded]))
  }

  private static let everything = ["fqn:*", "source:*", "exposure:*"]

  private init(parsing texts: [String], _ indirectSelection: IndirectSelection, mustMatch: Bool) throws {
    let intersections = try texts.flatMap { $0.split(whereSeparator: \.isWhitespace) }.map { part in
      let criteria = try part.split(separator: ",", omittingEmptySubsequences: false).map {
        SelectionSpec.criterion(
          try SelectionCriterion(parsing: String($0), indirectSelection: indirectSelection))
      }
      var group = SelectionGroup(.intersection, criteria, indirectSelection)
      if mustMatch { group.expectedText = String(part) }
      return SelectionSpec.group(group)
    }
    self = .group(SelectionGroup(.union, intersections, indirectSelection))
  }
}

/// Selections that are combined.
package struct SelectionGroup: Sendable, Equatable {
  package enum Operation: Sendable, Equatable {
    case union
    case intersection
    /// The first without the others.
    case difference
  }

  package var operation: Operation
  package var components: [SelectionSpec]
  package var indirectSelection: IndirectSelection
  /// What the user wrote, where a selection of nothing is worth a warning.
  package var expectedText: String?

  package init(
    _ operation: Operation, _ components: [SelectionSpec], _ indirectSelection: IndirectSelection = .eager
  ) {
    self.operation = operation
    self.components = components
    self.indirectSelection = indirectSelection
  }

  /// Combines the sets of the components.
  func combine(_ sets: [Set<String>]) -> Set<String> {
    guard let first = sets.first else { return [] }
    return sets.dropFirst().reduce(into: first) { result, set in
      switch operation {
      case .union: result.formUnion(set)
      case .intersection: result.formIntersection(set)
      case .difference: result.subtract(set)
      }
    }
  }
}
