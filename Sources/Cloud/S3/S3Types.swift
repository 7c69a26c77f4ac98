/// What S3 says of an object.
package struct S3ObjectHead: Sendable, Equatable {
  package let byteCount: Int
  /// With its quotes, as conditions want it.
  package let eTag: String
  /// As HTTP spells dates.
  package let lastModified: String?
  package let contentType: String?
  /// In base64. Of an object that came in parts it is the hash of the parts' hashes: `…=-3`.
  package let checksumSHA256: String?
  /// The `x-amz-meta-` fields, names in lower case, without that prefix.
  package let metadata: [String: String]
  package let versionID: String?

  init(_ response: HTTPResponse, byteCount: Int? = nil) throws(CloudError) {
    let headers = response.headers
    guard let count = byteCount ?? headers["Content-Length"].flatMap(Int.init), let eTag = headers["ETag"]
    else {
      throw CloudError(.response, "the answer has no length or no ETag")
    }
    self.byteCount = count
    self.eTag = eTag
    lastModified = headers["Last-Modified"]
    contentType = headers["Content-Type"]
    checksumSHA256 = headers["x-amz-checksum-sha256"]
    versionID = headers["x-amz-version-id"]
    let prefix = "x-amz-meta-"
    metadata = Dictionary(
      headers.fields.map { ($0.name.lowercased(), $0.value) }.filter { $0.0.hasPrefix(prefix) }
        .map { (String($0.0.dropFirst(prefix.count)), $0.1) }, uniquingKeysWith: { first, _ in first })
  }
}

/// When an object may be written.
package enum S3WriteCondition: Sendable, Equatable {
  case always
  /// `If-None-Match: *`
  case ifAbsent
  /// `If-Match`: while it is the one of that ETag.
  case ifMatch(String)

  func apply(to headers: inout HTTPHeaders) {
    switch self {
    case .always: break
    case .ifAbsent: headers["If-None-Match"] = "*"
    case .ifMatch(let eTag): headers["If-Match"] = eTag
    }
  }
}

/// How an object is written.
package struct S3PutOptions: Sendable {
  package var condition = S3WriteCondition.always
  package var contentType: String?
  /// Names in lower case; printable ASCII.
  package var metadata: [String: String] = [:]
  /// The SHA-256 of the bytes in hex, where it is known; else it is computed first. S3 checks it.
  package var sha256: String?

  package init() {}

  func apply(to headers: inout HTTPHeaders) throws(CloudError) {
    if let contentType { headers["Content-Type"] = contentType }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
        throw CloudError(
          .configuration, "the metadata '\(name)' of an object has other characters than ASCII's")
      }
      headers["x-amz-meta-\(name)"] = value
    }
  }
}

/// What S3 says of an object that it has just taken.
package struct S3PutResult: Sendable, Equatable {
  package let eTag: String
  package let versionID: String?
}

/// An object in a listing.
package struct S3ListedObject: Sendable, Equatable {
  package let key: String
  package let byteCount: Int
  package let eTag: String
  /// As ISO 8601 spells times.
  package let lastModified: AWSTime?
}

/// A page of a listing.
package struct S3ListPage: Sendable, Equatable {
  package let objects: [S3ListedObject]
  /// The beginnings of keys up to the delimiter, where one was asked for.
  package let commonPrefixes: [String]
  /// By which the next page is asked for; nil behind the last.
  package let continuationToken: String?
}

/// An upload in parts that is not complete.
package struct S3MultipartUpload: Sendable, Equatable {
  package let key: String
  package let id: String
  package let initiated: AWSTime?
}

/// A part that S3 has.
package struct S3Part: Sendable, Equatable {
  /// From 1 to 10,000.
  package let number: Int
  package let eTag: String
  package let byteCount: Int
  /// In base64. Not every server tells it in a listing.
  package let checksumSHA256: String?

  package init(number: Int, eTag: String, byteCount: Int, checksumSHA256: String?) {
    self.number = number
    self.eTag = eTag
    self.byteCount = byteCount
    self.checksumSHA256 = checksumSHA256
  }
}

/// An object that could not be deleted.
package struct S3DeleteFault: Sendable, Equatable {
  package let key: String
  package let code: String
  package let message: String

  package init(key: String, code: String, message: String) {
    self.key = key
    self.code = code
    self.message = message
  }
}
