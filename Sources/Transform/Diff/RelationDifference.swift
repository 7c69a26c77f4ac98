import SQLite
import Storage

/// How one table or view differs between two states of a warehouse.
package struct RelationDifference: Sendable, Equatable {
  package enum Change: String, Sendable {
    case added
    case removed
    case changed
    case unchanged
  }

  /// A column that is not on both sides as it is on the other.
  package struct ColumnChange: Sendable, Equatable {
    package var name: String
    /// The declared type on each side, empty for none; nil where there is no such column.
    package var oldType: String?
    package var newType: String?
  }

  /// A row that shows what a count means.
  package struct Sample: Sendable, Equatable {
    package enum Kind: String, Sendable {
      case added
      case removed
      case changed
    }

    package var kind: Kind
    /// The key of a changed row, or the whole of any other.
    package var values: [(name: String, value: SQLiteValue)]
    /// Of a changed row, what became of its columns.
    package var changes: [(name: String, old: SQLiteValue, new: SQLiteValue)] = []

    package static func == (one: Sample, other: Sample) -> Bool {
      one.kind == other.kind && one.values.elementsEqual(other.values, by: ==)
        && one.changes.elementsEqual(other.changes, by: ==)
    }
  }

  package var relation: Relation
  package var change: Change
  /// The columns that rows are matched by; empty where none are declared, so that a changed row is one removed and one
  /// added.
  package var key: [String] = []
  package var columns: [ColumnChange] = []
  package var addedCount = 0
  package var removedCount = 0
  package var changedCount = 0
  package var sameCount = 0
  /// How often each column changed.
  package var changesByColumn: [String: Int] = [:]
  package var samples: [Sample] = []

  /// Whether the two sides are not the same.
  package var isDifferent: Bool { change != .unchanged }
}
