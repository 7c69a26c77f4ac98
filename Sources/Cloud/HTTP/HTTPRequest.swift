/// One request, before it is signed.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  package var method: Method
  package var url: HTTPURL
  package var headers: HTTPHeaders
  package var body: HTTPBody
  /// Whether it must not reach the service twice, whatever happens.
  package var isSentOnce = false
  /// Whether the answer may be compressed by gzip on its way. What is read of it is never compressed.
  package var acceptsGzip = false

  package init(
    _ method: Method, _ url: HTTPURL, headers: HTTPHeaders = HTTPHeaders(), body: HTTPBody = .bytes([])
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// What a request carries. It can be sent again from its start, for a new attempt.
package enum HTTPBody: Sendable, Equatable {
  case bytes([UInt8])
  /// A part of a file, streamed.
  case file(FileRange)

  package var byteCount: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .file(let range): range.byteCount
    }
  }
}

/// Some bytes of a file that does not change meanwhile.
package struct FileRange: Sendable, Equatable {
  package let path: String
  package let offset: Int
  package let byteCount: Int

  package init(_ path: String, offset: Int = 0, byteCount: Int) {
    precondition(offset >= 0 && byteCount >= 0, "a range of a file begins and ends in it")
    self.path = path
    self.offset = offset
    self.byteCount = byteCount
  }
}

/// What came back.
package struct HTTPResponse: Sendable {
  package let status: Int
  package let headers: HTTPHeaders
  /// Empty where the body was handed on as it came.
  package let body: [UInt8]

  package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
}
