import Synchronization

/// HTTP over libcurl. Any number of threads may send at once: each takes a handle out of the pool, with the connections
/// that it has open, and puts it back.
package final class HTTPClient: Sendable {
  private let options: HTTPOptions
  private let idle = Mutex<[EasyHandle]>([])

  package init(_ options: HTTPOptions = HTTPOptions()) {
    self.options = options
  }

  /// Sends a request and waits for the answer, whatever its status. Once: see `RetryPolicy`.
  ///
  /// - Parameter consume: takes the body of a 2xx as it comes, in pieces, each with the answer's status and fields. What it
  ///   throws ends the transfer and is thrown on.
  package func send(
    _ request: HTTPRequest, cancellation: CancellationToken = CancellationToken(),
    consume: ((HTTPResponse, UnsafeRawBufferPointer) throws -> Void)? = nil
  ) throws -> HTTPResponse {
    if let name = request.headers.unsendable {
      throw CloudError(
        .configuration, "the value of the field '\(name)' has a line break or control character")
    }
    if cancellation.isCancelled { throw CloudError.cancelled }
    let handle = try idle.withLock { $0.popLast() } ?? EasyHandle()
    defer { idle.withLock { $0.append(handle) } }
    let transfer = try Transfer(request, cancellation: cancellation, consume: consume)
    do {
      try handle.perform(transfer, options)
    } catch {
      throw transfer.consumerError ?? error
    }
    return transfer.response
  }
}
