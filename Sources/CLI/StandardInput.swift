import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum StandardInput {
  /// All that is piped in. A terminal has nothing piped in, which is told in the words of whoever asks.
  static func readText(orElse message: String, hint: String) throws -> String {
    if isatty(STDIN_FILENO) == 1 { throw Diagnostic(.invalidArgument, message, hints: [hint]) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
