/// How transfers are made.
package struct HTTPOptions: Sendable {
  package var userAgent = "reelhouse"
  /// How long a connection may take, TLS included.
  package var connectSeconds = 10.0
  /// How long a transfer may stand still.
  package var stallSeconds = 30.0
  /// Certificates to trust, a PEM file; else libcurl's own choice.
  package var certificateFile: String?
  /// The same as a folder of hashed names.
  package var certificateFolder: String?
  /// Nil: the variables `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, which libcurl itself reads.
  package var proxy: String?

  package init() {}

  /// - Parameter environment: `AWS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE`, `SSL_CERT_DIR`.
  package init(environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    certificateFile = value("AWS_CA_BUNDLE") ?? value("CURL_CA_BUNDLE") ?? value("SSL_CERT_FILE")
    certificateFolder = value("SSL_CERT_DIR")
  }
}
