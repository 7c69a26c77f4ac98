extension S3Client {
  /// A page of the objects whose keys begin with `prefix`, in the order of the keys' bytes; a thousand at most.
  ///
  /// - Parameter delimiter: what lies behind it, after the prefix, is told as one common prefix.
  /// - Parameter startAfter: a key; only those behind it are listed.
  package func listObjectsV2(
    _ bucket: String, prefix: String = "", delimiter: String? = nil, startAfter: String? = nil,
    continuationToken: String? = nil, maximumCount: Int = 1000
  ) throws -> S3ListPage {
    let response = try service.send(call("ListObjectsV2", bucket, prefix)) {
      var query: [HTTPURL.QueryItem] = [
        .init("list-type", "2"), .init("encoding-type", "url"), .init("prefix", prefix),
        .init("max-keys", String(maximumCount)),
      ]
      if let delimiter { query.append(.init("delimiter", delimiter)) }
      if let startAfter { query.append(.init("start-after", startAfter)) }
      if let continuationToken { query.append(.init("continuation-token", continuationToken)) }
      return HTTPRequest(.get, try url(bucket, nil, query))
    }
    let root = try Self.element("ListBucketResult", of: response)
    let isEncoded = root["EncodingType"]?.text == "url"
    let token = root["NextContinuationToken"]?.text
    let isTruncated = root["IsTruncated"]?.text == "true"
    guard !isTruncated || token?.isEmpty == false else {
      throw CloudError(.response, "a page of a listing says that there are more, but not how to get them")
    }
    return S3ListPage(
      objects: try root.all("Contents").map { try Self.listed($0, isEncoded: isEncoded) },
      commonPrefixes: try root.all("CommonPrefixes").map { try Self.key($0["Prefix"], isEncoded: isEncoded) },
      continuationToken: isTruncated ? token : nil)
  }

  /// All objects whose keys begin with `prefix`, page by page.
  package func forEachObject(
    _ bucket: String, prefix: String = "", _ body: (S3ListedObject) throws -> Void
  ) throws {
    var token: String?
    repeat {
      let page = try listObjectsV2(bucket, prefix: prefix, continuationToken: token)
      try page.objects.forEach(body)
      guard page.continuationToken == nil || page.continuationToken != token else {
        throw CloudError(.response, "a listing does not get on: its next page is the same one")
      }
      token = page.continuationToken
    } while token != nil
  }

  private static func listed(_ element: XMLElement, isEncoded: Bool) throws(CloudError) -> S3ListedObject {
    guard let byteCount = element["Size"].flatMap({ Int($0.text) }) else {
      throw CloudError(.response, "an object of a listing has no size")
    }
    return S3ListedObject(
      key: try key(element["Key"], isEncoded: isEncoded), byteCount: byteCount,
      eTag: element["ETag"]?.text ?? "",
      lastModified: (element["LastModified"]?.text).flatMap(AWSTime.init(extended:)))
  }

  /// A key as a listing spells it. With `encoding-type=url` a space is a plus sign.
  static func key(_ element: XMLElement?, isEncoded: Bool) throws(CloudError) -> String {
    guard let text = element?.text else { throw CloudError(.response, "an object of a listing has no key") }
    guard isEncoded else { return text }
    guard let key = PercentEncoding.decode(text.map { $0 == "+" ? " " : String($0) }.joined()) else {
      throw CloudError(.response, "the key '\(text)' of a listing is not encoded as it should be")
    }
    return key
  }
}
