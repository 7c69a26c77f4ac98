extension S3Client {
  /// Begins an upload in parts, whose checksums are SHA-256. Returns its id.
  ///
  /// It costs storage until it is completed or aborted.
  package func createMultipartUpload(
    _ bucket: String, _ key: String, _ options: S3PutOptions = S3PutOptions()
  ) throws -> String {
    let response = try service.send(call("CreateMultipartUpload", bucket, key)) {
      var request = HTTPRequest(.post, try url(bucket, key, [.init("uploads", "")]))
      request.headers["x-amz-checksum-algorithm"] = "SHA256"
      try options.apply(to: &request.headers)
      return request
    }
    let root = try Self.element("InitiateMultipartUploadResult", of: response)
    guard let id = root["UploadId"]?.text, !id.isEmpty else {
      throw CloudError(.response, "an upload in parts has no id")
    }
    return id
  }

  /// Sends a part: 5 MiB at least but for the last, 5 GiB at most, number 1 to 10,000. S3 compares the bytes with their
  /// SHA-256.
  ///
  /// - Parameter sha256: in hex, where it is known; else it is computed first.
  package func uploadPart(
    _ bucket: String, _ key: String, uploadID: String, number: Int, _ body: HTTPBody, sha256: String? = nil
  ) throws -> S3Part {
    let hash = try sha256 ?? PayloadHash.sha256(of: body)
    let checksum = try Self.checksum(hash)
    let response = try service.send(call("UploadPart", bucket, key, payloadHash: hash)) {
      var request = HTTPRequest(
        .put, try url(bucket, key, [.init("partNumber", String(number)), .init("uploadId", uploadID)]),
        body: body)
      request.headers["x-amz-checksum-sha256"] = checksum
      return request
    }
    return S3Part(
      number: number, eTag: try Self.eTag(of: response), byteCount: body.byteCount, checksumSHA256: checksum)
  }

  /// Makes one object of the parts. S3 answers 200 before it has begun, so an error may stand in the answer's body.
  @discardableResult
  package func completeMultipartUpload(
    _ bucket: String, _ key: String, uploadID: String, parts: [S3Part],
    condition: S3WriteCondition = .always
  ) throws -> S3PutResult {
    let list = parts.sorted { $0.number < $1.number }.map { part in
      "<Part>" + XMLText.element("PartNumber", String(part.number)) + XMLText.element("ETag", part.eTag)
        + (part.checksumSHA256.map { XMLText.element("ChecksumSHA256", $0) } ?? "") + "</Part>"
    }
    let body = Array("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8)
    let response = try service.send(
      call("CompleteMultipartUpload", bucket, key), check: Self.faultInside
    ) {
      var request = HTTPRequest(
        .post, try url(bucket, key, [.init("uploadId", uploadID)]), body: .bytes(body))
      request.headers["Content-Type"] = "application/xml"
      condition.apply(to: &request.headers)
      return request
    }
    let root = try Self.element("CompleteMultipartUploadResult", of: response)
    guard let eTag = root["ETag"]?.text else { throw CloudError(.response, "the answer has no ETag") }
    return S3PutResult(eTag: eTag, versionID: response.headers["x-amz-version-id"])
  }

  /// Gives an upload up and frees its storage; that there is none is no fault.
  package func abortMultipartUpload(_ bucket: String, _ key: String, uploadID: String) throws {
    do {
      _ = try service.send(call("AbortMultipartUpload", bucket, key)) {
        HTTPRequest(.delete, try url(bucket, key, [.init("uploadId", uploadID)]))
      }
    } catch let error as CloudError where error.serviceCode == "NoSuchUpload" {
      return
    }
  }

  /// The parts of an upload that S3 has, by their numbers.
  package func listParts(_ bucket: String, _ key: String, uploadID: String) throws -> [S3Part] {
    var parts: [S3Part] = []
    var marker: String?
    repeat {
      let response = try service.send(call("ListParts", bucket, key)) {
        var query: [HTTPURL.QueryItem] = [.init("uploadId", uploadID)]
        if let marker { query.append(.init("part-number-marker", marker)) }
        return HTTPRequest(.get, try url(bucket, key, query))
      }
      let root = try Self.element("ListPartsResult", of: response)
      parts += try root.all("Part").map(Self.part)
      marker = try Self.next(root, "NextPartNumberMarker", after: marker)
    } while marker != nil
    return parts.sorted { $0.number < $1.number }
  }

  /// The uploads in parts that are not complete, of keys that begin with `prefix`.
  package func listMultipartUploads(_ bucket: String, prefix: String = "") throws -> [S3MultipartUpload] {
    var uploads: [S3MultipartUpload] = []
    var marker: String?
    var idMarker: String?
    repeat {
      let response = try service.send(call("ListMultipartUploads", bucket, prefix)) {
        var query: [HTTPURL.QueryItem] = [
          .init("uploads", ""), .init("prefix", prefix), .init("encoding-type", "url"),
        ]
        if let marker { query.append(.init("key-marker", marker)) }
        if let idMarker { query.append(.init("upload-id-marker", idMarker)) }
        return HTTPRequest(.get, try url(bucket, nil, query))
      }
      let root = try Self.element("ListMultipartUploadsResult", of: response)
      let isEncoded = root["EncodingType"]?.text == "url"
      uploads += try root.all("Upload").map { upload in
        S3MultipartUpload(
          key: try Self.key(upload["Key"], isEncoded: isEncoded), id: upload["UploadId"]?.text ?? "",
          initiated: (upload["Initiated"]?.text).flatMap(AWSTime.init(extended:)))
      }
      let isTruncated = root["IsTruncated"]?.text == "true"
      let next = isTruncated ? try Self.key(root["NextKeyMarker"], isEncoded: isEncoded) : nil
      let nextID = isTruncated ? root["NextUploadIdMarker"]?.text : nil
      guard !isTruncated || next != marker || nextID != idMarker else {
        throw CloudError(.response, "a listing does not get on: its next page is the same one")
      }
      (marker, idMarker) = (next, nextID)
    } while marker != nil
    return uploads
  }

  private static func part(_ element: XMLElement) throws(CloudError) -> S3Part {
    guard let number = element["PartNumber"].flatMap({ Int($0.text) }), let eTag = element["ETag"]?.text,
      let byteCount = element["Size"].flatMap({ Int($0.text) })
    else { throw CloudError(.response, "a part of a listing has no number, size or ETag") }
    return S3Part(
      number: number, eTag: eTag, byteCount: byteCount, checksumSHA256: element["ChecksumSHA256"]?.text)
  }

  /// Where the next page of a listing begins; nil behind the last.
  private static func next(_ root: XMLElement, _ name: String, after marker: String?) throws(CloudError)
    -> String?
  {
    guard root["IsTruncated"]?.text == "true" else { return nil }
    guard let next = root[name]?.text, !next.isEmpty, next != marker else {
      throw CloudError(.response, "a listing does not get on: its next page is the same one")
    }
    return next
  }

  /// The error in an answer of status 200, which counts as one of status 500.
  private static func faultInside(_ response: HTTPResponse) -> ServiceFault? {
    guard let root = XMLElement.parse(response.body), root.name == "Error" else { return nil }
    return ServiceFault(
      status: 500, code: root["Code"]?.text ?? "InternalError", message: root["Message"]?.text ?? "",
      requestID: root["RequestId"]?.text ?? response.headers["x-amz-request-id"])
  }
}
