#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The spelling of paths: pure but for `absolute` and `resolved`.
package enum Path {
  /// `base/name`; an absolute `name` stands for itself.
  package static func join(_ base: String, _ name: String) -> String {
    if name.hasPrefix("/") || base.isEmpty { return name }
    if name.isEmpty { return base }
    return base.hasSuffix("/") ? base + name : "\(base)/\(name)"
  }

  /// The folder that holds `path`; `.` for a bare name.
  package static func parent(of path: String) -> String {
    let trimmed = trimmingTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The last part of `path`.
  package static func name(of path: String) -> String {
    let trimmed = trimmingTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return trimmed }
    return String(trimmed[trimmed.index(after: slash)...])
  }

  /// The last part of `path` without its last extension.
  package static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The last extension in lower case, without the dot; empty where there is none.
  package static func fileExtension(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// `path` with `.`, `..` and doubled slashes taken out, without a look at the file system.
  package static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// `path` from the root, relative to the working folder where it is relative.
  package static func absolute(_ path: String) -> String {
    normalized(join(workingDirectory, path))
  }

  /// `path` as seen from `base`, where it lies inside; else `path` as it is. Both absolute or both relative.
  package static func relative(_ path: String, to base: String) -> String {
    let base = trimmingTrailingSlashes(base)
    if path == base { return "." }
    guard path.hasPrefix(base == "/" ? "/" : base + "/") else { return path }
    return String(path.dropFirst(base == "/" ? 1 : base.count + 1))
  }

  /// The path with all symbolic links followed, or nil where it does not exist.
  package static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  package static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  private static func trimmingTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}
