import CCurl
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The state of one transfer, which libcurl's callbacks work on.
///
/// It stays with the thread that performs the transfer.
final class Transfer {
  /// What is kept of a body that nobody reads as it comes: an error's, or a short answer's.
  static let keptByteLimit = 64 << 20

  let request: HTTPRequest
  private(set) var status = 0
  private(set) var headers = HTTPHeaders()
  private(set) var body: [UInt8] = []
  /// Whether all fields of the answer have come: a connection that ends among them is no error to libcurl.
  private(set) var isHeadComplete = false
  /// Why one of the callbacks stopped the transfer.
  private(set) var failure: CloudError?
  /// An error of whoever takes the body.
  private(set) var consumerError: (any Error)?
  /// How many bytes were handed on.
  private(set) var deliveredByteCount = 0
  /// Whether anything went over the connection.
  private(set) var hasConnected = false

  private let cancellation: CancellationToken
  private let consume: ((HTTPResponse, UnsafeRawBufferPointer) throws -> Void)?
  private var sentByteCount = 0
  private var descriptor: Int32 = -1

  /// - Parameter consume: takes the body of an answer that says yes, as it comes; else it is kept.
  init(
    _ request: HTTPRequest, cancellation: CancellationToken,
    consume: ((HTTPResponse, UnsafeRawBufferPointer) throws -> Void)?
  ) throws(CloudError) {
    self.request = request
    self.cancellation = cancellation
    self.consume = consume
    if case .file(let range) = request.body {
      descriptor = open(range.path, O_RDONLY | O_CLOEXEC)
      if descriptor < 0 { throw CloudError(FileError("open", range.path)) }
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  var response: HTTPResponse { HTTPResponse(status: status, headers: headers, body: body) }

  var callbacks: reelhouse_curl_callbacks {
    reelhouse_curl_callbacks(
      context: Unmanaged.passUnretained(self).toOpaque(),
      on_header: { context, line, count in
        Transfer.of(context).takeHeader(UnsafeRawBufferPointer(start: line, count: count))
        return count
      },
      on_body: { context, bytes, count in
        Transfer.of(context).takeBody(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : count &+ 1
      },
      read_body: { context, buffer, capacity in
        Transfer.of(context).giveBody(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
          ?? Int(CURL_READFUNC_ABORT)
      },
      rewind_body: { context, offset in
        Transfer.of(context).rewind(to: Int(offset)) ? 1 : 0
      },
      is_cancelled: { context in Transfer.of(context).cancellation.isCancelled ? 1 : 0 })
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("libcurl gives back what it was given") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  // MARK: The answer

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) {
    hasConnected = true
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // A new answer: the one before was an interim one, such as `100 Continue`.
      let words = line.split(separator: " ", maxSplits: 2)
      status = words.count > 1 ? Int(words[1].prefix { $0.isNumber }) ?? 0 : 0
      headers = HTTPHeaders()
      isHeadComplete = false
      return
    }
    if line == "\r\n" || line == "\n" { isHeadComplete = true }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    headers.add(String(line[..<colon]), String(value.prefix { $0 != "\r\n" && $0 != "\r" && $0 != "\n" }))
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if let consume, (200..<300).contains(status) {
      do {
        try consume(response, bytes)
        deliveredByteCount += bytes.count
        return true
      } catch {
        consumerError = error
        failure = CloudError(.cancelled, "what was received could not be kept: \(error)")
        return false
      }
    }
    if body.count + bytes.count > Self.keptByteLimit {
      failure = CloudError(.response, "the answer is longer than \(Self.keptByteLimit >> 20) MiB")
      return false
    }
    body += bytes
    return true
  }

  // MARK: The request's body

  /// Fills the buffer as far as there are bytes; nil is a failure.
  private func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    hasConnected = true
    let count = min(buffer.count, request.body.byteCount - sentByteCount)
    if count == 0 { return 0 }
    switch request.body {
    case .bytes(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sentByteCount...].prefix(count)))
      }
      sentByteCount += count
      return count
    case .file(let range):
      while true {
        let read = pread(descriptor, buffer.baseAddress, count, off_t(range.offset + sentByteCount))
        if read > 0 {
          sentByteCount += read
          return read
        }
        if read < 0, errno == EINTR { continue }
        failure =
          read < 0
          ? CloudError(FileError("read", range.path))
          : CloudError(
            .file(.fileAccess), "'\(range.path)' is shorter than it was",
            hints: ["nothing may change it meanwhile"])
        return nil
      }
    }
  }

  private func rewind(to offset: Int) -> Bool {
    guard (0...request.body.byteCount).contains(offset) else { return false }
    sentByteCount = offset
    return true
  }
}

extension CloudError {
  init(_ error: FileError) {
    let told = error.diagnostic
    self.init(.file(told.code), told.message, notes: told.notes, hints: told.hints)
  }
}
