import CCurl

/// One of libcurl's easy handles, with the connections that it has open.
///
/// `@unchecked Sendable`: it is used by one thread at a time, the one that took it out of its pool.
final class EasyHandle: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// Loads libcurl if nobody has yet.
  init() throws(CloudError) {
    if let reason = reelhouse_curl_load() {
      throw CloudError(
        .library, "libcurl cannot be loaded, which every transfer over a network needs",
        notes: [String(cString: reason)],
        hints: ["install it: `apt-get install libcurl4` on Debian and Ubuntu, `brew install curl` on macOS"])
    }
    guard let handle = reelhouse_curl_new() else {
      throw CloudError(.library, "libcurl has no memory for a transfer")
    }
    self.handle = handle
  }

  deinit {
    reelhouse_curl_free(handle)
  }

  /// Transfers one request and its answer. Nothing is tried again here.
  func perform(_ transfer: Transfer, _ options: HTTPOptions) throws(CloudError) {
    defer { reelhouse_curl_reset(handle) }
    let request = transfer.request
    var list: UnsafeMutablePointer<curl_slist>?
    defer { reelhouse_curl_free_list(list) }
    // curl adds fields of its own, which a signature does not know: an empty one takes such a field away.
    var lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
    if request.headers["Accept"] == nil { lines.append("Accept: */*") }
    for line in lines { list = reelhouse_curl_append(list, line) }

    set(CURLOPT_URL, request.url.text)
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    if request.method == .head { set(CURLOPT_NOBODY, 1) }
    // Over a connection that was open, libcurl itself sends a request again when the answer is missing.
    if request.isSentOnce { set(CURLOPT_FRESH_CONNECT, 1) }
    if request.acceptsGzip { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    let hasBody = request.method == .put || request.method == .post
    if hasBody {
      set(CURLOPT_UPLOAD, 1)
      reelhouse_curl_set_count(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.byteCount))
    }
    reelhouse_curl_set_list(handle, CURLOPT_HTTPHEADER, list)
    apply(options)

    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { errorText.deallocate() }
    reelhouse_curl_set_buffer(handle, CURLOPT_ERRORBUFFER, errorText)

    var callbacks = transfer.callbacks
    let code = withUnsafePointer(to: &callbacks) { pointer in
      reelhouse_curl_set_callbacks(handle, pointer, hasBody ? 1 : 0)
      return reelhouse_curl_perform(handle)
    }
    if code == CURLE_OK, transfer.isHeadComplete { return }
    if let error = transfer.failure { throw error }
    if code == CURLE_OK {
      throw TransportFault.error(CURLE_PARTIAL_FILE, "the answer ends among its fields", transfer)
    }
    let reason = String(cString: errorText[0] == 0 ? reelhouse_curl_reason(code) : UnsafePointer(errorText))
    throw TransportFault.error(code, reason, transfer)
  }

  private func apply(_ options: HTTPOptions) {
    set(CURLOPT_USERAGENT, options.userAgent)
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectSeconds * 1000))
    // A transfer that moves is let go on, however long it takes; one that does not is given up.
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, max(1, Int(options.stallSeconds.rounded(.up))))
    set(CURLOPT_BUFFERSIZE, 256 << 10)
    set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
    if let file = options.certificateFile { set(CURLOPT_CAINFO, file) }
    if let folder = options.certificateFolder { set(CURLOPT_CAPATH, folder) }
    if let proxy = options.proxy { set(CURLOPT_PROXY, proxy) }
  }

  private func set(_ option: CURLoption, _ value: Int) { reelhouse_curl_set_long(handle, option, value) }

  private func set(_ option: CURLoption, _ value: String) { reelhouse_curl_set_text(handle, option, value) }
}

extension TransportFault {
  fileprivate static func error(_ code: CURLcode, _ reason: String, _ transfer: Transfer) -> CloudError {
    let host = transfer.request.url.authority
    switch code {
    case CURLE_ABORTED_BY_CALLBACK: return .cancelled
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
      return CloudError(
        .transport(TransportFault(.unreachable, mayHaveArrived: false)),
        "\(host) cannot be reached: \(reason)",
        hints: ["check the network, the endpoint and `https_proxy`"])
    case CURLE_OPERATION_TIMEDOUT:
      return CloudError(
        .transport(TransportFault(.timedOut, mayHaveArrived: transfer.hasConnected)),
        "\(host) does not answer: \(reason)", hints: ["check the network; try again later"])
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CERTPROBLEM:
      return CloudError(
        .transport(TransportFault(.insecure, mayHaveArrived: false)),
        "the certificate of \(host) is not trusted: \(reason)",
        hints: ["name your authority's certificates in AWS_CA_BUNDLE or SSL_CERT_FILE"])
    case CURLE_SSL_CONNECT_ERROR:
      return CloudError(
        .transport(TransportFault(.unreachable, mayHaveArrived: false)),
        "no secure connection to \(host): \(reason)", hints: ["check the endpoint and `https_proxy`"])
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND, CURLE_BAD_CONTENT_ENCODING:
      return CloudError(
        .transport(TransportFault(.interrupted, mayHaveArrived: true)),
        "the connection to \(host) broke: \(reason)", hints: ["try again"])
    default:
      return CloudError(
        .transport(TransportFault(.permanent, mayHaveArrived: true)),
        "the transfer with \(host) failed: \(reason)")
    }
  }
}
