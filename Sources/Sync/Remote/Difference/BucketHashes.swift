import SQLite

/// The content hash of a table in pieces: one for the rows of each bucket, which the upper 64 bits of their digests say.
/// Where two tables differ, at least one bucket does; where one row differs, at most two. See `docs/content-hash.md`.
package struct BucketHashes: Sendable, Equatable {
  package static let count = 4096

  /// Of the bucket of that number.
  package private(set) var hashes = [ContentHash](repeating: ContentHash(), count: Self.count)

  package init() {}

  /// - Parameter hashes: those of buckets that have rows; nil where one has no number of a bucket.
  package init?(_ hashes: [(bucket: Int, hash: ContentHash)]) {
    for (bucket, hash) in hashes {
      guard (0..<Self.count).contains(bucket) else { return nil }
      self.hashes[bucket] = self.hashes[bucket] + hash
    }
  }

  /// The bucket of a row by its digest.
  package static func bucket(_ digest: MD5.Digest) -> Int { Int(digest.upper % UInt64(count)) }

  /// Adds a row by its digest.
  package mutating func add(_ digest: MD5.Digest) {
    hashes[Self.bucket(digest)] =
      hashes[Self.bucket(digest)] + ContentHash(rowCount: 1, sum: digest.lower)
  }

  /// Of all rows.
  package var total: ContentHash { hashes.reduce(ContentHash(), +) }

  /// The buckets that differ, in order.
  package func differing(from other: BucketHashes) -> [Int] {
    hashes.indices.filter { hashes[$0] != other.hashes[$0] }
  }
}
