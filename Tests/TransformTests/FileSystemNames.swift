import Files

enum FileSystemNames {
  /// The names in a folder, sorted; none where it cannot be listed.
  static func of(_ folder: String) -> [String] { (try? FileSystem.list(folder)) ?? [] }
}
