extension ServiceClient {
  /// Calls an operation of a service that speaks JSON 1.1 (Glue, Secrets Manager).
  ///
  /// - Parameter prefix: of the field `X-Amz-Target`.
  func call<Answer: Decodable>(
    _ operation: String, of prefix: String, _ input: some Encodable, target: String,
    isIdempotent: Bool = true,
    as type: Answer.Type = Answer.self
  ) throws -> Answer {
    let body = HTTPBody.bytes(try AWSJSON.encode(input))
    let call = Call(operation: operation, target: target, isIdempotent: isIdempotent)
    let response = try send(call) {
      var url = endpoint
      url.encodedPath += "/"
      var request = HTTPRequest(.post, url, body: body)
      request.headers["Content-Type"] = "application/x-amz-json-1.1"
      request.headers["X-Amz-Target"] = "\(prefix).\(operation)"
      return request
    }
    do {
      return try AWSJSON.decode(type, response.body)
    } catch {
      var fault = CloudError(
        .response, "the answer is not what \(operation) gives", hints: ["does \(service.title) listen there?"]
      )
      fault.operation = "\(service.title) \(operation) \(target)"
      throw fault
    }
  }
}

/// An answer in which nothing is looked for.
struct EmptyAnswer: Decodable {}
