import Threads

/// How a large file is sent.
package struct S3UploadOptions: Sendable {
  /// Larger files go in parts.
  package var singlePutLimit = 64 << 20
  /// 5 MiB at least. Files of more than 10,000 such parts get larger ones.
  package var partByteCount = 16 << 20
  /// How many parts are sent side by side.
  package var threadCount = 4

  package init() {}

  /// The ranges of a file's parts; part `n` is the one at `n - 1`.
  package func parts(of file: FileRange) -> [FileRange] {
    let least = (file.byteCount + 9_999) / 10_000
    // Larger ones are whole mebibytes.
    let size = least <= partByteCount ? partByteCount : ((least + (1 << 20) - 1) >> 20) << 20
    return stride(from: 0, to: file.byteCount, by: size).map { start in
      FileRange(file.path, offset: file.offset + start, byteCount: min(size, file.byteCount - start))
    }
  }
}

extension S3Client {
  /// Writes a file of any size: in one piece, or in parts that are sent side by side. An upload that was broken off goes on
  /// with the parts that are missing, in another process too; what S3 has of it is compared with the file first.
  ///
  /// - Parameter onPart: told of the bytes that have arrived with each part, by the thread that sent it.
  @discardableResult
  package func uploadFile(
    _ bucket: String, _ key: String, _ file: FileRange, _ options: S3PutOptions = S3PutOptions(),
    _ upload: S3UploadOptions = S3UploadOptions(), onPart: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> S3PutResult {
    if file.byteCount <= upload.singlePutLimit {
      let result = try putObject(bucket, key, .file(file), options)
      onPart(file.byteCount)
      return result
    }
    let ranges = upload.parts(of: file)
    let (id, arrived) =
      try resumable(bucket, key, ranges) ?? (createMultipartUpload(bucket, key, options), [])
    for part in arrived { onPart(part.byteCount) }
    let sent = try send(bucket, key, id, ranges, except: arrived, upload.threadCount, onPart)
    return try complete(bucket, key, id, arrived + sent, options.condition, byteCount: file.byteCount)
  }

  /// The latest upload to this key that was not completed, with its parts that are those of the file.
  private func resumable(
    _ bucket: String, _ key: String, _ ranges: [FileRange]
  ) throws -> (id: String, parts: [S3Part])? {
    let uploads = try listMultipartUploads(bucket, prefix: key).filter { $0.key == key }
    let latest = uploads.max { ($0.initiated?.seconds ?? 0) < ($1.initiated?.seconds ?? 0) }
    guard let latest else { return nil }
    do {
      let parts = try listParts(bucket, key, uploadID: latest.id).compactMap { part -> S3Part? in
        guard ranges.indices.contains(part.number - 1) else { return nil }
        let range = ranges[part.number - 1]
        guard part.byteCount == range.byteCount else { return nil }
        return try part.verified(with: range)
      }
      return (latest.id, parts)
    } catch let error as CloudError where error.serviceCode == "NoSuchUpload" {
      return nil
    }
  }

  private func send(
    _ bucket: String, _ key: String, _ id: String, _ ranges: [FileRange], except arrived: [S3Part],
    _ threadCount: Int, _ onPart: @escaping @Sendable (Int) -> Void
  ) throws -> [S3Part] {
    let known = Set(arrived.map(\.number))
    let missing = ranges.indices.filter { !known.contains($0 + 1) }
    return try WorkQueue.run(missing, threadCount: threadCount) { [self] index in
      let part = try uploadPart(bucket, key, uploadID: id, number: index + 1, .file(ranges[index]))
      onPart(part.byteCount)
      return part
    }
  }

  private func complete(
    _ bucket: String, _ key: String, _ id: String, _ parts: [S3Part], _ condition: S3WriteCondition,
    byteCount: Int
  ) throws -> S3PutResult {
    do {
      return try completeMultipartUpload(bucket, key, uploadID: id, parts: parts, condition: condition)
    } catch let error as CloudError where error.isConditionFailed {
      // The parts would cost storage, and serve nobody.
      try abortMultipartUpload(bucket, key, uploadID: id)
      throw error
    } catch let error as CloudError where error.serviceCode == "NoSuchUpload" && error.attemptCount > 1 {
      // An attempt whose answer was lost has completed it.
      guard let head = try headObject(bucket, key), head.byteCount == byteCount else { throw error }
      return S3PutResult(eTag: head.eTag, versionID: head.versionID)
    }
  }
}

extension S3Part {
  /// The part with its checksum, if its bytes are those of the file; else nil.
  fileprivate func verified(with range: FileRange) throws(CloudError) -> S3Part? {
    let hash = PayloadHash.base64(hex: try PayloadHash.sha256(of: .file(range)))
    if let checksumSHA256 {
      guard checksumSHA256 == hash else { return nil }
    } else {
      // A server that does not tell checksums may still have the MD5 for an ETag; one that has not gets the part again.
      guard try eTag.filter({ $0 != "\"" }) == PayloadHash.md5(of: range) else { return nil }
    }
    return S3Part(number: number, eTag: eTag, byteCount: byteCount, checksumSHA256: hash)
  }
}
