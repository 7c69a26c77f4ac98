import Cloud
import Diagnostics
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A remote in a bucket of S3, or of a server that speaks like it: conditional writes and checksums must be among what it
/// knows.
package struct S3Destination: Destination {
  private let client: S3Client
  private let bucket: String
  /// Before every key; empty, or with a slash at its end.
  private let prefix: String
  private let upload: S3UploadOptions

  /// Larger files go in parts, so that what was broken off need not begin anew.
  private static let singlePutLimit = 16 << 20
  private static let sha256Field = "sha256"
  /// How often a write is tried that met another one of the same key under way.
  private static let conflictLimit = 8

  package init(_ client: S3Client, bucket: String, prefix: String) {
    self.client = client
    self.bucket = bucket
    self.prefix = prefix.isEmpty ? "" : "\(prefix)/"
    var upload = S3UploadOptions()
    upload.singlePutLimit = Self.singlePutLimit
    self.upload = upload
  }

  package var location: String { "s3://\(bucket)/\(prefix)" }

  private func name(_ key: ObjectKey) -> String { prefix + key.text }

  // MARK: Reading

  package func head(_ key: ObjectKey) throws -> ObjectStatus? {
    try client.headObject(bucket, name(key)).map(status)
  }

  private func status(_ head: S3ObjectHead) -> ObjectStatus {
    let modified = head.lastModified.flatMap { AWSTime(httpDate: $0) }
    // Noted by whoever wrote it; S3 has compared the bytes, of a large object part by part.
    let noted = head.metadata[Self.sha256Field].flatMap { Digest.isSHA256($0) ? $0 : nil }
    return ObjectStatus(
      byteCount: head.byteCount, version: head.eTag, sha256: noted,
      modified: Timestamp(microseconds: Int64(modified?.seconds ?? 0) * 1_000_000))
  }

  package func get(
    _ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ObjectStatus? {
    do {
      return status(try client.getObject(bucket, name(key), range: range, onBytes: body))
    } catch let error as CloudError where error.serviceCode == "NoSuchKey" || error.service?.code == "404" {
      return nil
    }
  }

  package func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws {
    try client.forEachObject(bucket, prefix: self.prefix + prefix) { object in
      guard object.key.hasPrefix(self.prefix),
        let key = ObjectKey(String(object.key.dropFirst(self.prefix.count)))
      else { return }
      let modified = Timestamp(microseconds: Int64(object.lastModified?.seconds ?? 0) * 1_000_000)
      try body(
        key,
        ObjectStatus(byteCount: object.byteCount, version: object.eTag, sha256: nil, modified: modified))
    }
  }

  // MARK: Writing

  package func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome
  {
    var options = S3PutOptions()
    options.condition =
      switch condition {
      case .ifAbsent: .ifAbsent
      case .ifMatch(let version): .ifMatch(version)
      }
    options.sha256 = content.sha256
    options.metadata = [Self.sha256Field: content.sha256]
    var attempt = 1
    while true {
      do {
        return .stored(version: try send(key, content, options).eTag)
      } catch let error as CloudError where error.isConditionFailed || error.serviceCode == "NoSuchUpload" {
        let found = try head(key)
        // An answer was lost: what is there is what an earlier attempt of ours brought.
        if error.attemptCount > 1, let found, found.sha256 == content.sha256,
          found.byteCount == content.byteCount
        {
          return .stored(version: found.version)
        }
        // 409: another write of this key was under way, and nobody knows yet which of them counts.
        guard error.service?.status != 412, attempt < Self.conflictLimit, holds(condition, found) else {
          return .refused
        }
        usleep(UInt32(50_000 * attempt))
        attempt += 1
      } catch let error as CloudError where error.isNotFound && error.serviceCode != "NoSuchBucket" {
        // `If-Match` of an object that is not there.
        guard case .ifMatch = condition else { throw error }
        return .refused
      }
    }
  }

  private func holds(_ condition: PutCondition, _ found: ObjectStatus?) -> Bool {
    switch condition {
    case .ifAbsent: found == nil
    case .ifMatch(let version): found?.version == version
    }
  }

  private func send(_ key: ObjectKey, _ content: ObjectContent, _ options: S3PutOptions) throws -> S3PutResult
  {
    switch content {
    case .bytes(let bytes): return try client.putObject(bucket, name(key), .bytes(bytes), options)
    case .file(let path, let byteCount, let sha256):
      try check(path, byteCount, sha256)
      return try client.uploadFile(bucket, name(key), FileRange(path, byteCount: byteCount), options, upload)
    }
  }

  /// S3 checks each part, and not the whole.
  private func check(_ path: String, _ byteCount: Int, _ sha256: String) throws {
    guard try ObjectContent.isFile(path, byteCount, sha256) else {
      throw SyncError(
        .remoteObjectDiffers, "'\(path)' is not the file that it was when it was written",
        hints: ["run the command again"])
    }
  }

  package func delete(_ key: ObjectKey) throws { try client.deleteObject(bucket, name(key)) }

  /// Gives up uploads in parts that nobody ended.
  package func sweep(before time: Timestamp) throws {
    for upload in try client.listMultipartUploads(bucket, prefix: prefix) {
      guard let begun = upload.initiated, Int64(begun.seconds) * 1_000_000 < time.microseconds else {
        continue
      }
      try client.abortMultipartUpload(bucket, upload.key, uploadID: upload.id)
    }
  }
}
