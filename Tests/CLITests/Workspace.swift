import Diagnostics
import Files
import SQLite
import Sample
import Storage
import TestSupport
import Testing
import Zip

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A warehouse of a test's own in a folder that goes away, worked on by the built command.
final class Workspace: Sendable {
  let folder: TemporaryFolder
  let projectPath: String
  private let ownProject: TemporaryFolder?

  var warehousePath: String { folder.file("warehouse") }
  var warehouse: Warehouse { Warehouse(path: warehousePath) }

  /// An empty one, for the repository's project or another.
  init(projectPath: String = Repository.path) throws {
    folder = try TemporaryFolder()
    self.projectPath = projectPath
    ownProject = nil
  }

  /// An empty one for a project of the test's own.
  init(project: TemporaryFolder) throws {
    folder = try TemporaryFolder()
    projectPath = project.path
    ownProject = project
  }

  /// Writes a file of the test's own project.
  func project(_ text: String, to name: String) throws {
    try #require(ownProject).write(text, to: name)
  }

  /// One that begins as a copy of the shared warehouse: a sample of 300 movies, loaded, built and published.
  static func published() throws -> Workspace {
    let workspace = try Workspace()
    try copyTree(SharedWarehouse.path, to: workspace.warehousePath)
    return workspace
  }

  /// Copies a folder with its links and modes.
  static func copyTree(_ path: String, to new: String) throws {
    let copied = try #require(Tool("cp")).run(["-a", path, new])
    #expect(copied.status == 0, "\(copied.output)")
  }

  // MARK: Commands

  private var places: [String] { ["--project-dir", projectPath, "--warehouse", warehousePath] }

  func start(_ arguments: [String], environment: [String: String?] = [:], input: String = "") throws
    -> CommandRun
  {
    var variables: [String: String?] = ["DBT_TARGET_PATH": folder.file("target")]
    variables.merge(environment) { $1 }
    return try CommandRun(arguments + places, environment: variables, input: input)
  }

  /// Runs a command to its end.
  @discardableResult
  func run(_ arguments: String..., environment: [String: String?] = [:], input: String = "") throws
    -> CommandResult
  {
    try start(arguments, environment: environment, input: input).finish()
  }

  /// Runs a command that must succeed.
  @discardableResult
  func succeed(_ arguments: String..., location: Testing.SourceLocation = #_sourceLocation) throws
    -> CommandResult
  {
    let result = try start(arguments).finish()
    try #require(result.status == 0, "\(result)", sourceLocation: location)
    return result
  }

  /// The rows of a query, one line each, values separated by `|`.
  func query(_ sql: String, _ options: String..., location: Testing.SourceLocation = #_sourceLocation) throws
    -> [String]
  {
    let result = try start(["query", "-o", "csv", sql] + options).finish()
    try #require(result.status == 0, "\(result)", sourceLocation: location)
    return result.outputLines.dropFirst().map { $0.replacing(",", with: "|") }
  }

  // MARK: Archives

  /// Writes a sample archive and returns its path.
  func sample(movies: Int, seed: UInt64 = 1, isVersion1: Bool = false, name: String = "archive.zip") throws
    -> String
  {
    let path = folder.file(name)
    try SampleArchive.write(
      SampleOptions(movies: movies, seed: seed, isVersion1: isVersion1), to: path, threadCount: 1)
    return path
  }

  /// Writes a zip of whole members and returns its path.
  func zip(_ members: [String: [UInt8]], name: String = "archive.zip") throws -> String {
    let path = folder.file(name)
    var writer = try ZipWriter(path: path)
    for (name, bytes) in members.sorted(by: { $0.key < $1.key }) {
      try writer.addMember(name) { member in try bytes.withUnsafeBytes { try member.write($0) } }
    }
    try writer.finish()
    return path
  }

  // MARK: What is published

  /// The target of `current`, and name, size and SHA-256 of every file of every build.
  func publishedState() throws -> [String] {
    var lines = [try FileSystem.readLink(warehouse.currentLink) ?? "nothing"]
    for build in try warehouse.builds() {
      for name in try FileSystem.list(build.path) {
        lines.append("\(build.id)/\(name) \(try Digest.sha256(fileAt: Path.join(build.path, name)))")
      }
    }
    return lines
  }

  /// Names that unfinished work left anywhere in the warehouse.
  func leftovers() throws -> [String] {
    try [warehousePath, warehouse.draftPath, warehouse.buildsPath].flatMap { folder in
      try FileSystem.list(folder).filter { $0.hasPrefix(".tmp-") || $0.hasSuffix("-journal") }
    }
  }
}

/// A warehouse that many tests read or copy: made once.
enum SharedWarehouse {
  /// The archive that it was loaded from.
  static var archivePath: String { made.archive }
  static var path: String { made.workspace.warehousePath }
  static var workspace: Workspace { made.workspace }

  private static let made: (workspace: Workspace, archive: String) = {
    do {
      let workspace = try Workspace()
      let archive = try workspace.sample(movies: 300)
      try workspace.succeed("ingest", archive)
      try workspace.succeed("build")
      // Globals live as long as the process, so nothing else removes the folder.
      atexit { try? FileSystem.removeTree(SharedWarehouse.workspace.folder.path) }
      return (workspace, archive)
    } catch {
      fatalError("the shared warehouse cannot be made: \(error)")
    }
  }()
}
