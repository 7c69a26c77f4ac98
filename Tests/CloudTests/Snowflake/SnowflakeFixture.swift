import Cloud
import CryptoExtras
import Files
import Synchronization
import TestSupport

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A client of Snowflake whose service is a loopback server that does what the test says.
final class SnowflakeFixture {
  let server: LoopbackServer
  let cancellation = CancellationToken()
  let client: SnowflakeClient

  /// A key pair, one for all tests: to make one takes a while.
  static let key = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

  static func privateKey() throws -> SnowflakePrivateKey {
    try SnowflakePrivateKey(
      Secret(key.get().pkcs8PEMRepresentation), passphrase: nil, from: "the test")
  }

  /// - Parameter attempts: how often the policy tries, without long waits.
  init(
    attempts: Int = 4, authentication: SnowflakeAuthentication = .accessToken(Secret("hidden-token")),
    clock: @escaping @Sendable () -> AWSTime = { .now() },
    change: (inout SnowflakeConnection) -> Void = { _ in },
    _ handler: @escaping @Sendable (LoopbackServer.Request, Int) -> LoopbackServer.Reply
  ) throws {
    server = try LoopbackServer(handler)
    var policy = RetryPolicy()
    policy.maximumAttemptCount = attempts
    policy.baseSeconds = 0.001
    policy.budget = RetryBudget(capacity: 1_000_000)
    var poll = SnowflakeClient.PollPolicy()
    poll.firstSeconds = 0.001
    poll.maximumSeconds = 0.01
    var connection = try SnowflakeConnection(
      account: "MYORG-MYACCOUNT", user: "Svc", authentication: authentication,
      endpoint: HTTPURL(endpoint: server.endpoint, from: "the test"))
    change(&connection)
    client = try SnowflakeClient(
      connection, http: HTTPClient(), cancellation: cancellation, retryPolicy: policy, pollPolicy: poll,
      clock: clock)
  }

  deinit {
    server.stop()
  }
}

/// An answer of the SQL API with rows.
struct ResultSet: Encodable {
  struct Column: Encodable {
    var name: String
    var type: String
    var scale = 0
    var nullable = true
  }

  struct Partition: Encodable {
    var rowCount: Int
  }

  struct MetaData: Encodable {
    var numRows: Int
    var format = "jsonv2"
    var rowType: [Column]
    var partitionInfo: [Partition]
  }

  struct Statistics: Encodable {
    var numRowsInserted = 0
    var numRowsUpdated = 0
    var numRowsDeleted = 0
  }

  var code = "090001"
  var sqlState = "00000"
  var statementHandle: String
  var message = "Statement executed successfully."
  var resultSetMetaData: MetaData
  var data: [[String?]]
  var stats: Statistics?
  var statementHandles: [String]?

  /// - Parameter partitions: the rows of each; the first one is in the answer.
  init(
    _ handle: String = "01b2-h1", _ columns: [Column] = [Column(name: "N", type: "fixed")],
    partitions: [[[String?]]] = [[["1"]]]
  ) {
    statementHandle = handle
    resultSetMetaData = MetaData(
      numRows: partitions.reduce(0) { $0 + $1.count }, rowType: columns,
      partitionInfo: partitions.map { Partition(rowCount: $0.count) })
    data = partitions[0]
  }

  /// What answers several statements.
  static func together(_ handle: String, _ handles: [String]) -> ResultSet {
    var answer = ResultSet(
      handle, [Column(name: "multiple statement execution", type: "text")],
      partitions: [[["Multiple statements executed successfully."]]])
    answer.statementHandles = handles
    return answer
  }

  var reply: LoopbackServer.Reply { .answer(200, [:], json(self)) }
}

/// The JSON of a value that has one.
func json(_ value: some Encodable) -> String {
  String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self)
}

/// A part of what `POST /api/v2/statements` is sent.
struct SentBody: Decodable, Equatable {
  struct Binding: Decodable, Equatable {
    var type: String
    var value: String?
  }

  var statement: String
  var timeout: Int?
  var database: String?
  var schema: String?
  var warehouse: String?
  var role: String?
  var bindings: [String: Binding]?
  var parameters: [String: String]?
}

extension LoopbackServer.Reply {
  /// That a statement is under way.
  static func running(_ handle: String = "01b2-h1") -> Self {
    .answer(
      202, [:],
      json([
        "code": "333334", "message": "Asynchronous execution in progress.", "statementHandle": handle,
        "statementStatusUrl": "/api/v2/statements/\(handle)",
      ]))
  }

  static func refusal(
    _ status: Int, _ code: String, _ message: String = "no", sqlState: String = "42000",
    headers: [String: String] = [:]
  ) -> Self {
    .answer(
      status, headers,
      json(["code": code, "message": message, "sqlState": sqlState, "statementHandle": "01b2-h1"]))
  }
}

extension LoopbackServer.Request {
  var path: String { String(target.prefix { $0 != "?" }) }

  var query: [String: String] {
    let items = target.split(separator: "?").dropFirst().first?.split(separator: "&") ?? []
    return Dictionary(
      items.map { item in
        let parts = item.split(separator: "=", maxSplits: 1)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      }, uniquingKeysWith: { $1 })
  }

  var sent: SentBody? { try? JSONDecoder().decode(SentBody.self, from: Data(body)) }

  /// The token of a request, where it is one of JSON: its claims, if the signature is that of the key.
  func claims(signedBy key: _RSA.Signing.PublicKey) -> Claims? {
    guard let field = self["Authorization"], field.hasPrefix("Bearer ") else { return nil }
    let parts = field.dropFirst(7).split(separator: ".").map(String.init)
    guard parts.count == 3, let signature = Self.base64URL(parts[2]), let claims = Self.base64URL(parts[1]),
      key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: Data("\(parts[0]).\(parts[1])".utf8),
        padding: .insecurePKCS1v1_5)
    else { return nil }
    return try? JSONDecoder().decode(Claims.self, from: Data(claims))
  }

  static func base64URL(_ text: String) -> [UInt8]? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)).map(
      Array.init)
  }
}

struct Claims: Decodable {
  var iss: String
  var sub: String
  var iat: Int
  var exp: Int
}

/// Bytes that are compressed by the gzip of this machine.
func gzipped(_ text: String) throws -> [UInt8]? {
  guard let gzip = Tool("gzip") else { return nil }
  let folder = try TemporaryFolder()
  let path = try folder.write(text, to: "body")
  _ = try gzip.run(["-q", path])
  return try FileSystem.read("\(path).gz")
}
