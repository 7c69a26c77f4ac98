/// How Snowflake is told who asks. There are no passwords: its API takes none.
package enum SnowflakeAuthentication: Sendable {
  /// A token that is signed with a key whose public half the user has.
  case keyPair(SnowflakePrivateKey)
  /// A programmatic access token.
  case accessToken(Secret)
  /// An access token of OAuth, Snowflake's own or an external one.
  case oauth(Secret)

  /// For people: nothing of it is secret.
  package var title: String {
    switch self {
    case .keyPair: "key pair"
    case .accessToken: "programmatic access token"
    case .oauth: "OAuth token"
    }
  }

  func tokenSource(for connection: SnowflakeConnection) throws(CloudError) -> any SnowflakeTokenSource {
    switch self {
    case .keyPair(let key):
      guard let user = connection.user, !user.isEmpty else {
        throw CloudError(
          .configuration, "a key pair is a user's, and the connection has no 'user'", hints: ["set `user`"])
      }
      return KeyPairTokens(key, account: try SnowflakeAccount(connection.account), user: user)
    case .accessToken(let token): return FixedToken("PROGRAMMATIC_ACCESS_TOKEN", token)
    case .oauth(let token): return FixedToken("OAUTH", token)
    }
  }
}

/// What a request says of who sends it.
struct SnowflakeToken: Sendable {
  /// As `X-Snowflake-Authorization-Token-Type` names it.
  let type: String
  let text: Secret
}

/// Gives the token of a request.
protocol SnowflakeTokenSource: Sendable {
  func token(at time: AWSTime) throws -> SnowflakeToken
  /// Forgets what is kept, since Snowflake does not take it. Returns whether there may be another one now.
  func renew() -> Bool
}

/// A token that somebody else made.
struct FixedToken: SnowflakeTokenSource {
  private let token: SnowflakeToken

  init(_ type: String, _ text: Secret) {
    token = SnowflakeToken(type: type, text: text)
  }

  func token(at time: AWSTime) -> SnowflakeToken { token }
  func renew() -> Bool { false }
}
