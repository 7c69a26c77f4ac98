/// What was seen of a column while its rows were written or read, by the storage classes that `typeof` tells.
package struct ColumnFacts: Sendable, Equatable {
  private var tally: ColumnTally
  private var sketch: DistinctSketch

  package init() {
    tally = ColumnTally()
    sketch = DistinctSketch()
  }

  init(_ tally: ColumnTally, _ sketch: DistinctSketch) {
    self.tally = tally
    self.sketch = sketch
  }

  package var nullCount: Int { tally.nullCount }
  package var integerCount: Int { tally.integerCount }
  package var realCount: Int { tally.realCount }
  package var textCount: Int { tally.textCount }
  package var blobCount: Int { tally.blobCount }
  /// The bytes of all texts and blobs.
  package var byteCount: Int { tally.byteCount }

  /// The least and the greatest integer.
  package var integers: ClosedRange<Int64>? {
    integerCount == 0 ? nil : tally.leastInteger...tally.greatestInteger
  }

  /// The least and the greatest real.
  package var reals: ClosedRange<Double>? {
    realCount == 0 ? nil : tally.leastReal...tally.greatestReal
  }

  /// Bounds of the texts.
  package var texts: TextBounds? {
    textCount == 0 ? nil : TextBounds(tally)
  }

  /// How many different values there are but for NULL, each storage class apart, within 2% as a rule.
  package var distinctEstimate: Int {
    min(sketch.estimate, integerCount + realCount + textCount + blobCount)
  }

  /// Adds what was seen of other rows.
  package mutating func merge(_ other: ColumnFacts) {
    tally.merge(other.tally)
    sketch.merge(other.sketch)
  }
}

/// Between which texts all texts of a column lie, by the order of their bytes, as far as the first sixteen bytes tell.
package struct TextBounds: Sendable, Equatable {
  /// No text comes before it.
  package let lower: String
  /// Whether `lower` is itself among the texts.
  package let isLowerExact: Bool
  /// No text comes behind it; nil where no text of sixteen bytes is so great.
  package let upper: String?
  package let isUpperExact: Bool

  init(_ tally: ColumnTally) {
    (lower, isLowerExact) = Self.text(
      tally.leastText.bytes(tally.leastTextByteCount), tally.leastTextByteCount)
    let greatest = tally.greatestTextByteCount
    let (text, isExact) = Self.text(tally.greatestText.bytes(greatest), greatest)
    isUpperExact = isExact
    upper = isExact ? text : Self.successor(of: text)
  }

  /// The bytes as text as far as they are UTF-8, and whether that is the whole text.
  private static func text(_ bytes: [UInt8], _ byteCount: Int) -> (String, Bool) {
    var count = bytes.count
    while true {
      if let text = String(validating: bytes[..<count], as: UTF8.self) { return (text, count == byteCount) }
      count -= 1
    }
  }

  /// The shortest text that comes behind all those that begin with `text`.
  private static func successor(of text: String) -> String? {
    var scalars = Array(text.unicodeScalars)
    while let last = scalars.popLast() {
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let scalar = Unicode.Scalar(next) {
        scalars.append(scalar)
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
      }
    }
    return nil
  }
}
