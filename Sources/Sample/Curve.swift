/// A line through points, in whole numbers: shares along the popularity of films, quantiles of a distribution.
struct Curve: Sendable {
  /// Where `x` is 1.
  static let one = 1 << 20

  private let xs: [Int]
  private let ys: [Int]

  /// The points' x ascend from 0 to 1; y is multiplied by `scale` and rounded once, here.
  init(_ points: [(x: Double, y: Double)], scale: Double = 1) {
    xs = points.map { Int($0.x * Double(Self.one)) }
    ys = points.map { Int(($0.y * scale).rounded()) }
  }

  /// A curve of shares: y 1 is `SampleRandom.chance`'s 65,536.
  static func share(_ points: [(x: Double, y: Double)]) -> Curve { Curve(points, scale: 65536) }

  /// A curve of factors in units of 1/1024.
  static func factor(_ points: [(x: Double, y: Double)]) -> Curve { Curve(points, scale: 1024) }

  /// The value at `x` of `0 ..< Curve.one`.
  func value(at x: Int) -> Int {
    xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        var index = 1
        while index < xs.count - 1, x >= xs[index] { index += 1 }
        let (x0, x1) = (xs[index - 1], xs[index])
        return ys[index - 1] + (ys[index] - ys[index - 1]) * (x - x0) / max(x1 - x0, 1)
      }
    }
  }

  /// A draw from the distribution whose quantiles the curve holds.
  func draw(_ random: inout SampleRandom) -> Int {
    value(at: Int(truncatingIfNeeded: random.next() >> 44))
  }
}
