/// Snowflake's SQL API. Source: Snowflake SQL API reference, `/api/v2/statements`. All faults are `CloudError`s.
///
/// No statement runs twice: each request has an id, by which Snowflake knows it again when it is sent once more after a lost
/// answer, a 429 or a 5xx. There is no session: what holds between statements (a transaction, a temporary table, a variable)
/// holds within one call of `runTogether`. Any number of threads may call at once.
package struct SnowflakeClient: Sendable {
  /// Answers of more bytes than this are refused, each, and all of one result together unless its rows are handed on.
  package var answerByteLimit = 256 << 20

  package let connection: SnowflakeConnection
  let http: HTTPClient
  let cancellation: CancellationToken
  let retryPolicy: RetryPolicy
  let pollPolicy: PollPolicy
  let clock: @Sendable () -> AWSTime
  let tokens: any SnowflakeTokenSource

  /// How long to wait between questions whether a statement has ended.
  package struct PollPolicy: Sendable {
    package var firstSeconds = 0.1
    /// Each wait is longer than the one before by this factor.
    package var growth = 1.5
    package var maximumSeconds = 5.0

    package init() {}
  }

  /// - Parameters:
  ///   - http: nil: one that has the patience that the API needs, which holds answers back for 45 seconds.
  ///   - environment: for certificates and proxies, where `http` is nil.
  package init(
    _ connection: SnowflakeConnection, environment: [String: String] = [:], http: HTTPClient? = nil,
    cancellation: CancellationToken = CancellationToken(), retryPolicy: RetryPolicy = RetryPolicy(),
    pollPolicy: PollPolicy = PollPolicy(), clock: @escaping @Sendable () -> AWSTime = { .now() }
  ) throws(CloudError) {
    self.connection = connection
    var options = HTTPOptions(environment: environment)
    options.stallSeconds = 120
    self.http = http ?? HTTPClient(options)
    self.cancellation = cancellation
    self.retryPolicy = retryPolicy
    self.pollPolicy = pollPolicy
    self.clock = clock
    tokens = try connection.authentication.tokenSource(for: connection)
  }

  /// Runs a statement and gives its result with all its rows.
  package func run(_ statement: SnowflakeStatement) throws -> SnowflakeResult {
    var rows: [[SnowflakeValue]] = []
    let result = try forEachRow(of: statement, limit: answerByteLimit) { rows.append($0) }
    return SnowflakeResult(
      handle: result.handle, columns: result.columns, rows: rows, rowCount: result.rowCount,
      changes: result.changes)
  }

  /// Runs a statement and hands its rows on, one partition after the other. Returns the result without rows.
  package func forEachRow(
    of statement: SnowflakeStatement, _ body: ([SnowflakeValue]) throws -> Void
  ) throws -> SnowflakeResult {
    try forEachRow(of: statement, limit: .max, body)
  }

  /// Runs several statements in one request, one after the other in one session: `begin`, …, `commit`. The first that fails ends
  /// them, and Snowflake rolls back the transaction that is open then. Values cannot be bound: see `SnowflakeSQL.literal`.
  ///
  /// - Returns: the result of each, in their order.
  package func runTogether(
    _ statements: [SnowflakeStatement], timeoutSeconds: Int? = nil
  ) throws -> [SnowflakeResult] {
    guard !statements.isEmpty else { return [] }
    guard statements.count > 1 else { return [try run(statements[0])] }
    guard statements.allSatisfy(\.bindings.isEmpty) else {
      throw CloudError(
        .configuration, "Snowflake binds no values in a request of several statements",
        hints: ["write them as SnowflakeSQL.literal"])
    }
    return try runMany(statements, timeoutSeconds: timeoutSeconds)
  }
}
