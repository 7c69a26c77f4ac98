import ArgumentParser
import Diagnostics
import Files
import SQLite
import Storage
import Transform
import Zip

struct DebugCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug",
    abstract: "Say which versions, files and settings are used, and whether they are sound.",
    discussion: """
      Example:
        reelhouse debug
      """)

  @Flag(help: "Say only where the configuration is looked for.")
  var configDir = false

  @Flag(help: "Check only that the draft can be read.")
  var connection = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    func line(_ text: String) { session.console.log(text, .debugLine) }
    if configDir {
      let folder = project.profilesDir ?? session.environment.setting("DBT_PROFILES_DIR")
      return session.console.data(try folder ?? session.projectPath())
    }
    line("reelhouse version: \(Reelhouse.version)")
    line("dbt version: \(DbtVersion.emulated)")
    line("sqlite version: \(Connection.sourceID)")
    line("inflate: \(Inflater.Library.best == .isal ? "ISA-L" : "zlib; with libisal2, zips are read faster")")
    var faults: [Diagnostic] = []
    func check(_ what: String, _ body: () throws -> String) {
      do {
        line("  \(what): \(try body()) [OK found and valid]")
      } catch {
        faults += Diagnostic.all(of: error)
        line("  \(what): [ERROR invalid]")
      }
    }
    var opened: Project?
    if !connection {
      line("Configuration:")
      check("dbt_project.yml") { Path.join(try session.projectPath(), ProjectFile.fileName) }
      check("project") {
        let project = try session.project(project)
        opened = project
        return RunReport().found(project.manifest)
      }
      if let target = opened?.target {
        line("  profile: \(target.profileName), target: \(target.name), type: \(target.type)")
      }
    }
    line("Connection:")
    check("warehouse") {
      let warehouse = try session.warehouse()
      guard warehouse.hasDraft else { return "\(warehouse.path), without a draft yet" }
      let reader = try WarehouseReader(warehouse, .draft)
      return "\(warehouse.path), \(try RelationCatalog(reader.connection).records().count) relations"
    }
    for fault in faults { session.console.report(fault) }
    line(
      faults.isEmpty ? "All checks passed!" : "\(faults.count) check\(faults.count == 1 ? "" : "s") failed")
    if !faults.isEmpty { throw CommandOutcome.failed }
  }
}

struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean", abstract: "Remove the folders that clean-targets in dbt_project.yml names.",
    discussion: """
      Folders outside of the project, and those that hold its files or its warehouse, are left alone.

      Example:
        reelhouse clean
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let path = try session.projectPath()
    let file = try ProjectFile(inFolder: path)
    let kept =
      file.resourcePaths.map { Path.normalized(Path.join(path, $0)) } + [try session.warehouse().path]
    for target in file.cleanTargets {
      let folder = Path.normalized(Path.join(path, target))
      guard folder.hasPrefix(path + "/") else {
        throw Diagnostic(
          .invalidArgument,
          "'\(target)' of clean-targets is not inside of the project, so nothing of it was removed",
          hints: ["take it out of clean-targets in \(ProjectFile.fileName)"])
      }
      guard !kept.contains(where: { ($0 + "/").hasPrefix(folder + "/") }) else {
        throw Diagnostic(
          .invalidArgument,
          "'\(target)' of clean-targets holds files that are not made anew, so it was not removed",
          hints: ["take it out of clean-targets in \(ProjectFile.fileName)"])
      }
      session.console.log("Checking \(folder)/*")
      try FileSystem.removeTree(folder)
      session.console.log("Cleaned \(folder)/*")
    }
    session.console.log("Finished cleaning all paths.", .cleaned)
  }
}
