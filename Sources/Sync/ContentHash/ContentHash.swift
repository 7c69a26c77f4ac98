import SQLite

/// The portable hash of a table: the number of its rows and the sum of their words. See `docs/content-hash.md`.
package struct ContentHash: Sendable, Equatable, CustomStringConvertible {
  package var rowCount: UInt64
  /// The sum of the rows' words, modulo 2^64.
  package var sum: UInt64

  package init(rowCount: UInt64 = 0, sum: UInt64 = 0) {
    self.rowCount = rowCount
    self.sum = sum
  }

  /// The number of the definition: another one makes other hashes.
  package static let version = 1

  /// Adds a row by its canonical text. Returns the digest.
  @discardableResult
  mutating func add(_ text: UnsafeRawBufferPointer) -> MD5.Digest {
    let digest = MD5.digest(text)
    rowCount &+= 1
    sum &+= digest.lower
    return digest
  }

  /// The hash of two tables' rows together.
  package static func + (left: ContentHash, right: ContentHash) -> ContentHash {
    ContentHash(rowCount: left.rowCount &+ right.rowCount, sum: left.sum &+ right.sum)
  }

  /// The hash that a text of the form `rows:sum` says; nil for another text.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let rowCount = UInt64(parts[0]), let sum = UInt64(parts[1]) else { return nil }
    self.init(rowCount: rowCount, sum: sum)
  }

  /// `rows:sum`, both in decimal.
  package var description: String { "\(rowCount):\(sum)" }
}
