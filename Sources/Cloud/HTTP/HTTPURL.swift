import Diagnostics

/// An address in the parts that a signature covers. The path and the query are kept as they go over the wire.
package struct HTTPURL: Sendable, Equatable {
  package struct QueryItem: Sendable, Equatable {
    /// Not encoded yet.
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `http` or `https`.
  package var scheme: String
  /// A name, an address, or an IPv6 address in brackets.
  package var host: String
  /// Nil for the scheme's own.
  package var port: Int?
  /// Encoded; empty or with a slash in front.
  package var encodedPath: String
  package var query: [QueryItem]

  package init(
    scheme: String = "https", host: String, port: Int? = nil, encodedPath: String = "/",
    query: [QueryItem] = []
  ) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.encodedPath = encodedPath
    self.query = query
  }

  /// The value of a `Host` field: without the port where it is the scheme's own.
  package var authority: String {
    guard let port, port != (scheme == "https" ? 443 : 80) else { return host }
    return "\(host):\(port)"
  }

  package var encodedQuery: String {
    query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(
      separator: "&")
  }

  package var text: String {
    let path = encodedPath.isEmpty ? "/" : encodedPath
    return "\(scheme)://\(authority)\(path)" + (query.isEmpty ? "" : "?\(encodedQuery)")
  }
}

extension HTTPURL {
  /// An endpoint as people write it in variables and files: `https://host:port/path`.
  ///
  /// - Parameter name: where it was found, for the error.
  package init(endpoint text: String, from name: String) throws(CloudError) {
    func refuse(_ why: String) -> CloudError {
      CloudError(
        .configuration, "the endpoint '\(text)' of \(name) \(why)",
        hints: ["write it as https://HOST or http://HOST:PORT"])
    }
    guard let colon = text.firstRange(of: "://") else { throw refuse("has no scheme") }
    let scheme = text[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { throw refuse("is neither http nor https") }
    let rest = text[colon.upperBound...]
    guard !rest.contains("@") else {
      throw CloudError(
        .configuration, "the endpoint of \(name) holds a user name or a password",
        hints: ["credentials belong into the environment or ~/.aws/credentials"])
    }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == " " }) else {
      throw refuse("has more than a host, a port and a path")
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let authority = rest[..<slash]
    var path = String(rest[slash...])
    while path.hasSuffix("/") { path.removeLast() }
    var host = authority
    var port: Int?
    let lastColon = authority.lastIndex(of: ":")
    if let lastColon, !authority[lastColon...].contains("]") {
      host = authority[..<lastColon]
      guard let number = Int(authority[authority.index(after: lastColon)...]), (1...65_535).contains(number)
      else {
        throw refuse("has no port number behind the colon")
      }
      port = number
    }
    let isPlain = host.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "%")
    }
    guard !host.isEmpty, isPlain else { throw refuse("has no host") }
    self.init(scheme: scheme, host: String(host), port: port, encodedPath: path)
  }
}
