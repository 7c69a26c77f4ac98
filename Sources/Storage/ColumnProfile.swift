import SQLite

/// What was seen of a column while its rows were written. It says what is there, never what type was meant: that is
/// the declaration's to say.
package struct ColumnProfile: Sendable, Codable, Equatable {
  package var name: String
  /// How many values there are of each storage class, as `typeof` tells them; a class without values is left out.
  package var counts: [String: Int]
  /// The bytes of all texts and blobs.
  package var byteCount: Int
  /// The least and the greatest integer, where all values are integers or NULL.
  package var leastInteger: Int64?
  package var greatestInteger: Int64?
  /// The least and the greatest real, where all values are reals or NULL.
  package var leastReal: Double?
  package var greatestReal: Double?
  /// Texts below and above all values, where all values are texts or NULL: those that are there themselves, or, where
  /// these are longer than sixteen bytes, a beginning of the least and a text that follows the greatest.
  package var leastText: String?
  package var greatestText: String?
  /// About how many different values there are but for NULL, within 2% as a rule; nil in records of older versions.
  package var distinctEstimate: Int?

  package init(name: String, _ facts: ColumnFacts) {
    self.name = name
    let classes = [
      ("null", facts.nullCount), ("integer", facts.integerCount), ("real", facts.realCount),
      ("text", facts.textCount), ("blob", facts.blobCount),
    ]
    counts = Dictionary(uniqueKeysWithValues: classes.filter { $0.1 > 0 })
    byteCount = facts.byteCount
    let kinds = Set(counts.keys).subtracting(["null"])
    if kinds == ["integer"], let range = facts.integers {
      (leastInteger, greatestInteger) = (range.lowerBound, range.upperBound)
    }
    if kinds == ["real"], let range = facts.reals, range.lowerBound.isFinite, range.upperBound.isFinite {
      (leastReal, greatestReal) = (range.lowerBound, range.upperBound)
    }
    if kinds == ["text"], let range = facts.texts { (leastText, greatestText) = (range.lower, range.upper) }
    distinctEstimate = facts.distinctEstimate
  }

  /// Whether a value is NULL.
  package var hasNulls: Bool { counts["null"] != nil }
}
