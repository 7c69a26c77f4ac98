import Diagnostics
import Jinja

/// The macros of a project and its packages.
struct MacroTable {
  /// By package, then by name.
  private var packages: [String: [String: MacroEntry]] = [:]

  mutating func add(_ entry: MacroEntry) {
    guard let name = entry.definition.macroName else { return }
    packages[entry.packageName, default: [:]][name] = entry
  }

  subscript(package: String) -> [String: MacroEntry] { packages[package] ?? [:] }

  var packageNames: [String] { packages.keys.sorted() }
  var entries: [MacroEntry] { packages.values.flatMap(\.values) }

  func entry(_ name: String, in package: String) -> MacroEntry? { packages[package]?[name] }

  /// The macro that a bare name means in templates of a package: its own, the project's, a built-in one.
  func entry(_ name: String, from package: String, root: String) -> MacroEntry? {
    entry(name, in: package) ?? entry(name, in: root) ?? entry(name, in: BuiltinMacros.packageName)
  }

  /// Names that a template of a package can use as they are.
  func names(from package: String, root: String) -> [String] {
    [package, root, BuiltinMacros.packageName].flatMap { self[$0].keys }
  }
}
