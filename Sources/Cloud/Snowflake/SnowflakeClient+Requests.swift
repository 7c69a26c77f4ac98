extension SnowflakeClient {
  /// A statement that Snowflake knows of, and what it says of it.
  struct Submitted {
    let handle: String
    /// Of the last answer, which says that all is done.
    var answer: SnowflakeAnswer
    var byteCount: Int
  }

  /// Sends a request for statements, and waits until they have ended.
  ///
  /// - Parameter isAsynchronous: whether to be answered at once, with the handle alone.
  func submit(_ body: SnowflakeBody, isAsynchronous: Bool) throws -> Submitted {
    let id = Self.requestID()
    var url = connection.endpoint
    url.encodedPath += "/api/v2/statements"
    let bytes = try AWSJSON.encode(body)
    let first: (answer: SnowflakeAnswer, status: Int, byteCount: Int)
    do {
      first = try exchange(sql: body.statement) { number in
        var request = HTTPRequest(.post, url, body: .bytes(bytes))
        request.url.query = [HTTPURL.QueryItem("requestId", id)]
        if isAsynchronous { request.url.query.append(HTTPURL.QueryItem("async", "true")) }
        // By these two Snowflake knows a request again, and answers as it did, or would have.
        if number > 1 { request.url.query.append(HTTPURL.QueryItem("retry", "true")) }
        return request
      }
    } catch var error as CloudError {
      if case .transport(let fault) = error.cause, fault.mayHaveArrived {
        error.notes.append("whether it ran is not known: request id \(id)")
      } else if error.cause == .cancelled {
        error.notes.append("what was sent may still run in Snowflake: request id \(id)")
      }
      throw error
    }
    guard let handle = first.answer.checkedHandle else {
      throw Self.misunderstood("it has no statement handle", sql: body.statement)
    }
    if first.status != 202 {
      return Submitted(handle: handle, answer: first.answer, byteCount: first.byteCount)
    }
    return try wait(for: handle, sql: body.statement)
  }

  /// Asks after a statement until it has ended. A wish to stop meanwhile ends it in Snowflake, too.
  func wait(for handle: String, sql: String) throws -> Submitted {
    var seconds = pollPolicy.firstSeconds
    do {
      while true {
        let told = try get(handle, partition: nil, sql: sql)
        if told.status != 202 {
          return Submitted(handle: handle, answer: told.answer, byteCount: told.byteCount)
        }
        cancellation.wait(seconds: seconds)
        if cancellation.isCancelled { throw CloudError.cancelled }
        seconds = min(pollPolicy.maximumSeconds, seconds * pollPolicy.growth)
      }
    } catch var error as CloudError {
      guard error.cause == .cancelled else {
        if case .transport = error.cause { error.notes.append("query id: \(handle); it may still run") }
        throw error
      }
      error.notes = [
        cancel(handle)
          ? "the statement was ended in Snowflake, too; query id: \(handle)"
          : "the statement may still run in Snowflake; query id: \(handle)"
      ]
      throw error
    }
  }

  func get(
    _ handle: String, partition: Int?, sql: String
  ) throws -> (answer: SnowflakeAnswer, status: Int, byteCount: Int) {
    var url = connection.endpoint
    url.encodedPath += "/api/v2/statements/\(handle)"
    url.query = [HTTPURL.QueryItem("requestId", Self.requestID())]
    if let partition { url.query.append(HTTPURL.QueryItem("partition", String(partition))) }
    return try exchange(sql: sql) { _ in HTTPRequest(.get, url) }
  }

  /// Ends a statement, with patience for five seconds. Returns whether Snowflake says that it is ended.
  private func cancel(_ handle: String) -> Bool {
    let end = MonotonicClock.seconds + 5
    let patience = CancellationToken { MonotonicClock.seconds > end }
    var url = connection.endpoint
    url.encodedPath += "/api/v2/statements/\(handle)/cancel"
    url.query = [HTTPURL.QueryItem("requestId", Self.requestID())]
    let answer = try? exchange(sql: nil, cancellation: patience) { _ in HTTPRequest(.post, url) }
    return answer != nil
  }

  // MARK: One exchange

  /// Sends a request, as often as the policy has it, with a token that is good now, and reads the answer.
  private func exchange(
    sql: String?, cancellation asked: CancellationToken? = nil,
    _ request: (_ attempt: Int) throws -> HTTPRequest
  ) throws -> (answer: SnowflakeAnswer, status: Int, byteCount: Int) {
    let cancellation = asked ?? self.cancellation
    var number = 0
    do {
      return try retryPolicy.run(isIdempotent: true, cancellation: cancellation) { _ in
        number += 1
        do {
          return try attempt(request(number), sql, cancellation)
        } catch let error as CloudError where error.service.map(SnowflakeFaults.isTokenRefused) == true {
          // It may have run out on its way, or while this machine slept: once with a new one.
          guard number == 1, tokens.renew() else { throw error }
          number += 1
          return try attempt(request(number), sql, cancellation)
        }
      }
    } catch var error as CloudError {
      if error.operation == nil {
        error.operation = "Snowflake"
        if let sql, error.cause != .cancelled { error.notes.append("statement: \(Self.shortened(sql))") }
      }
      throw error
    }
  }

  private func attempt(
    _ request: HTTPRequest, _ sql: String?, _ cancellation: CancellationToken
  ) throws -> (answer: SnowflakeAnswer, status: Int, byteCount: Int) {
    let token = try tokens.token(at: clock())
    var request = request
    request.acceptsGzip = true
    request.headers["Authorization"] = "Bearer \(token.text.reveal())"
    request.headers["X-Snowflake-Authorization-Token-Type"] = token.type
    request.headers["Accept"] = "application/json"
    if request.method == .post { request.headers["Content-Type"] = "application/json" }
    var body: [UInt8] = []
    let response = try http.send(request, cancellation: cancellation) { _, bytes in
      guard body.count + bytes.count <= answerByteLimit else {
        throw Self.misunderstood("it is longer than \(answerByteLimit >> 20) MiB", sql: sql)
      }
      body += bytes
    }
    guard response.isSuccess else { throw CloudError.snowflake(response, sql: sql, now: clock()) }
    do {
      return (try AWSJSON.decode(SnowflakeAnswer.self, body), response.status, body.count)
    } catch {
      throw Self.misunderstood("it is not what the SQL API gives", sql: sql)
    }
  }

  static func misunderstood(_ why: String, sql: String?) -> CloudError {
    var error = CloudError(
      .response, "the answer cannot be understood: \(why)",
      notes: sql.map { ["statement: \(shortened($0))"] } ?? [], hints: ["does Snowflake listen there?"])
    error.operation = "Snowflake"
    return error
  }

  /// A statement in one line of bounded length, for people.
  static func shortened(_ sql: String) -> String {
    var words = ""
    for word in sql.split(whereSeparator: \.isWhitespace) {
      if !words.isEmpty { words += " " }
      words += word
      if words.count > 200 { return CloudError.printable(String(words.prefix(200))) + " …" }
    }
    return CloudError.printable(words)
  }

  /// A random UUID (RFC 9562, version 4).
  private static func requestID() -> String {
    var random = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let ends = [4, 6, 8, 10, 16]
    return zip([0] + ends, ends).map { Hex.text(bytes[$0..<$1]) }.joined(separator: "-")
  }
}
