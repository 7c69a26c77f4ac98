import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The private half of a key pair of RSA.
package struct SnowflakePrivateKey: Sendable {
  private let key: Hidden<_RSA.Signing.PrivateKey>
  /// Of the public half, as `describe user` shows it in RSA_PUBLIC_KEY_FP: `SHA256:` and 32 bytes in Base64.
  package let fingerprint: String

  /// The largest passphrase that is taken, in bytes.
  private static let passphraseLimit = 1000

  /// - Parameters:
  ///   - text: PEM of PKCS#8, encrypted or not, or of PKCS#1; or the Base64 of PKCS#8's DER, as dbt takes it. Line breaks may
  ///     be written as `\n`.
  ///   - source: where it is from, for errors.
  package init(_ text: Secret, passphrase: Secret?, from source: String) throws(CloudError) {
    let pem = try Self.pem(text.reveal(), isEncrypted: passphrase != nil, source)
    let isEncrypted =
      pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED")
    do {
      key = Hidden(
        isEncrypted
          ? try Self.decrypted(pem, passphrase, source) : try _RSA.Signing.PrivateKey(pemRepresentation: pem))
    } catch let error as CloudError {
      throw error
    } catch {
      throw isEncrypted
        ? CloudError(
          .credentials, "the private key of \(source) cannot be opened with its passphrase",
          hints: [
            "check private_key_passphrase; Snowflake wants RSA of 2048 bits or more, encrypted by `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
          ])
        : CloudError(
          .credentials, "the private key of \(source) cannot be read",
          hints: [
            "it must be RSA of 2048 bits or more, in PEM: `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out key.p8`"
          ])
    }
    let publicKey = key.reveal().publicKey.derRepresentation
    fingerprint = "SHA256:" + Data(SHA256.hash(data: publicKey)).base64EncodedString()
  }

  /// Reads the key out of a file. One that everybody may read is refused; a group may, as where secrets are mounted.
  package init(path: String, passphrase: Secret?) throws(CloudError) {
    guard let text = try PrivateFile.read(path, title: "the private key", others: 0o027) else {
      throw CloudError(
        .credentials, "there is no file '\(path)' with the private key",
        hints: ["private_key_path says where it is; docs/cloud.md says how to make one"])
    }
    try self.init(text, passphrase: passphrase, from: "'\(path)'")
  }

  /// The key in PEM of PKCS #8, not encrypted, as those take it who keep it in a safe of their own.
  package var pkcs8: Secret { Secret(key.reveal().pkcs8PEMRepresentation + "\n") }

  private static func decrypted(
    _ pem: String, _ passphrase: Secret?, _ source: String
  ) throws -> _RSA.Signing.PrivateKey {
    guard let passphrase = passphrase?.reveal(), !passphrase.isEmpty else {
      throw CloudError(
        .credentials, "the private key of \(source) is encrypted, and there is no passphrase",
        hints: ["set private_key_passphrase, best from a variable: \"{{ env_var('SNOWFLAKE_PASSPHRASE') }}\""]
      )
    }
    let bytes = Array(passphrase.utf8)
    // The library takes signed characters, and stops the program at others.
    guard bytes.count <= passphraseLimit, bytes.allSatisfy({ (1..<0x80).contains($0) }) else {
      throw CloudError(
        .credentials,
        "the passphrase of the private key of \(source) has characters beyond ASCII, or too many",
        hints: [
          "encrypt the key anew with another one: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.p8 -out new.p8`"
        ])
    }
    let key = try _RSA.Signing.PrivateKey(encryptedPEMRepresentation: pem) { (set: ([UInt8]) -> Void) in
      set(bytes)
    }
    guard key.keySizeInBits >= 2048 else { throw CryptoKitError.incorrectParameterSize }
    return key
  }

  /// The key as PEM with real line breaks.
  private static func pem(_ text: String, isEncrypted: Bool, _ source: String) throws(CloudError) -> String {
    var text = text.replacing("\\n", with: "\n").replacing("\r\n", with: "\n")
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    if text.hasPrefix("-----BEGIN ") { return text + "\n" }
    let base64 = text.filter { !$0.isWhitespace }
    guard !base64.isEmpty, Data(base64Encoded: base64) != nil else {
      throw CloudError(
        .credentials, "the private key of \(source) is neither PEM nor Base64",
        hints: ["it begins with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE KEY-----"])
    }
    let label = isEncrypted ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY"
    var lines = ["-----BEGIN \(label)-----"]
    var rest = base64[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(64)))
      rest = rest.dropFirst(64)
    }
    return (lines + ["-----END \(label)-----", ""]).joined(separator: "\n")
  }

  /// A signature of RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
  func signature(of bytes: some DataProtocol) throws(CloudError) -> [UInt8] {
    do {
      return Array(
        try key.reveal().signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
          .rawRepresentation)
    } catch {
      throw CloudError(.credentials, "the private key cannot sign: \(error)")
    }
  }
}
