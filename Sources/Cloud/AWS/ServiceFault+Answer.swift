extension ServiceFault {
  /// Reads what an answer says of its failure, in XML (S3, STS) or JSON (Glue, Secrets Manager), or by its status alone.
  init(_ response: HTTPResponse, now: AWSTime) {
    let told = Self.told(response)
    self.init(
      status: response.status, code: told.code ?? String(response.status), message: told.message ?? "",
      requestID: response.headers["x-amz-request-id"] ?? response.headers["x-amzn-requestid"]
        ?? told.requestID,
      retryAfterSeconds: Self.retryAfter(response.headers["Retry-After"], now))
  }

  private static func told(_ response: HTTPResponse) -> (code: String?, message: String?, requestID: String?)
  {
    if let root = XMLElement.parse(response.body) {
      let error = root.name == "Error" ? root : root.descendant("Error")
      let id = error?["RequestId"] ?? root["RequestId"] ?? root["RequestID"]
      return (error?["Code"]?.text, error?["Message"]?.text, id?.text)
    }
    struct Told: Decodable {
      var __type: String?
      var code: String?
      var message: String?
      var Message: String?
    }
    let told = try? AWSJSON.decode(Told.self, response.body)
    let type = response.headers["x-amzn-ErrorType"] ?? told?.__type ?? told?.code
    // `com.amazonaws.glue#EntityNotFoundException:http://…`: the name alone is wanted.
    let code = type?.split(separator: ":").first?.split(separator: "#").last.map(String.init)
    return (code, told?.message ?? told?.Message, nil)
  }

  /// Seconds, or the date of RFC 9110, section 10.2.3.
  static func retryAfter(_ text: String?, _ now: AWSTime) -> Double? {
    guard let text else { return nil }
    if let seconds = Int(text) { return Double(max(0, seconds)) }
    return AWSTime(httpDate: text).map { Double(max(0, $0.seconds - now.seconds)) }
  }
}

extension CloudError {
  /// A refusal, with what can be done about it.
  ///
  /// - Parameter response: the answer that it comes of.
  init(_ fault: ServiceFault, _ response: HTTPResponse? = nil, region: String = "", now: AWSTime = .now()) {
    let reason = Self.printable(fault.message)
    var message = "\(Self.printable(fault.code))\(reason.isEmpty ? "" : ": \(reason)")"
    if fault.code != String(fault.status) { message += " (status \(fault.status))" }
    var hints: [String] = []
    switch fault.kind {
    case .notFound:
      hints = ["check the name, the account and the region" + (region.isEmpty ? "" : " (\(region))")]
    case .conditionFailed: hints = ["somebody else changed it meanwhile: look at it again, and decide anew"]
    case .accessDenied: hints = ["ask for the permission, or choose other credentials with AWS_PROFILE"]
    case .credentialsRefused:
      hints =
        ServiceFaultKinds.isExpiry(fault.code)
        ? ["the credentials have run out: sign in again (`aws sso login`), or set new ones"]
        : ["check the access key and the secret of this profile; AWS_PROFILE chooses another"]
    case .clockSkewed:
      let there = (response?.headers["Date"]).flatMap(AWSTime.init(httpDate:))?.extended ?? "unknown"
      hints = ["set this machine's clock: it says \(now.extended), the service's \(there)"]
    case .throttled: hints = ["too many requests at once: try again later, or with fewer threads"]
    case .unavailable: hints = ["the service has trouble: try again later"]
    case .damaged: hints = ["the bytes were damaged on their way: try again"]
    case .invalid: break
    }
    if let other = response?.headers["x-amz-bucket-region"], other != region {
      hints = ["the bucket is in region \(other), not \(region): set the region"]
    }
    self.init(.service(fault), message, hints: hints)
  }

  /// Text of a stranger, for a terminal: one line of bounded length.
  static func printable(_ text: String) -> String {
    String(text.prefix(500).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
  }
}
