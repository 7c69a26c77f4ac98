import Files

/// The files of a project's resource folders, each with its path relative to the project.
struct ProjectFiles {
  struct Entry {
    /// Relative to the project: `models/staged/stg_movies.sql`.
    let path: String
    /// Relative to the resource folder: `staged/stg_movies.sql`.
    let relativePath: String

    /// The folders between the resource folder and the file.
    var folders: [String] { relativePath.split(separator: "/").dropLast().map(String.init) }
    var name: String { Path.stem(of: path) }
    var fileExtension: String { Path.fileExtension(of: path) }
  }

  let projectPath: String

  /// All files below some resource folders in the order of their paths; folders that do not exist hold none.
  func entries(in resourceFolders: [String]) throws -> [Entry] {
    var seen: Set<String> = []
    var entries: [Entry] = []
    for folder in resourceFolders {
      let folder = Path.normalized(folder)
      for relativePath in try walk(Path.join(projectPath, folder)) {
        let path = Path.join(folder, relativePath)
        if seen.insert(path).inserted { entries.append(Entry(path: path, relativePath: relativePath)) }
      }
    }
    return entries
  }

  private func walk(_ folder: String) throws -> [String] {
    guard FileSystem.isDirectory(folder) else { return [] }
    return try FileSystem.list(folder).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = Path.join(folder, name)
      guard FileSystem.isDirectory(path) else { return [name] }
      return try walk(path).map { "\(name)/\($0)" }
    }
  }
}
