import Files
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `dbt.log` in the folder of `--log-path`: every line of every command, one behind the other.
final class LogFile: Sendable {
  private let descriptor: Int32

  /// - Parameter folder: made where it is missing.
  init(inFolder folder: String) throws {
    try FileSystem.createDirectory(folder)
    let path = Path.join(folder, "dbt.log")
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FileError("open", path) }
  }

  deinit { close(descriptor) }

  /// Appends a line with its time and level. A full disk does not end the work for which it is.
  func write(_ line: String, level: String) {
    if line.isEmpty { return }
    Console.write("\(Timestamp.now().iso8601) [\(level)] \(line)\n", to: descriptor)
  }
}
