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
    /// dbt's names of text.
    case `default`
    case debug
  }

  /// How grave a line is, from the least on.
  enum Level: String, CaseIterable, Comparable {
    case debug
    case info
    case warn
    case error
    case none

    static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  var logFormat: LogFormat = .text
  /// Whether everything but data, faults and failures is left out.
  var isQuiet = false
  /// The least level that is told.
  var level = Level.info
  /// Whether templates may print.
  var allowsPrinting = true
  /// Tells the lines of this process from those of others.
  var invocationID = ""
  /// Where every line goes, too.
  var logFile: LogFile?
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
  func log(_ line: String, level: Level = .info, _ event: LogEvent? = nil) {
    let event = event ?? (line.isEmpty ? .formatting : .note)
    logFile?.write(line, level: level.rawValue)
    guard shows(level) else { return }
    if logFormat == .json {
      Self.write(json(level: level.rawValue, message: line, event) + "\n", to: STDOUT_FILENO)
    } else {
      Self.write("\(Timestamp.now().localTimeOfDay)  \(line)\n", to: STDOUT_FILENO)
    }
  }

  private func shows(_ level: Level) -> Bool { level >= (isQuiet ? max(.error, self.level) : self.level) }

  /// What a template prints: no part of a log.
  func printed(_ text: String) {
    guard allowsPrinting else { return }
    logFile?.write(text, level: Level.info.rawValue)
    if logFormat == .json {
      let event = LogEvent(name: "PrintEvent", code: "Z052", data: ["msg": .string(text)])
      Self.write(json(level: "info", message: text, event) + "\n", to: STDOUT_FILENO)
    } else {
      Self.write(text + "\n", to: STDOUT_FILENO)
    }
  }

  // MARK: Standard error

  /// A remark for whoever watches; no part of the result.
  func remark(_ line: String) {
    logFile?.write(line, level: Level.info.rawValue)
    guard shows(.info) else { return }
    let text = logFormat == .json ? json(level: "info", message: line, .note) : line
    Self.write(text + "\n", to: STDERR_FILENO)
  }

  func report(_ diagnostic: Diagnostic) {
    let level: Level = diagnostic.severity == .error ? .error : .warn
    logFile?.write(TextRenderer(usesColor: false).render(diagnostic), level: level.rawValue)
    guard level >= self.level else { return }
    guard logFormat == .json else {
      Self.write(TextRenderer(usesColor: usesColorOnError).render(diagnostic) + "\n", to: STDERR_FILENO)
      return
    }
    let info = info(level: level.rawValue, message: diagnostic.message, level == .error ? .fault : .note)
    let text = (try? JSON.text(diagnostic)) ?? "{}"
    Self.write(
      "{\"data\": {}, \"diagnostic\": \(text), \"info\": \(JSONWriter.text(info)), "
        + "\"level\": \"\(diagnostic.severity.rawValue)\"}\n", to: STDERR_FILENO)
  }

  func report(_ error: any Error) {
    for diagnostic in Diagnostic.all(of: error) { report(diagnostic) }
  }

  /// Replaces the progress line; only where standard error is a terminal.
  func progress(_ line: String) {
    guard isErrorTerminal, !isQuiet, logFormat != .json else { return }
    Self.write("\r\u{1B}[2K\(line)", to: STDERR_FILENO)
  }

  func endProgress() { progress("") }

  /// A line in the shape of dbt's structured logs.
  private func json(level: String, message: String, _ event: LogEvent) -> String {
    JSONWriter.text([
      "data": .object(event.data), "info": info(level: level, message: message, event),
    ])
  }

  private func info(level: String, message: String, _ event: LogEvent) -> JSONValue {
    [
      "category": "", "code": .string(event.code), "extra": [:], "invocation_id": .string(invocationID),
      "level": .string(level), "msg": .string(message), "name": .string(event.name),
      "pid": .integer(Int(getpid())), "thread": "MainThread", "ts": .string(Timestamp.now().iso8601),
    ]
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
