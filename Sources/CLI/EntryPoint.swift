import ArgumentParser
import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
enum EntryPoint {
  static func main() {
    // Writing to a pipe without a reader is answered by an error, not by the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    let context = CommandContext(
      environment: processEnvironment(), invocation: ArgumentOrder.redacted(arguments),
      invocationID: InvocationID.random())
    exit(CommandContext.$current.withValue(context) { run(arguments) })
  }

  private static func run(_ arguments: [String]) -> Int32 {
    do {
      try UnsupportedVerb.refuse(ArgumentOrder.verb(arguments))
      var command = try Reelhouse.parseAsRoot(ArgumentOrder.sorted(arguments))
      try command.run()
      return 0
    } catch CommandOutcome.failed {
      return 1
    } catch CommandOutcome.changed {
      return 2
    } catch let error where !isDiagnostic(error) {
      let text = Reelhouse.fullMessage(for: error)
      let isHelp = Reelhouse.exitCode(for: error) == .success
      if !text.isEmpty { Console.write(text + "\n", to: isHelp ? STDOUT_FILENO : STDERR_FILENO) }
      return isHelp ? 0 : 2
    } catch {
      var console = Console(
        environment: CommandContext.current.environment, allowsColor: !arguments.contains("--no-use-colors"))
      if wantsJSON(arguments) { console.logFormat = .json }
      console.endProgress()
      console.report(error)
      return 2
    }
  }

  /// Whether faults are to be told as JSON, whatever became of the other arguments.
  private static func wantsJSON(_ arguments: [String]) -> Bool {
    let name = "--log-format"
    if CommandContext.current.environment["DBT_LOG_FORMAT"] == "json" { return true }
    return arguments.contains("\(name)=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == name && $1 == "json" }
  }

  private static func isDiagnostic(_ error: any Error) -> Bool {
    error is any DiagnosticConvertible || error is DiagnosticList
  }

  private static func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return result
  }
}
