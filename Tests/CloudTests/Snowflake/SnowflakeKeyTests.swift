import Cloud
import CryptoExtras
import Diagnostics
import Files
import TestSupport
import Testing

/// Keys as openssl writes them, and signatures that it checks.
@Suite(.enabled(if: Tool.exists("openssl"))) struct SnowflakeKeyTests {
  private let folder: TemporaryFolder
  private let openssl: Tool

  init() throws {
    folder = try TemporaryFolder()
    openssl = try #require(Tool("openssl"))
    try run(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path("plain.p8")])
    try run(["rsa", "-in", path("plain.p8"), "-pubout", "-out", path("public.pem")])
  }

  private func path(_ name: String) -> String { Path.join(folder.path, name) }

  private func run(_ arguments: [String]) throws {
    let result = try openssl.run(arguments)
    try #require(result.status == 0, "openssl \(arguments.joined(separator: " ")): \(result.output)")
  }

  private func key(_ name: String, _ passphrase: String? = nil) throws -> SnowflakePrivateKey {
    try run(["version"])
    _ = try Tool("chmod")?.run(["600", path(name)])
    return try SnowflakePrivateKey(path: path(name), passphrase: passphrase.map(Secret.init))
  }

  private func refusal(_ name: String, _ passphrase: String? = nil) throws -> String {
    let told = diagnostic { _ = try key(name, passphrase) }
    #expect(told?.code == .credentialsMissing)
    return told?.message ?? "it was taken"
  }

  @Test("a key may be encrypted in any way that openssl has for PKCS#8, or plain, or PKCS#1")
  func forms() throws {
    let fingerprint = try key("plain.p8").fingerprint
    #expect(fingerprint.hasPrefix("SHA256:"))
    let ways = [
      ["-v2", "aes-256-cbc"], ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"],
      ["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA256"], ["-v2", "des3"],
    ]
    for way in ways {
      try run(
        [
          "pkcs8", "-topk8", "-in", path("plain.p8"), "-out", path("locked.p8"), "-passout",
          "pass:open sesame",
        ]
          + way)
      #expect(try key("locked.p8", "open sesame").fingerprint == fingerprint, "\(way)")
    }
    try run(["rsa", "-in", path("plain.p8"), "-traditional", "-out", path("pkcs1.pem")])
    #expect(try key("pkcs1.pem").fingerprint == fingerprint)
  }

  @Test("a key may stand in a variable: as PEM, in one line, or as Base64 of its DER")
  func texts() throws {
    let pem = try FileSystem.readText(path("plain.p8"))
    let fingerprint = try key("plain.p8").fingerprint
    let base64 = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    for text in [
      pem, pem.replacing("\n", with: "\\n"), pem.replacing("\n", with: "\r\n"), "\n \(pem)", base64,
    ] {
      #expect(try SnowflakePrivateKey(Secret(text), passphrase: nil, from: "t").fingerprint == fingerprint)
    }
    try run(
      [
        "pkcs8", "-topk8", "-in", path("plain.p8"), "-outform", "DER", "-out", path("locked.der"), "-passout",
        "pass:x",
      ])
    try run(["base64", "-in", path("locked.der"), "-out", path("locked.txt")])
    let locked = try FileSystem.readText(path("locked.txt"))
    #expect(
      try SnowflakePrivateKey(Secret(locked), passphrase: Secret("x"), from: "t").fingerprint == fingerprint)
  }

  @Test("a key that cannot be taken is refused with the reason")
  func refusals() throws {
    try run(
      ["pkcs8", "-topk8", "-in", path("plain.p8"), "-out", path("locked.p8"), "-passout", "pass:right"])
    #expect(try refusal("locked.p8").contains("there is no passphrase"))
    #expect(try refusal("locked.p8", "wrong").contains("cannot be opened"))
    #expect(try refusal("locked.p8", "gehört").contains("beyond ASCII"))
    #expect(try refusal("locked.p8", String(repeating: "x", count: 5000)).contains("too many"))
    try run(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path("curve.p8")])
    #expect(try refusal("curve.p8").contains("cannot be read"))
    try run(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", path("short.p8")])
    #expect(try refusal("short.p8").contains("cannot be read"))
    #expect(try refusal("public.pem").contains("cannot be read"))
    for text in [
      "", "nonsense!", "-----BEGIN PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
      let told = diagnostic { _ = try SnowflakePrivateKey(Secret(text), passphrase: nil, from: "the test") }
      #expect(told?.code == .credentialsMissing)
    }
    #expect(diagnostic { _ = try key("missing.p8") }?.code == .credentialsMissing)
  }

  @Test("a key that everybody may read is refused", arguments: ["644", "604", "620"])
  func permissions(_ mode: String) throws {
    _ = try Tool("chmod")?.run([mode, path("plain.p8")])
    let told = diagnostic { _ = try SnowflakePrivateKey(path: path("plain.p8"), passphrase: nil) }
    #expect(told?.code == .credentialsMissing)
    #expect(told?.hints.first?.contains("chmod 600") == true)
    _ = try Tool("chmod")?.run(["440", path("plain.p8")])
    _ = try SnowflakePrivateKey(path: path("plain.p8"), passphrase: nil)
  }

  @Test("openssl finds a token's signature right, and the fingerprint is that of the public key")
  func signature() throws {
    let key = try key("plain.p8")
    let fixture = try SnowflakeFixture(authentication: .keyPair(key)) { _, _ in ResultSet().reply }
    _ = try fixture.client.run("select 1")
    let field = try #require(fixture.server.requests.first?["Authorization"])
    let parts = field.dropFirst(7).split(separator: ".").map(String.init)
    try folder.write("\(parts[0]).\(parts[1])", to: "message")
    try folder.write(try #require(LoopbackServer.Request.base64URL(parts[2])), to: "signature")
    try run(
      ["dgst", "-sha256", "-verify", path("public.pem"), "-signature", path("signature"), path("message")])
    try run(["pkey", "-pubin", "-in", path("public.pem"), "-outform", "DER", "-out", path("public.der")])
    try run(["dgst", "-sha256", "-binary", "-out", path("digest"), path("public.der")])
    let base64 = try openssl.run(["base64", "-in", path("digest")]).output.filter { !$0.isWhitespace }
    #expect(key.fingerprint == "SHA256:\(base64)")
  }
}
