import Diagnostics
import Files

/// The project or a package that it uses: a folder with a `dbt_project.yml`.
package struct ProjectPackage: Sendable {
  package let file: ProjectFile
  /// The folder, absolute.
  package let path: String
  /// What stands before the paths of its files for the user to find them; empty for the project itself.
  package let prefix: String

  package var name: String { file.name }

  /// The path of a file as the user knows it.
  func displayPath(_ path: String) -> String { Path.join(prefix, path) }
}

/// Finds the packages of a project: local ones that `packages.yml` names, and what is installed in `dbt_packages`.
struct PackageFinder {
  private let projectPath: String
  private let root: ProjectFile
  private var found: [ProjectPackage] = []
  private var diagnostics: [Diagnostic] = []

  private init(projectPath: String, root: ProjectFile) {
    self.projectPath = projectPath
    self.root = root
  }

  /// The project first, then its packages by name.
  static func packages(of root: ProjectFile, at projectPath: String) throws -> [ProjectPackage] {
    var finder = PackageFinder(projectPath: projectPath, root: root)
    let project = ProjectPackage(file: root, path: projectPath, prefix: "")
    try finder.readInstalled()
    try finder.readDeclared(by: project)
    if !finder.diagnostics.isEmpty { throw DiagnosticList(finder.diagnostics) }
    return [project] + finder.found.sorted { $0.name < $1.name }
  }

  private mutating func readInstalled() throws {
    let folder = Path.join(projectPath, root.packagesPath)
    guard FileSystem.isDirectory(folder) else { return }
    for name in try FileSystem.list(folder) {
      try add(Path.join(folder, name), prefix: Path.join(root.packagesPath, name))
    }
  }

  private mutating func add(_ path: String, prefix: String) throws {
    guard FileSystem.exists(Path.join(path, ProjectFile.fileName)) else { return }
    let file = try ProjectFile(inFolder: path, displayPrefix: prefix)
    guard file.name != root.name, !found.contains(where: { $0.name == file.name }) else { return }
    let package = ProjectPackage(file: file, path: path, prefix: prefix)
    found.append(package)
    try readDeclared(by: package)
  }

  /// Reads `packages.yml` or `dependencies.yml` of a package.
  private mutating func readDeclared(by package: ProjectPackage) throws {
    for name in ["packages.yml", "dependencies.yml"] {
      let path = Path.join(package.path, name)
      guard FileSystem.exists(path) else { continue }
      let file = try YAMLFile(contentsOf: path, path: package.displayPath(name))
      for item in file.root["packages"]?.items ?? [] {
        if let local = item["local"]?.scalarText {
          try addLocal(local, of: package, item, file)
        } else if let hub = item["package"]?.scalarText {
          checkInstalled(String(hub.split(separator: "/").last ?? ""), item, file)
        }
      }
    }
  }

  private mutating func addLocal(
    _ local: String, of package: ProjectPackage, _ item: YAMLNode, _ file: YAMLFile
  ) throws {
    let path = Path.normalized(Path.join(package.path, local))
    guard FileSystem.exists(Path.join(path, ProjectFile.fileName)) else {
      diagnostics.append(
        Diagnostic(
          .fileNotFound, "the local package '\(local)' has no \(ProjectFile.fileName)", at: item.location,
          excerpt: file.excerpt(item.location), notes: ["looked in '\(path)'"],
          hints: ["the path is relative to the folder of \(file.path)"]))
      return
    }
    try add(path, prefix: Path.normalized(Path.join(package.prefix, local)))
  }

  private mutating func checkInstalled(_ name: String, _ item: YAMLNode, _ file: YAMLFile) {
    guard !found.contains(where: { $0.name == name || Path.name(of: $0.path) == name }) else { return }
    diagnostics.append(
      Diagnostic(
        .fileNotFound, "the package '\(name)' is not installed", at: item.location,
        excerpt: file.excerpt(item.location), notes: ["looked in '\(root.packagesPath)'"],
        hints: ["`dbt deps` installs it there; or name a folder: `- local: path/to/\(name)`"]))
  }
}
