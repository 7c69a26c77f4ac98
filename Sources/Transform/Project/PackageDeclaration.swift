import Diagnostics
import Files

/// A package as `packages.yml` or `dependencies.yml` names it.
package struct PackageDeclaration: Sendable {
  package enum Origin: Sendable {
    /// A folder, relative to the project.
    case local
    /// A package of dbt's hub, a Git repository or a tarball, which dbt puts into the packages' folder.
    case remote
  }

  /// The folder, `owner/name` of the hub, or the address.
  package let name: String
  package let origin: Origin
  private let location: SourceLocation

  /// All that a project declares, in the order of the files.
  package static func all(inFolder folder: String) throws -> [PackageDeclaration] {
    try ["packages.yml", "dependencies.yml"].flatMap { name -> [PackageDeclaration] in
      let path = Path.join(folder, name)
      guard FileSystem.exists(path) else { return [] }
      return (try YAMLFile(contentsOf: path, path: name).root["packages"]?.items ?? []).compactMap { item in
        if let local = item["local"]?.scalarText {
          return PackageDeclaration(name: local, origin: .local, location: item.location)
        }
        let remote = ["package", "git", "tarball"].lazy.compactMap { item[$0]?.scalarText }.first
        return remote.map { PackageDeclaration(name: $0, origin: .remote, location: item.location) }
      }
    }
  }

  /// The folder where the package is; one that is nowhere is a fault.
  package func place(in projectPath: String, packagesPath: String) throws -> String {
    let folder: String
    switch origin {
    case .local: folder = Path.normalized(Path.join(projectPath, name))
    case .remote:
      let last = name.split(separator: "/").last.map(String.init) ?? name
      let name = last.hasSuffix(".git") ? String(last.dropLast(4)) : last
      folder = Path.join(Path.join(projectPath, packagesPath), name)
    }
    if FileSystem.exists(Path.join(folder, ProjectFile.fileName)) { return folder }
    throw Diagnostic(
      .fileNotFound, "the package '\(name)' is not in '\(folder)'", at: location,
      hints: [
        origin == .local
          ? "correct its path in packages.yml"
          : "this program downloads nothing: put the package there by `dbt deps`, or name a folder with `local:`"
      ])
  }
}
