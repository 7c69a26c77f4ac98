/// The ids of films by their place in the archive.
///
/// In version 1 blocks of up to 18 ids occur twice: one block in each window of 1,024 films.
struct FilmNumbering: Sendable {
  static let firstID = 1_000_001
  private static let windowSize = 1024
  private static let longestBlock = 18

  private struct Window: Sendable {
    var firstID: Int
    var blockStart: Int
    var blockCount: Int
  }

  private let windows: [Window]

  init(options: SampleOptions) {
    guard options.isVersion1 else {
      windows = []
      return
    }
    var windows: [Window] = []
    var id = Self.firstID
    for index in 0...(options.movies / Self.windowSize) {
      var random = SampleRandom(seed: options.seed, stream: Stream.numbering.rawValue, index: index)
      let count = 1 + random.below(Self.longestBlock)
      windows.append(Window(firstID: id, blockStart: 8 + random.below(24), blockCount: count))
      id += Self.windowSize - count
    }
    self.windows = windows
  }

  func id(of index: Int) -> Int {
    if windows.isEmpty { return Self.firstID + index }
    let window = windows[index / Self.windowSize]
    let place = index % Self.windowSize
    return window.firstID
      + (place < window.blockStart + window.blockCount ? place : place - window.blockCount)
  }
}
