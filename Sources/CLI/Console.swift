import Diagnostics
import Files
import Storage
import Transform

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a command speaks: data and dbt's lines on standard output, talk and faults on standard error.
struct Console {
  enum LogFormat: String, CaseIterable {
    case text
    case json
  }

  var logFormat: LogFormat = .text
  /// Whether everything but data, faults and failures is left out.
  var isQuiet = false
  let usesColorOnOutput: Bool
  let usesColorOnError: Bool
  let isErrorTerminal: Bool

  init(environment: [String: String], allowsColor: Bool = true) {
    let wantsColor = allowsColor && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    usesColorOnOutput = wantsColor && isatty(STDOUT_FILENO) == 1
    isErrorTerminal = isatty(STDERR_FILENO) == 1
    usesColorOnError = wantsColor && isErrorTerminal
  }

  // MARK: Standard output

  /// A line of data.
  func data(_ line: String) {
    Self.writeData(line + "\n")
  }

  /// Data as it is. A reader that has gone ends the program quietly, as with other tools in a pipe; data that cannot
  /// be written for another reason end it with an error, since what was written is incomplete.
  static func writeData(_ text: String) {
    switch write(text, to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: exit(0)
    case let number:
      let error = FileError("write", "standard output", errorNumber: number)
      Console(environment: [:], allowsColor: false).report(error)
      exit(2)
    }
  }

  /// A line of a run, with the time of day in front as dbt has it; a JSON object where those are asked for.
  func log(_ line: String, level: String = "info") {
    if isQuiet, level == "info" { return }
    switch logFormat {
    case .text: Self.write("\(Timestamp.now().localTimeOfDay)  \(line)\n", to: STDOUT_FILENO)
    case .json: Self.write(Self.json(level: level, message: line) + "\n", to: STDOUT_FILENO)
    }
  }

  // MARK: Standard error

  /// A remark for whoever watches; no part of the result.
  func remark(_ line: String) {
    if isQuiet { return }
    switch logFormat {
    case .text: Self.write(line + "\n", to: STDERR_FILENO)
    case .json: Self.write(Self.json(level: "info", message: line) + "\n", to: STDERR_FILENO)
    }
  }

  func report(_ diagnostic: Diagnostic) {
    switch logFormat {
    case .text:
      Self.write(TextRenderer(usesColor: usesColorOnError).render(diagnostic) + "\n", to: STDERR_FILENO)
    case .json:
      let text = (try? JSON.text(diagnostic)) ?? "{}"
      Self.write(
        "{\"diagnostic\":\(text),\"level\":\"\(diagnostic.severity.rawValue)\"}\n", to: STDERR_FILENO)
    }
  }

  func report(_ error: any Error) {
    for diagnostic in Diagnostic.all(of: error) { report(diagnostic) }
  }

  /// Replaces the progress line; only where standard error is a terminal.
  func progress(_ line: String) {
    guard isErrorTerminal, !isQuiet, logFormat == .text else { return }
    Self.write("\r\u{1B}[2K\(line)", to: STDERR_FILENO)
  }

  func endProgress() { progress("") }

  private static func json(level: String, message: String) -> String {
    let info: JSONValue = [
      "level": .string(level), "msg": .string(message), "ts": .string(Timestamp.now().iso8601),
    ]
    return (try? JSON.text(["info": info])) ?? "{}"
  }

  /// Writes all of a text. Talk that nobody can hear does not end the work: only data are worth an error.
  ///
  /// - Returns: 0, or the number of the system's error.
  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        #if canImport(Glibc)
          let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        #else
          let count = Darwin.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        done += count
      }
      return 0
    }
  }
}
