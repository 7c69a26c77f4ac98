import Parquet
import SQLite

extension TableDifferenceFinder.Side {
  /// The rows of a table or view of a build, out of its objects in a remote. They are read once for the hashes and once more
  /// for the rows.
  package static func objects(_ table: RemoteManifest.Table, of remote: Remote) -> Self {
    func forEachRow(_ body: (UnsafeRawBufferPointer, MD5.Digest) throws -> Void) throws {
      for object in table.objects {
        let reader = try FileReader(RemoteBytes(remote, object))
        guard ParquetShape.isSame(reader, table.columns.map(\.parquet)) else {
          throw SyncError(
            .remoteDamaged, "the object '\(object.key)' has other columns than the manifest says",
            hints: ["`reelhouse remote verify` says what is damaged"])
        }
        try ContentHasher.forEachRow(of: reader, body)
      }
    }
    return Self(
      buckets: {
        var hashes = BucketHashes()
        try forEachRow { hashes.add($1) }
        return hashes
      },
      rows: { buckets, body in
        let wanted = Set(buckets)
        try forEachRow { text, digest in
          if wanted.contains(BucketHashes.bucket(digest)) { try body(Array(text)) }
        }
      })
  }
}
