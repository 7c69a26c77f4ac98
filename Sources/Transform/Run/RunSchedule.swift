/// Which steps of a plan may begin: those whose blockers have all ended, in the plan's order.
struct RunSchedule {
  /// How many blockers of each step have not ended.
  private var missingCounts: [Int]
  /// The steps that each step blocks.
  private var blocked: [[Int]]
  /// In falling order: the next one is taken from the end.
  private var ready: [Int]

  init(_ plan: RunPlan) {
    let places = Dictionary(
      plan.steps.enumerated().map { ($1.uniqueID, $0) }, uniquingKeysWith: { first, _ in first })
    missingCounts = Array(repeating: 0, count: plan.steps.count)
    blocked = Array(repeating: [], count: plan.steps.count)
    for (index, step) in plan.steps.enumerated() {
      for blocker in step.blockers {
        guard let place = places[blocker] else { continue }
        missingCounts[index] += 1
        blocked[place].append(index)
      }
    }
    let counts = missingCounts
    ready = plan.steps.indices.reversed().filter { counts[$0] == 0 }
  }

  /// The step that may begin next; nil where all must wait for one that is under way, or none is left.
  var next: Int? { ready.last }

  /// Takes the next step.
  mutating func begin() {
    ready.removeLast()
  }

  /// Notes that a step has ended, or was skipped.
  mutating func end(_ index: Int) {
    for waiting in blocked[index] {
      missingCounts[waiting] -= 1
      guard missingCounts[waiting] == 0 else { continue }
      let place = ready.firstIndex { $0 < waiting } ?? ready.endIndex
      ready.insert(waiting, at: place)
    }
  }
}
