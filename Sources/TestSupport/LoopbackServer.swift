import Files
import Synchronization
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A small HTTP server on 127.0.0.1, which does what a test tells it: it answers, cuts, resets or keeps silent.
package final class LoopbackServer: Sendable {
  package struct Request: Sendable {
    package var method = ""
    /// Path and query as they came.
    package var target = ""
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// Which connection it came over, from 1.
    package var connection = 0

    package subscript(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
  }

  package enum Reply: Sendable {
    case answer(Int, [String: String] = [:], String = "")
    /// The same with a body that is no text.
    case bytes(Int, [String: String] = [:], [UInt8])
    /// As much of an answer's body as is said, then the end of the connection.
    case cut(Int, [String: String] = [:], String, after: Int)
    /// As many bytes of an answer's status and fields as are said, then the end of the connection.
    case cutHead(Int, [String: String] = [:], after: Int)
    case reset
    /// Nothing, until the other side gives up.
    case silence
  }

  private let listener: Int32
  package let port: Int
  private let handler: @Sendable (Request, Int) -> Reply
  private let seen = Mutex<[Request]>([])
  private let connectionCount = Atomic(0)
  private let isStopped = Atomic(false)
  private let threads = Mutex<[WorkerThread]>([])

  /// - Parameter handler: is given each request with its number, from 1.
  package init(_ handler: @escaping @Sendable (Request, Int) -> Reply) throws {
    self.handler = handler
    #if canImport(Glibc)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    guard isBound else { throw FileError("listen on", "127.0.0.1") }
    port = Int(UInt16(bigEndian: address.sin_port))
    let thread = WorkerThread.start { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self, !self.isStopped.load(ordering: .acquiring) else {
          if connection >= 0 { close(connection) }
          return
        }
        self.serve(connection)
      }
    }
    threads.withLock { if let thread { $0.append(thread) } }
  }

  /// Ends the server and waits for its threads.
  package func stop() {
    isStopped.store(true, ordering: .releasing)
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    // They are waited for without the lock, which a connection that came just now asks for.
    while true {
      let ending = threads.withLock { threads in
        let all = threads
        threads = []
        return all
      }
      if ending.isEmpty { return }
      ending.join()
    }
  }

  package var endpoint: String { "http://127.0.0.1:\(port)" }
  package var requests: [Request] { seen.withLock { $0 } }

  private func serve(_ connection: Int32) {
    let number = connectionCount.add(1, ordering: .relaxed).newValue
    // Whoever waits for a request looks now and then whether the test is over.
    var patience = timeval(tv_sec: 0, tv_usec: 50_000)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let thread = WorkerThread.start { [self] in
      var stream = Stream(descriptor: connection)
      while let request = stream.next(number, isStopped: { isStopped.load(ordering: .acquiring) }) {
        let count = seen.withLock { seen in
          seen.append(request)
          return seen.count
        }
        if !carryOut(handler(request, count), request, connection) { break }
      }
      close(connection)
    }
    threads.withLock { if let thread { $0.append(thread) } }
  }

  /// Returns whether the connection stays.
  private func carryOut(_ reply: Reply, _ request: Request, _ connection: Int32) -> Bool {
    switch reply {
    case .answer(let status, let headers, let body):
      write(connection, Self.head(status, headers, request, body.utf8.count))
      if request.method != "HEAD" { write(connection, body) }
      return true
    case .bytes(let status, let headers, let body):
      write(connection, Self.head(status, headers, request, body.count))
      if request.method != "HEAD" { write(connection, body) }
      return true
    case .cut(let status, let headers, let body, let count):
      write(connection, Self.head(status, headers, request, body.utf8.count))
      write(connection, String(body.prefix(count)))
      return false
    case .cutHead(let status, let headers, let count):
      write(
        connection,
        String(Self.head(status, headers, request, 0).unicodeScalars.prefix(count).map(Character.init)))
      return false
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      return false
    case .silence:
      var byte: UInt8 = 0
      while !isStopped.load(ordering: .acquiring) {
        let count = recv(connection, &byte, 1, 0)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return false }
      }
      return false
    }
  }

  private static func head(_ status: Int, _ headers: [String: String], _ request: Request, _ count: Int)
    -> String
  {
    var lines = ["HTTP/1.1 \(status) Text"]
    let isLengthGiven = headers.keys.contains { $0.lowercased() == "content-length" }
    if !isLengthGiven { lines.append("Content-Length: \(count)") }
    lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  private func write(_ connection: Int32, _ text: String) { write(connection, Array(text.utf8)) }

  private func write(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      #else
        let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
      #endif
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The requests that come over one connection.
private struct Stream {
  let descriptor: Int32
  private var buffer: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  mutating func next(_ connection: Int, isStopped: () -> Bool) -> LoopbackServer.Request? {
    var request = LoopbackServer.Request()
    request.connection = connection
    guard let first = line(isStopped) else { return nil }
    let words = first.split(separator: " ")
    guard words.count == 3 else { return nil }
    (request.method, request.target) = (String(words[0]), String(words[1]))
    while let field = line(isStopped), !field.isEmpty {
      let parts = field.split(separator: ":", maxSplits: 1)
      request.headers.append((String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""))
    }
    if request["Expect"] != nil {
      let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      _ = interim.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
    }
    let count = request["Content-Length"].flatMap(Int.init) ?? 0
    while buffer.count < count { if !fill(isStopped) { return nil } }
    request.body = Array(buffer[..<count])
    buffer.removeFirst(count)
    return request
  }

  private mutating func line(_ isStopped: () -> Bool) -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
      }
      if !fill(isStopped) { return nil }
    }
  }

  private mutating func fill(_ isStopped: () -> Bool) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while !isStopped() {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count > 0 {
        buffer += chunk[..<count]
        return true
      }
      if count == 0 || errno != EAGAIN && errno != EINTR { return false }
    }
    return false
  }
}
