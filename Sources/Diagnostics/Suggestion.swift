/// Finds what the user may have meant.
package enum Suggestion {
  /// The candidates nearest to `name`, best first: at most `limit`, none farther than two changes or a
  /// third of its length.
  ///
  /// The order is that of distance, then of the alphabet, so it does not depend on the candidates' order.
  package static func nearest(to name: String, in candidates: some Sequence<String>, limit: Int = 3)
    -> [String]
  {
    let wanted = Array(name.lowercased())
    let reach = max(2, wanted.count / 3)
    var found: [(distance: Int, name: String)] = []
    for candidate in Set(candidates) where candidate != name {
      let distance = editDistance(wanted, Array(candidate.lowercased()))
      if distance <= reach { found.append((distance, candidate)) }
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return found.prefix(limit).map(\.name)
  }

  /// `did you mean 'a' or 'b'?`, or nil where nothing is near.
  package static func hint(for name: String, in candidates: some Sequence<String>) -> String? {
    let names = nearest(to: name, in: candidates).map { "'\($0)'" }
    guard let last = names.last else { return nil }
    let head = names.dropLast().joined(separator: ", ")
    return "did you mean \(head.isEmpty ? last : "\(head) or \(last)")?"
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours.
  static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 1...a.count {
      var current = [i] + Array(repeating: 0, count: b.count)
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          current[j] = min(current[j], beforePrevious[j - 2] + 1)
        }
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
  }
}
