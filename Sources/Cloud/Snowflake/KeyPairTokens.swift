import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Tokens that a key pair signs: JSON Web Tokens (RFC 7519) by RS256.
///
/// Snowflake takes a token within 60 seconds of its issue for a new login, and for an hour at most: so a token serves for
/// half a minute, and a statement that runs for hours is asked after with a new one each time.
final class KeyPairTokens: SnowflakeTokenSource {
  /// For how long a token is used.
  static let useSeconds = 30
  /// For how long it is good: a request may be long under way.
  static let lifetimeSeconds = 900

  private let key: SnowflakePrivateKey
  private let subject: String
  private let kept = Mutex<(token: Secret, issued: AWSTime)?>(nil)

  init(_ key: SnowflakePrivateKey, account: SnowflakeAccount, user: String) {
    self.key = key
    subject = "\(account.name).\(user.uppercased())"
  }

  func token(at time: AWSTime) throws -> SnowflakeToken {
    let text = try kept.withLock { kept in
      if let kept, (0..<Self.useSeconds).contains(time.seconds - kept.issued.seconds) { return kept.token }
      let fresh = try sign(at: time)
      kept = (fresh, time)
      return fresh
    }
    return SnowflakeToken(type: "KEYPAIR_JWT", text: text)
  }

  func renew() -> Bool {
    kept.withLock { $0 = nil }
    return true
  }

  private struct Header: Encodable {
    var alg = "RS256"
    var typ = "JWT"
  }

  private struct Claims: Encodable {
    var iss: String
    var sub: String
    var iat: Int
    var exp: Int
  }

  private func sign(at time: AWSTime) throws -> Secret {
    let claims = Claims(
      iss: "\(subject).\(key.fingerprint)", sub: subject, iat: time.seconds,
      exp: time.seconds + Self.lifetimeSeconds)
    let message =
      "\(Self.base64URL(try AWSJSON.encode(Header()))).\(Self.base64URL(try AWSJSON.encode(claims)))"
    return Secret("\(message).\(Self.base64URL(try key.signature(of: Array(message.utf8))))")
  }

  /// Base64 with the alphabet for addresses, without padding (RFC 7515, section 2).
  private static func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
