import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C: the first asks the command to end cleanly, the second ends it at once.
enum Interruption {
  private static let count = Atomic<Int>(0)

  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Begins to take SIGINT and SIGTERM as a request.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { received in
        // Only an atomic and async-signal-safe calls are allowed here.
        if Interruption.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + received) }
      }
    }
  }
}
