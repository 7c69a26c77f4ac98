import Diagnostics

/// To which account of Snowflake, as whom, and what statements find there: the settings that dbt-snowflake's profiles and
/// `connections.toml` have.
package struct SnowflakeConnection: Sendable {
  /// `ORGANIZATION-ACCOUNT`, or an account locator with its region: `xy12345.eu-central-1`.
  package var account: String
  /// Nil where the token says who it is.
  package var user: String?
  package var authentication: SnowflakeAuthentication
  /// Names as Snowflake stores them; nil is the user's own choice.
  package var role: String?
  package var warehouse: String?
  package var database: String?
  package var schema: String?
  /// By which statements are found in the query history.
  package var queryTag: String?
  /// `https://<account>.snowflakecomputing.com`, or another server on this machine.
  package var endpoint: HTTPURL

  /// - Parameter endpoint: nil: Snowflake's own.
  package init(
    account: String, user: String?, authentication: SnowflakeAuthentication, role: String? = nil,
    warehouse: String? = nil, database: String? = nil, schema: String? = nil, queryTag: String? = nil,
    endpoint: HTTPURL? = nil
  ) throws(CloudError) {
    let identifier = try SnowflakeAccount(account)
    self.account = account
    self.user = user
    self.authentication = authentication
    self.role = role
    self.warehouse = warehouse
    self.database = database
    self.schema = schema
    self.queryTag = queryTag
    self.endpoint = endpoint ?? HTTPURL(host: identifier.host, encodedPath: "")
    try Self.check(self.endpoint)
  }

  /// Tokens and rows go over no wire in the open: without TLS only to this machine itself.
  private static func check(_ endpoint: HTTPURL) throws(CloudError) {
    guard endpoint.scheme != "https" else { return }
    let host = endpoint.host.lowercased()
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    let isLoopback =
      host == "localhost" || host == "[::1]"
      || numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    guard endpoint.scheme == "http", isLoopback else {
      throw CloudError(
        .configuration, "Snowflake at \(endpoint.text) would be spoken to without TLS",
        hints: ["leave out `protocol: http`, which is for servers on this machine alone"])
    }
  }
}

/// An account's identifier, in the forms that addresses and tokens want.
package struct SnowflakeAccount: Sendable, Equatable {
  /// The host of its API.
  package let host: String
  /// Its name in tokens: upper case, without a region.
  package let name: String

  package init(_ identifier: String) throws(CloudError) {
    func refuse(_ why: String) -> CloudError {
      CloudError(
        .configuration, "'\(identifier)' is no identifier of a Snowflake account: \(why)",
        hints: [
          "write ORGANIZATION-ACCOUNT, as `select current_organization_name() || '-' || current_account_name()` gives it"
        ])
    }
    if identifier.contains("://") || identifier.lowercased().contains("snowflakecomputing.") {
      throw refuse("it is an address")
    }
    // A host has no underscores; Snowflake takes the hyphen for both.
    let plain = identifier.replacing("_", with: "-")
    let isPlain = plain.utf8.allSatisfy {
      $0.lowercasedASCII.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
    guard !plain.isEmpty, isPlain else {
      throw refuse("it has other characters than letters, digits, `-`, `_`")
    }
    guard !parts.contains(where: { $0.isEmpty || $0.first == "-" || $0.last == "-" }) else {
      throw refuse("a part of it is empty")
    }
    let lower = plain.lowercased()
    let isChina = parts.dropFirst().contains { $0.lowercased().hasPrefix("cn-") }
    host = "\(lower).snowflakecomputing.\(isChina ? "cn" : "com")"
    // Identifiers of the form ACCOUNT-HASH.global are those of replicated accounts: the hash is no part of the name.
    let isGlobal = parts.dropFirst().contains { $0.lowercased() == "global" }
    let first = isGlobal ? parts[0].split(separator: "-")[0] : parts[0]
    name = first.uppercased()
  }
}
