import SQLite
import Transform

/// Tells differences of relations, to people or as JSON.
struct DifferenceWriter {
  let console: Console

  /// A relation's difference as lines; none for one that is unchanged.
  func lines(_ difference: RelationDifference) -> [String] {
    guard difference.isDifferent else { return [] }
    let columns = difference.columns.map { "    column \(describe($0))" }
    return [headline(difference)] + columns + rowLines(difference).map { "    \($0)" }
  }

  /// What became of a relation's rows: counts, then some of them.
  func details(_ difference: RelationDifference) -> [String] {
    guard difference.change == .changed else { return [] }
    return [rowCounts(difference)] + rowLines(difference)
  }

  private func rowLines(_ difference: RelationDifference) -> [String] {
    var lines: [String] = []
    if difference.changedCount > 0 {
      let counts = difference.changesByColumn.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      lines.append("changed in \(counts.map { "\($0.key): \($0.value)" }.joined(separator: ", "))")
    }
    return lines + difference.samples.map(describe)
  }

  private func rowCounts(_ difference: RelationDifference) -> String {
    let grouped = NumberText.grouped
    let key = difference.key.isEmpty ? "no key declared" : "by \(difference.key.joined(separator: ", "))"
    return "+\(grouped(difference.addedCount)) -\(grouped(difference.removedCount)) "
      + "~\(grouped(difference.changedCount)) rows, \(grouped(difference.sameCount)) the same (\(key))"
  }

  private func headline(_ difference: RelationDifference) -> String {
    let grouped = NumberText.grouped
    switch difference.change {
    case .added: return "+ \(difference.relation)  new, \(grouped(difference.addedCount)) rows"
    case .removed: return "- \(difference.relation)  gone, had \(grouped(difference.removedCount)) rows"
    default: return "~ \(difference.relation)  \(rowCounts(difference))"
    }
  }

  private func describe(_ column: RelationDifference.ColumnChange) -> String {
    func typed(_ type: String) -> String { type.isEmpty ? "" : " \(type.lowercased())" }
    switch (column.oldType, column.newType) {
    case (let old?, nil): return "\(column.name)\(typed(old)) is gone"
    case (nil, let new?): return "\(column.name)\(typed(new)) is new"
    default:
      return "\(column.name) was\(typed(column.oldType ?? "")), is\(typed(column.newType ?? ""))"
    }
  }

  private func describe(_ sample: RelationDifference.Sample) -> String {
    let values = sample.values.map { "\($0.name)=\(text($0.value))" }.joined(separator: ", ")
    switch sample.kind {
    case .added: return "+ \(values)"
    case .removed: return "- \(values)"
    case .changed:
      let changes = sample.changes.map { "\($0.name) \(text($0.old)) → \(text($0.new))" }
      return "~ \(values): \(changes.joined(separator: ", "))"
    }
  }

  /// The longest text that is shown of a value.
  private static let textLimit = 60

  private func text(_ value: SQLiteValue) -> String {
    switch value {
    case .null: return "NULL"
    case .text(let text):
      let shown = text.count > Self.textLimit ? "\(text.prefix(Self.textLimit))…" : text
      return "'\(shown.replacing("\n", with: "⏎"))'"
    default: return CellText.plain(value)
    }
  }

  // MARK: JSON

  func json(_ difference: RelationDifference) -> JSONValue {
    [
      "relation": .string("\(difference.relation)"), "change": .string(difference.change.rawValue),
      "key": .strings(difference.key),
      "columns": .array(
        difference.columns.map {
          ["name": .string($0.name), "old_type": JSONValue($0.oldType), "new_type": JSONValue($0.newType)]
        }),
      "rows": [
        "added": .integer(difference.addedCount), "removed": .integer(difference.removedCount),
        "changed": .integer(difference.changedCount), "same": .integer(difference.sameCount),
      ],
      "changes_by_column": .object(difference.changesByColumn.mapValues { .integer($0) }),
      "samples": .array(difference.samples.map(json)),
    ]
  }

  private func json(_ sample: RelationDifference.Sample) -> JSONValue {
    func object(_ pairs: [(String, JSONValue)]) -> JSONValue {
      .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
    return [
      "kind": .string(sample.kind.rawValue),
      "values": object(sample.values.map { ($0.name, json($0.value)) }),
      "changes": object(
        sample.changes.map { ($0.name, ["old": json($0.old), "new": json($0.new)]) }),
    ]
  }

  private func json(_ value: SQLiteValue) -> JSONValue {
    switch value {
    case .null: .null
    case .integer(let number): .integer(Int(number))
    case .real(let number): .real(number)
    case .text(let text): .string(text)
    case .blob(let bytes): .string(CellText.hex(bytes))
    }
  }
}
