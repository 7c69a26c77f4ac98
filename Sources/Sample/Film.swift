/// A film: its place in the archive, its id, and its popularity from 0 (the most popular) to `Curve.one`.
struct Film {
  var index: Int
  var id: Int
  var rank: Int

  /// Whether the film is one of those that stand at regular distances, as rare things do.
  func isEvery(_ distance: Int, from first: Int) -> Bool {
    index >= first && (index - first) % distance == 0
  }
}
