import SQLite
import Storage
import Synchronization

/// The integers of columns that many tests compare others with, read once for as long as their tables are the same.
///
/// For one thread, which hands out its columns to others.
final class ParentColumns {
  private var columns: [String: ParentColumn] = [:]

  /// Nil for a column that cannot be read.
  func column(_ column: FailingRows.Column, _ context: EmptinessProof.Context) throws -> ParentColumn? {
    guard let hash = context.records[column.relation]?.exactHash else { return nil }
    let key = "\(column.relation.description.lowercased()) \(column.name.lowercased()) \(hash)"
    if let known = columns[key] { return known }
    guard let scan = try EmptinessProof.scan(column.relation, context, isLarge: false),
      let place = EmptinessProof.place(column.name, scan)
    else { return nil }
    let made = ParentColumn(scan, place)
    columns[key] = made
    return made
  }
}

/// A column whose integers are read when they are first asked for. The file stays open as long as this lives.
final class ParentColumn: Sendable {
  private enum State {
    case unread
    case read(IntegerSet?)
  }

  private let scan: TableScan
  private let column: Int
  private let state = Mutex(State.unread)

  init(_ scan: TableScan, _ column: Int) {
    self.scan = scan
    self.column = column
  }

  /// Nil where there are too many. Who asks meanwhile waits.
  func integers() throws -> IntegerSet? {
    try state.withLock { state in
      if case .read(let set) = state { return set }
      let set = try scan.integers(column)
      state = .read(set)
      return set
    }
  }
}
