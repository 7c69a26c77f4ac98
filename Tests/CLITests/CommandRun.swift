import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built `reelhouse`, as a program.
enum ReelhouseBinary {
  /// Beside the test bundle, where the build put both; `REELHOUSE_BINARY` names another.
  static let path: String = {
    if let path = getenv("REELHOUSE_BINARY") { return Path.absolute(String(cString: path)) }
    var folder = Path.parent(of: Path.absolute(CommandLine.arguments[0]))
    while folder != "/" {
      let candidate = Path.join(folder, "reelhouse")
      if FileSystem.exists(candidate), !FileSystem.isDirectory(candidate) { return candidate }
      folder = Path.parent(of: folder)
    }
    return "reelhouse"
  }()
}

/// The repository, whose root is a dbt project.
enum Repository {
  static let path = Path.parent(of: Path.parent(of: Path.parent(of: #filePath)))

  static func file(_ name: String) -> String { Path.join(path, name) }
}

/// What a command that has ended left.
struct CommandResult: CustomStringConvertible {
  let arguments: [String]
  /// The exit status; 128 and more: the signal that ended it.
  let status: Int32
  /// What it wrote to standard output.
  let output: String
  /// What it wrote to standard error.
  let errors: String

  var outputLines: [String] {
    output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// The error codes that it told, in order.
  var codes: [String] {
    errors.matches(of: #/(?m)^(?:error|warning)\[(RH\d{4})\]/#).map { String($0.1) }
  }

  func expectSuccess(location: Testing.SourceLocation = #_sourceLocation) {
    #expect(status == 0, "\(self)", sourceLocation: location)
  }

  var description: String {
    "`reelhouse \(arguments.joined(separator: " "))` ended with \(status)\n--- stdout\n\(output)--- stderr\n\(errors)"
  }
}

/// One run of `reelhouse`: started when made, ended by `finish`.
final class CommandRun {
  let process: ChildProcess
  /// Where its standard output and its standard error go.
  var outputPath: String { folder.file("output") }
  var errorPath: String { folder.file("errors") }
  private let arguments: [String]
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - environment: variables beside those of the test; nil takes one away.
  ///   - folder: where it starts; else where the tests do.
  ///   - input: its standard input.
  init(
    _ arguments: [String], environment: [String: String?] = [:], in start: String? = nil, input: String = ""
  ) throws {
    self.arguments = arguments
    folder = try TemporaryFolder()
    var setting = ChildProcess.Setting()
    setting.environment = ["DBT_PROJECT_DIR": nil, "REELHOUSE_WAREHOUSE": nil, "NO_COLOR": nil]
    setting.environment.merge(environment) { $1 }
    setting.folder = start
    setting.inputPath = try folder.write(input, to: "input")
    setting.outputPath = folder.file("output")
    setting.errorPath = folder.file("errors")
    process = try ChildProcess(ReelhouseBinary.path, arguments, setting)
  }

  func finish() throws -> CommandResult {
    let status = process.wait()
    return CommandResult(
      arguments: arguments, status: status, output: try text(folder.file("output")),
      errors: try text(folder.file("errors")))
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }
}
