/// What was seen of a column while its rows were written, by the storage classes that `typeof` tells.
package struct ColumnFacts: Sendable, Equatable, BitwiseCopyable {
  package internal(set) var nullCount = 0
  package internal(set) var integerCount = 0
  package internal(set) var realCount = 0
  package internal(set) var textCount = 0
  package internal(set) var blobCount = 0
  /// The bytes of all texts and blobs.
  package internal(set) var byteCount = 0

  var leastInteger = Int64.max
  var greatestInteger = Int64.min
  var leastReal = Double.infinity
  var greatestReal = -Double.infinity

  package init() {}

  /// The least and the greatest integer.
  package var integers: ClosedRange<Int64>? { integerCount == 0 ? nil : leastInteger...greatestInteger }
  /// The least and the greatest real.
  package var reals: ClosedRange<Double>? { realCount == 0 ? nil : leastReal...greatestReal }

  @inline(__always)
  mutating func note(integer: Int64) {
    integerCount &+= 1
    leastInteger = min(leastInteger, integer)
    greatestInteger = max(greatestInteger, integer)
  }

  @inline(__always)
  mutating func note(real: Double) {
    realCount &+= 1
    leastReal = min(leastReal, real)
    greatestReal = max(greatestReal, real)
  }
}
