import ArgumentParser
import Diagnostics
import Files
import Storage
import Transform

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
