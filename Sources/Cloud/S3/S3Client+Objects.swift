extension S3Client {
  /// Checks that a bucket is there and may be looked at; throws a `CloudError` that says why not. A HEAD has no body, so
  /// the status alone speaks.
  package func headBucket(_ bucket: String) throws {
    _ = try service.send(call("HeadBucket", bucket)) { HTTPRequest(.head, try url(bucket)) }
  }

  /// What there is under a key, or nil where there is nothing.
  package func headObject(_ bucket: String, _ key: String) throws -> S3ObjectHead? {
    do {
      let response = try service.send(call("HeadObject", bucket, key)) {
        var request = HTTPRequest(.head, try url(bucket, key))
        request.headers["x-amz-checksum-mode"] = "ENABLED"
        return request
      }
      return try S3ObjectHead(response)
    } catch let error as CloudError where error.service?.status == 404 {
      return nil
    }
  }

  /// Reads an object, or some of its bytes, in pieces as they come. After an interruption it goes on where it was, as long
  /// as the object is the same.
  ///
  /// - Parameter ifMatch: the ETag that the object must have.
  /// - Parameter onBytes: takes the bytes in their order. What it throws ends the transfer and is thrown on.
  /// - Returns: of the object. Its checksum is only there where all of it was asked for.
  @discardableResult
  package func getObject(
    _ bucket: String, _ key: String, range: Range<Int>? = nil, ifMatch: String? = nil,
    onBytes: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> S3ObjectHead {
    if let range, range.isEmpty || range.lowerBound < 0 {
      throw CloudError(.configuration, "a range of an object has a byte at least")
    }
    let start = range?.lowerBound ?? 0
    var received = 0
    // What this attempt begins with.
    var attemptStart = start
    var eTag = ifMatch
    var first: HTTPResponse?
    let last = try withoutActuallyEscaping(onBytes) { onBytes in
      try service.send(call("GetObject", bucket, key)) { response, bytes in
        if first == nil { first = response }
        eTag = eTag ?? response.headers["ETag"]
        guard response.firstByte == attemptStart else {
          throw CloudError(.response, "the answer does not begin at byte \(attemptStart), as was asked")
        }
        try onBytes(bytes)
        received += bytes.count
      } _: {
        attemptStart = start + received
        var request = HTTPRequest(.get, try url(bucket, key))
        request.headers["x-amz-checksum-mode"] = "ENABLED"
        request.headers["If-Match"] = eTag
        if let range {
          request.headers["Range"] = "bytes=\(attemptStart)-\(range.upperBound - 1)"
        } else if received > 0 {
          request.headers["Range"] = "bytes=\(attemptStart)-"
        }
        return request
      }
    }
    let head = try S3ObjectHead(first ?? last, byteCount: (first ?? last).wholeByteCount)
    let expected = range.map { min($0.upperBound, head.byteCount) - $0.lowerBound } ?? head.byteCount
    guard received == expected else {
      throw CloudError(.checksum, "s3://\(bucket)/\(key) came with \(received) of \(expected) bytes")
    }
    return head
  }

  /// Reads a small object, such as a manifest.
  package func getObject(
    _ bucket: String, _ key: String, maximumByteCount: Int
  ) throws -> (head: S3ObjectHead, bytes: [UInt8]) {
    var bytes: [UInt8] = []
    let head = try getObject(bucket, key) { piece in
      guard bytes.count + piece.count <= maximumByteCount else {
        throw CloudError(.response, "s3://\(bucket)/\(key) has more than \(maximumByteCount) bytes")
      }
      bytes += piece
    }
    return (head, bytes)
  }

  /// Writes an object, of 5 GiB at most. S3 compares the bytes with their SHA-256.
  ///
  /// A condition that does not hold is an error whose `isConditionFailed` says so. The object that is there may be one's own,
  /// of an attempt whose answer was lost: whoever needs to know compares it.
  @discardableResult
  package func putObject(
    _ bucket: String, _ key: String, _ body: HTTPBody, _ options: S3PutOptions = S3PutOptions()
  ) throws -> S3PutResult {
    let hash = try options.sha256 ?? PayloadHash.sha256(of: body)
    let checksum = try Self.checksum(hash)
    let response = try service.send(call("PutObject", bucket, key, payloadHash: hash)) {
      var request = HTTPRequest(.put, try url(bucket, key), body: body)
      request.headers["x-amz-checksum-sha256"] = checksum
      try options.apply(to: &request.headers)
      options.condition.apply(to: &request.headers)
      return request
    }
    return S3PutResult(
      eTag: try Self.eTag(of: response), versionID: response.headers["x-amz-version-id"])
  }

  /// Deletes an object; that there is none is no fault.
  package func deleteObject(_ bucket: String, _ key: String) throws {
    _ = try service.send(call("DeleteObject", bucket, key)) { HTTPRequest(.delete, try url(bucket, key)) }
  }

  /// Deletes many objects, a thousand with each request. Returns those that S3 refused to delete.
  package func deleteObjects(_ bucket: String, _ keys: [String]) throws -> [S3DeleteFault] {
    var faults: [S3DeleteFault] = []
    for start in stride(from: 0, to: keys.count, by: 1000) {
      let objects = keys[start..<min(start + 1000, keys.count)].map {
        "<Object>\(XMLText.element("Key", $0))</Object>"
      }
      let body = Array("<Delete>\(objects.joined())<Quiet>true</Quiet></Delete>".utf8)
      let hash = PayloadHash.sha256(body)
      let checksum = try Self.checksum(hash)
      let response = try service.send(call("DeleteObjects", bucket, payloadHash: hash)) {
        var request = HTTPRequest(.post, try url(bucket, nil, [.init("delete", "")]), body: .bytes(body))
        request.headers["Content-Type"] = "application/xml"
        request.headers["x-amz-checksum-sha256"] = checksum
        return request
      }
      faults += try Self.element("DeleteResult", of: response).all("Error").map { error in
        S3DeleteFault(
          key: error["Key"]?.text ?? "", code: error["Code"]?.text ?? "",
          message: error["Message"]?.text ?? "")
      }
    }
    return faults
  }

  static func checksum(_ hex: String) throws(CloudError) -> String {
    guard let text = PayloadHash.base64(hex: hex) else {
      throw CloudError(.configuration, "'\(hex)' is no SHA-256 in hex")
    }
    return text
  }

  static func eTag(of response: HTTPResponse) throws(CloudError) -> String {
    guard let eTag = response.headers["ETag"] else { throw CloudError(.response, "the answer has no ETag") }
    return eTag
  }
}

extension HTTPResponse {
  /// `bytes 5-9/20` in its numbers (RFC 9110, section 14.4).
  private var contentRange: (first: Int, whole: Int)? {
    guard status == 206, let text = headers["Content-Range"] else { return nil }
    let words = text.split { $0 == " " || $0 == "-" || $0 == "/" }
    guard words.count == 4, let first = Int(words[1]), let whole = Int(words[3]) else { return nil }
    return (first, whole)
  }

  /// Where the body begins in the object.
  fileprivate var firstByte: Int? { status == 206 ? contentRange?.first : 0 }

  /// The size of the object that the body is a part of.
  fileprivate var wholeByteCount: Int? { contentRange?.whole }
}
