import Files
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that runs beside the test, talked to by pipes. It ends with its owner.
package final class ChildProcess {
  private let input: Int32
  private let output: Int32
  private let id: pid_t
  private var status: Int32?
  private var buffered: [UInt8] = []

  /// One start at a time, so that no child inherits the pipes of another before they are marked.
  private static let starting = Mutex(())

  /// Starts a program. What it writes to its standard error comes with its standard output.
  package init(_ path: String, _ arguments: [String]) throws {
    (id, input, output) = try Self.starting.withLock { _ in try Self.start(path, arguments) }
  }

  private static func start(_ path: String, _ arguments: [String]) throws -> (pid_t, Int32, Int32) {
    let toChild = try pipe()
    let fromChild = try pipe()
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The pipes close on exec, so that no other child keeps them open; the copies made here do not.
    posix_spawn_file_actions_adddup2(&actions, toChild.reading, 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild.writing, 1)
    posix_spawn_file_actions_adddup2(&actions, fromChild.writing, 2)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var id: pid_t = 0
    let result = posix_spawn(&id, path, &actions, nil, &words, environ)
    close(toChild.reading)
    close(fromChild.writing)
    guard result == 0 else {
      close(toChild.writing)
      close(fromChild.reading)
      throw FileError("run", path, errorNumber: result)
    }
    return (id, toChild.writing, fromChild.reading)
  }

  deinit {
    if status == nil {
      Self.send(SIGKILL, to: id)
      _ = wait()
    }
    close(output)
  }

  /// The next line that the program writes, without its line break; nil when it has closed its output.
  package func readLine() -> String? {
    while true {
      if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffered.removeSubrange(...end) }
        return String(decoding: buffered[..<end], as: UTF8.self)
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = read(output, &chunk, chunk.count)
      if count > 0 {
        buffered += chunk[..<count]
      } else if count == 0 || errno != EINTR {
        defer { buffered = [] }
        return buffered.isEmpty ? nil : String(decoding: buffered, as: UTF8.self)
      }
    }
  }

  /// Closes the program's input and waits for its end.
  @discardableResult
  package func wait() -> Int32 {
    if let status { return status }
    close(input)
    var raw: Int32 = 0
    while waitpid(id, &raw, 0) < 0, errno == EINTR {}
    let ended = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
    status = ended
    return ended
  }

  /// Ends the program as a power cut would end it.
  package func kill() {
    Self.send(SIGKILL, to: id)
    wait()
  }

  private static func send(_ signal: Int32, to id: pid_t) {
    #if canImport(Glibc)
      _ = Glibc.kill(id, signal)
    #else
      _ = Darwin.kill(id, signal)
    #endif
  }

  private static func pipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    #if canImport(Glibc)
      let result = Glibc.pipe(&ends)
    #else
      let result = Darwin.pipe(&ends)
    #endif
    guard result == 0 else { throw FileError("make", "a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
