/// The difference of two texts line by line, for a person: `-` lines are gone, `+` lines are new.
package struct LineDifference: Sendable, CustomStringConvertible {
  private enum Change: Sendable {
    case kept(Substring)
    case removed(Substring)
    case inserted(Substring)

    var isKept: Bool { if case .kept = self { true } else { false } }
  }

  private let changes: [Change]

  package init(from old: String, to new: String) {
    let oldLines = Self.lines(old)
    let newLines = Self.lines(new)
    let difference = newLines.difference(from: oldLines)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var changes: [Change] = []
    var old = 0
    var new = 0
    while old < oldLines.count || new < newLines.count {
      if old < oldLines.count, removed.contains(old) {
        changes.append(.removed(oldLines[old]))
        old += 1
      } else if new < newLines.count, inserted.contains(new) {
        changes.append(.inserted(newLines[new]))
        new += 1
      } else {
        changes.append(.kept(oldLines[old]))
        old += 1
        new += 1
      }
    }
    self.changes = changes
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  package var isEmpty: Bool { changes.allSatisfy(\.isKept) }

  /// The changed lines, each with up to two lines around it; `…` stands for what is left out.
  package var description: String {
    let context = 2
    var isShown = [Bool](repeating: false, count: changes.count)
    for (index, change) in changes.enumerated() where !change.isKept {
      for near in max(0, index - context)...min(changes.count - 1, index + context) { isShown[near] = true }
    }
    var lines: [String] = []
    for (index, change) in changes.enumerated() {
      guard isShown[index] else {
        if index == 0 || isShown[index - 1] { lines.append("…") }
        continue
      }
      switch change {
      case .kept(let line): lines.append("  \(line)")
      case .removed(let line): lines.append("- \(line)")
      case .inserted(let line): lines.append("+ \(line)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
