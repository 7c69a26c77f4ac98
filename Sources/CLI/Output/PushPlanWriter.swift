import Storage
import Sync
import Transform

/// Tells what a push will do, to people or as JSON.
struct PushPlanWriter {
  let push: PreparedPush
  /// Of catalog, job and mirror beside the remote.
  var downstream = DownstreamPlan()
  /// What is known of rows that differ, by relation.
  var rows: [Relation: RelationDifference] = [:]
  let console: Console

  private var plan: PushPlan { push.plan }
  private var changes: [TableChange] { plan.changes.filter { $0.change != .unchanged } }

  // MARK: Text

  var lines: [String] {
    let name = plan.remote.name
    var lines = [
      "Push build \(plan.build) to '\(plan.environment)' of the remote '\(name)', \(plan.remote.destination.location)",
      plan.previous.map { "The environment is at \($0.build), since \($0.movedAt) by \($0.machine)" }
        ?? "Nothing was pushed to the environment yet",
    ]
    if !changes.isEmpty { lines.append("") }
    let width = changes.map { "\($0.relation)".count }.max() ?? 0
    for change in changes { lines += self.lines(change, width) }
    return lines + ["", summary] + downstream.lines
  }

  private func lines(_ change: TableChange, _ width: Int) -> [String] {
    let mark =
      switch change.change {
      case .added: "+"
      case .changed: "~"
      case .dropped: "-"
      case .unchanged: " "
      }
    let name = "\(change.relation)"
    let padding = String(repeating: " ", count: width - name.count)
    var lines = ["  \(mark) \(name)\(padding)  \(figures(change))"]
    for column in change.columns where change.change == .changed {
      switch (column.old, column.new) {
      case (let old?, let new?):
        lines.append("      ~ column \(column.name): \(old.rawValue) → \(new.rawValue)")
      case (nil, let new?): lines.append("      + column \(column.name): \(new.rawValue)")
      default: lines.append("      - column \(column.name)")
      }
    }
    if let difference = rows[change.relation] {
      lines += DifferenceWriter(console: console).details(difference).map { "      \($0)" }
    }
    return lines
  }

  private func figures(_ change: TableChange) -> String {
    let count = NumberText.grouped
    let old = change.previousRowCount.map(count) ?? "?"
    let new = change.rowCount.map(count) ?? "?"
    let sent = change.byteCount.map { $0 == 0 ? ", nothing to send" : ", \(ByteText.of($0)) to send" } ?? ""
    switch change.change {
    case .added: return "\(new) rows\(sent)"
    case .dropped: return "had \(old) rows"
    case .changed, .unchanged: return (old == new ? "\(new) rows" : "\(old) → \(new) rows") + sent
    }
  }

  private var summary: String {
    func count(_ change: TableChange.Change) -> Int { plan.changes.filter { $0.change == change }.count }
    let objects = push.missing.count
    return
      "Plan: \(count(.added)) to add, \(count(.changed)) to change, \(count(.dropped)) to drop, "
      + "\(count(.unchanged)) unchanged; \(objects) \(objects == 1 ? "object" : "objects"), "
      + "\(ByteText.of(push.missingByteCount)) to send"
  }

  // MARK: JSON

  func json(_ report: PushReport? = nil, _ done: DownstreamReport = DownstreamReport()) -> JSONValue {
    var fields: [String: JSONValue] = [
      "remote": .string(plan.remote.name), "location": .string(plan.remote.destination.location),
      "environment": .string(plan.environment), "build": .string(plan.build),
      "previous_build": JSONValue(plan.previous?.build),
      "changes": .array(plan.changes.map(json)),
      "objects_to_send": .integer(push.missing.count),
      "data_objects_to_send": .integer(push.missing.filter { $0.key.hasPrefix("data/") }.count),
      "bytes_to_send": .integer(push.missingByteCount),
      "nothing_to_do": .bool(push.isNothingToDo && downstream.isNothingToDo),
    ]
    fields.merge(downstream.fields) { $1 }
    fields.merge(done.fields) { $1 }
    if let report {
      fields["objects_sent"] = .integer(report.sentObjectCount)
      fields["data_objects_sent"] = .integer(report.sentDataObjectCount)
      fields["bytes_sent"] = .integer(report.sentByteCount)
      fields["published"] = .bool(report.hasMovedRef)
    }
    return .object(fields)
  }

  private func json(_ change: TableChange) -> JSONValue {
    var fields: [String: JSONValue] = [
      "relation": .string("\(change.relation)"), "kind": .string(change.kind.rawValue),
      "change": .string(change.change.rawValue),
      "rows": change.rowCount.map { .integer($0) } ?? .null,
      "previous_rows": change.previousRowCount.map { .integer($0) } ?? .null,
      "bytes_to_send": change.byteCount.map { .integer($0) } ?? .null,
      "columns": .array(
        change.columns.map {
          [
            "name": .string($0.name), "old_type": JSONValue($0.old?.rawValue),
            "new_type": JSONValue($0.new?.rawValue),
          ]
        }),
    ]
    if let difference = rows[change.relation] {
      fields["difference"] = DifferenceWriter(console: console).json(difference)
    }
    return .object(fields)
  }
}
