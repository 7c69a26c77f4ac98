import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The credentials that a program of the user's writes, the profile's `credential_process`. What it writes to its standard
/// error goes to ours, so that it may ask or explain; its output is never shown.
struct CredentialProcess: CredentialSource {
  private static let outputLimit = 1 << 20
  private static let timeLimitSeconds = 120.0

  private let command: String
  private let profileName: String

  init(_ command: String, profile name: String) {
    self.command = command
    profileName = name
  }

  func renew() -> Bool { true }

  func credentials(at time: AWSTime) throws -> Credentials {
    let output = try run()
    struct Version: Decodable { var Version: Int }
    guard (try? AWSJSON.decode(Version.self, output))?.Version == 1,
      let credentials = (try? AWSJSON.decode(CredentialDocument.self, output))?.credentials
    else { throw fault("does not write credentials of version 1 in JSON") }
    if let expiration = credentials.expiration, expiration <= time {
      throw fault("gives credentials that ran out at \(expiration.extended)")
    }
    return credentials
  }

  private func fault(_ what: String) -> CloudError {
    CloudError(
      .credentials, "the credential_process of profile '\(profileName)' \(what)",
      hints: [
        "run it yourself to see: `aws configure get credential_process --profile \(profileName)` shows it"
      ])
  }

  private func run() throws -> [UInt8] {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw CloudError(FileError("make", "a pipe")) }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let started = Result { () throws(CloudError) in try start(output: ends[1]) }
    close(ends[1])
    let id = try started.get()
    let output = read(ends[0])
    if output == nil { kill(id, SIGKILL) }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    guard let output else { throw fault("does not end, or writes without end") }
    guard status == 0 else {
      throw fault("failed with status \(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)")
    }
    return output
  }

  private func start(output: Int32) throws(CloudError) -> pid_t {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    let line = ["sh", "-c", command] as [String]
    var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var id: pid_t = 0
    let result = posix_spawn(&id, "/bin/sh", &actions, nil, &words, environ)
    guard result == 0 else { throw CloudError(FileError("run", "/bin/sh", errorNumber: result)) }
    return id
  }

  /// All that comes until the end; nil where it takes too long or is too much.
  private func read(_ descriptor: Int32) -> [UInt8]? {
    let end = MonotonicClock.seconds + Self.timeLimitSeconds
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while output.count <= Self.outputLimit {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = end - MonotonicClock.seconds
      let ready = poll(&entry, 1, Int32(max(0, left * 1000)))
      if ready < 0, errno == EINTR { continue }
      if ready <= 0 { return nil }
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
      #else
        let count = Darwin.read(descriptor, &chunk, chunk.count)
      #endif
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return output }
      output += chunk[..<count]
    }
    return nil
  }
}
