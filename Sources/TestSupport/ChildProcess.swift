import Files
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that runs beside the test, talked to by pipes or by files. It ends with its owner.
package final class ChildProcess {
  /// How a program is started.
  package struct Setting: Sendable {
    /// Variables that the program has beside, or in place of, those of the test; nil takes one away.
    package var environment: [String: String?] = [:]
    /// The folder that the program starts in; else that of the test.
    package var folder: String?
    /// The file that is its standard input; else a pipe.
    package var inputPath: String?
    /// The file that gets its standard output; else a pipe, which gets its standard error too.
    package var outputPath: String?
    /// The file that gets its standard error; else it goes where the standard output goes.
    package var errorPath: String?

    package init() {}
  }

  private let input: Int32
  private let output: Int32
  /// The number by which the system knows the program.
  package let id: pid_t
  private var status: Int32?
  private var buffered: [UInt8] = []

  /// One start at a time, so that no child inherits the pipes of another before they are marked.
  private static let starting = Mutex(())

  /// Starts a program.
  package init(_ path: String, _ arguments: [String], _ setting: Setting = Setting()) throws {
    (id, input, output) = try Self.starting.withLock { _ in try Self.start(path, arguments, setting) }
  }

  private static func start(
    _ path: String, _ arguments: [String], _ setting: Setting
  ) throws -> (pid_t, Int32, Int32) {
    let toChild = try pipe()
    let fromChild = try pipe()
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    #if canImport(Glibc)
      var attributes = posix_spawnattr_t()
    #else
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads that run tests may block signals, and the shell that began them all may ignore some: no child shall.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    // The pipes close on exec, so that no other child keeps them open; the copies made here do not.
    if let file = setting.inputPath {
      posix_spawn_file_actions_addopen(&actions, 0, file, O_RDONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, toChild.reading, 0)
    }
    let forWriting = O_WRONLY | O_CREAT | O_TRUNC
    if let file = setting.outputPath {
      posix_spawn_file_actions_addopen(&actions, 1, file, forWriting, 0o644)
    } else {
      posix_spawn_file_actions_adddup2(&actions, fromChild.writing, 1)
    }
    if let file = setting.errorPath {
      posix_spawn_file_actions_addopen(&actions, 2, file, forWriting, 0o644)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    var program = path
    var line = [path] + arguments
    if let folder = setting.folder {
      // `posix_spawn` itself cannot change the folder everywhere. The shell becomes the program: its number is the same.
      program = "/bin/sh"
      line = ["sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + line
    }
    var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = variables(setting).map { strdup($0) } + [nil]
    defer { for text in words + variables { free(text) } }
    var id: pid_t = 0
    let result = posix_spawn(&id, program, &actions, &attributes, &words, &variables)
    close(toChild.reading)
    close(fromChild.writing)
    guard result == 0 else {
      close(toChild.writing)
      close(fromChild.reading)
      throw FileError("run", path, errorNumber: result)
    }
    return (id, toChild.writing, fromChild.reading)
  }

  private static func variables(_ setting: Setting) -> [String] {
    var result: [String] = []
    var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if setting.environment[String(pair.prefix { $0 != "=" })] == nil { result.append(pair) }
      entry += 1
    }
    for (name, value) in setting.environment { if let value { result.append("\(name)=\(value)") } }
    return result
  }

  deinit {
    if status == nil {
      signal(SIGKILL)
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
  ///
  /// - Returns: its exit status; 128 and more: the signal that ended it.
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

  /// Whether the program has ended; it is still to be waited for.
  package var hasEnded: Bool {
    if status != nil { return true }
    var information = siginfo_t()
    let result = waitid(P_PID, id_t(id), &information, WEXITED | WNOHANG | WNOWAIT)
    return result != 0 || information.si_signo == SIGCHLD
  }

  /// Ends the program as a power cut would end it.
  package func kill() {
    signal(SIGKILL)
    wait()
  }

  /// Sends a signal to the program, which must not have been waited for.
  package func signal(_ number: Int32) {
    guard status == nil else { return }
    #if canImport(Glibc)
      _ = Glibc.kill(id, number)
    #else
      _ = Darwin.kill(id, number)
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
