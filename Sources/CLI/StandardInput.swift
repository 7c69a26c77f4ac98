import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum StandardInput {
  /// All that is piped in. A terminal has nothing piped in.
  static func readText() throws -> String {
    if isatty(STDIN_FILENO) == 1 {
      throw Diagnostic(
        .invalidArgument, "there is no SQL to run", hints: ["give it as an argument, or pipe it in"])
    }
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
