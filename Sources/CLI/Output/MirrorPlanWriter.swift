import Storage
import Sync
import Transform

/// Tells what is to be done to a mirror, to people or as JSON.
struct MirrorPlanWriter {
  let plan: MirrorPlan

  private var steps: [MirrorPlan.Step] { plan.stepsBefore + plan.stepsAfter }

  var lines: [String] {
    let name = "Mirror '\(plan.database.name)'"
    let at = plan.state.record.map { "it is at \($0.build), since \($0.publishedAt)" } ?? "it is empty"
    guard !plan.isNothingToDo else { return ["\(name): \(at)"] }
    var lines = ["\(name): \(at)"]
    lines.append(
      plan.exchanged.isEmpty
        ? "  in one transaction: its record"
        : "  in one transaction: its record, and the rows of "
          + plan.exchanged.map(\.description).joined(separator: ", "))
    if !steps.isEmpty {
      lines.append("  not in it, since Snowflake ends a transaction there:")
      for step in plan.stepsBefore { lines.append("    before: \(step.kind.rawValue) \(step.relation)") }
      for step in plan.stepsAfter { lines.append("    behind: \(step.kind.rawValue) \(step.relation)") }
    }
    return lines
  }

  var json: JSONValue {
    func step(_ step: MirrorPlan.Step) -> JSONValue {
      ["step": .string(step.kind.rawValue), "relation": .string("\(step.relation)")]
    }
    return [
      "database": .string(plan.database.name), "at": JSONValue(plan.state.record?.build),
      "exchanged": .strings(plan.exchanged.map(\.description)),
      "before": .array(plan.stepsBefore.map(step)), "behind": .array(plan.stepsAfter.map(step)),
      "nothing_to_do": .bool(plan.isNothingToDo),
    ]
  }
}
