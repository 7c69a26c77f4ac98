/// What Snowflake's codes mean to us. Sources: Snowflake's documentation ("Key-pair authentication: Troubleshooting",
/// "SQL API reference") and the tables of its open-source drivers.
enum SnowflakeFaults {
  struct Meaning {
    let kind: ServiceFault.Kind
    /// What to do about it.
    let hint: String?
  }

  static func meaning(status: Int, code: String, message: String) -> Meaning {
    // What comes from the network on the way has no code of Snowflake's.
    switch status {
    case 429:
      return Meaning(
        kind: .throttled, hint: "too many requests at once: try again later, or with fewer threads")
    case 500...: return Meaning(kind: .unavailable, hint: "Snowflake has trouble: try again later")
    default: break
    }
    if let known = byCode[code] { return known }
    if code == failedTogether, let inner = byMessage.first(where: { message.contains($0.words) }) {
      return byCode[inner.code] ?? Meaning(kind: .invalid, hint: nil)
    }
    return switch status {
    case 401: Meaning(kind: .credentialsRefused, hint: refusedHint)
    case 403:
      Meaning(kind: .accessDenied, hint: "check the account, the role and the account's network policies")
    case 404: Meaning(kind: .notFound, hint: "check the account; results are kept for 24 hours")
    case 408: Meaning(kind: .invalid, hint: timeoutHint)
    default: Meaning(kind: .invalid, hint: nil)
    }
  }

  /// Of a request of several statements of which one failed. The code of that one is not told.
  private static let failedTogether = "100132"
  private static let byMessage: [(words: String, code: String)] = [
    ("does not exist or not authorized", "002003"), ("Insufficient privileges", "003001"),
    ("No active warehouse", "000606"),
  ]

  /// The message without the script of Snowflake's own that runs several statements: which statement failed, and why.
  static func unwrapped(_ message: String) -> String {
    guard let start = message.firstRange(of: "Execution of multiple statements failed"),
      let end = message.firstRange(of: " in SYSTEM$MULTISTMT at")
    else { return message }
    return start.lowerBound < end.lowerBound ? String(message[start.lowerBound..<end.lowerBound]) : message
  }

  /// Whether another token may help, where there is one to be had.
  static func isTokenRefused(_ fault: ServiceFault) -> Bool {
    fault.status == 401 && fault.kind == .credentialsRefused
  }

  /// Codes have six digits in the documentation, and sometimes fewer on the wire.
  static func sixDigits(_ code: String) -> String {
    code.utf8.count < 6 && !code.isEmpty && code.utf8.allSatisfy(\.isDigit)
      ? String(repeating: "0", count: 6 - code.utf8.count) + code : code
  }

  private static let refusedHint = "check account, user and key or token of the output"
  private static let timeoutHint =
    "the statement took longer than it may: a larger warehouse, or a higher STATEMENT_TIMEOUT_IN_SECONDS, helps"
  private static let keyHint =
    "compare the key's fingerprint with RSA_PUBLIC_KEY_FP of `describe user`; check account, user (its LOGIN_NAME) and this machine's clock; `select system$get_login_failure_details('…')` with the id in brackets says more"
  private static let expiredHint = "the token has run out: put a new one in its place"
  private static let objectHint =
    "check the name; the role may lack USAGE on its database or schema, or a privilege on it"

  private static let byCode: [String: Meaning] = {
    let refused: [(codes: [String], hint: String)] = [
      (["390144"] + (394300...394307).map(String.init), keyHint),
      (["390100", "390101", "390104", "390303", "390195"], refusedHint),
      (["390111", "390112", "390114", "390318"], expiredHint),
    ]
    var table: [String: Meaning] = [:]
    for entry in refused {
      for code in entry.codes { table[code] = Meaning(kind: .credentialsRefused, hint: entry.hint) }
    }
    let others: [(String, ServiceFault.Kind, String)] = [
      ("002003", .notFound, objectHint),
      ("002043", .notFound, objectHint),
      (
        "390201", .notFound,
        "check warehouse, database and schema of the output, and the role's USAGE on them"
      ),
      (
        "390186", .accessDenied,
        "grant the role to the user (`grant role … to user …`), or take another `role`"
      ),
      ("390189", .accessDenied, "check `role` of the output: upper case, unless it was made in quotes"),
      (
        "390422", .accessDenied,
        "a network policy of the account keeps this address out: ask its administrator"
      ),
      (
        "003001", .accessDenied,
        "the role lacks a privilege: the message says on what; its owner gives it by `grant … to role …`"
      ),
      (
        "003041", .accessDenied,
        "the role lacks a privilege: the message says on what; its owner gives it by `grant … to role …`"
      ),
      (
        "000606", .invalid,
        "set `warehouse` of the output, and let the role use it: `grant usage on warehouse … to role …`"
      ),
      (
        "090073", .invalid,
        "a resource monitor has stopped the warehouse: raise its credit quota, or wait until it begins anew"
      ),
      ("000630", .invalid, timeoutHint),
      ("000604", .invalid, "somebody cancelled the statement, or its warehouse was suspended: run it again"),
      ("000625", .conditionFailed, "another transaction holds the table: try again when it has ended"),
      ("000639", .conditionFailed, "another transaction holds the table: try again when it has ended"),
    ]
    for (code, kind, hint) in others { table[code] = Meaning(kind: kind, hint: hint) }
    return table
  }()
}

extension CloudError {
  /// What Snowflake refuses with.
  ///
  /// - Parameters:
  ///   - response: with a body that says why, mostly.
  ///   - sql: the statement's text, without the values that were bound.
  static func snowflake(_ response: HTTPResponse, sql: String?, now: AWSTime) -> CloudError {
    let told = try? AWSJSON.decode(SnowflakeAnswer.self, response.body)
    let code = SnowflakeFaults.sixDigits(told?.code ?? String(response.status))
    let message = SnowflakeFaults.unwrapped(told?.message ?? "")
    let meaning = SnowflakeFaults.meaning(status: response.status, code: code, message: message)
    let fault = ServiceFault(
      status: response.status, code: code, message: message,
      retryAfterSeconds: ServiceFault.retryAfter(response.headers["Retry-After"], now), kind: meaning.kind,
      sqlState: told?.sqlState, queryID: told?.checkedHandle)
    let state = told?.sqlState.map { " (\(printable($0)))" } ?? ""
    var reason = printable(fault.message)
    if reason.isEmpty { reason = "status \(response.status)" }
    var error = CloudError(
      .service(fault), told?.code == nil ? reason : "\(printable(code))\(state): \(reason)",
      notes: sql.map { ["statement: \(SnowflakeClient.shortened($0))"] } ?? [],
      hints: meaning.hint.map { [$0] } ?? [])
    if fault.kind == .credentialsRefused,
      let date = response.headers["Date"].flatMap(AWSTime.init(httpDate:)),
      abs(date.seconds - now.seconds) > 60
    {
      error.hints.insert(
        "set this machine's clock: it says \(now.extended), Snowflake's \(date.extended)", at: 0)
    }
    error.operation = "Snowflake"
    return error
  }
}
