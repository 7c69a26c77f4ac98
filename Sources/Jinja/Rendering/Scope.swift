/// Names that a host offers to templates: its own variables, then what it resolves on demand, then its parent's.
///
/// A project with thousands of macros makes one with a resolver, and under it a small one for each model.
package final class Scope {
  package let parent: Scope?
  package var variables: [String: Value]
  private let resolve: ((String) throws -> Value?)?
  private let resolvableNames: (() -> [String])?

  package init(
    parent: Scope? = nil, variables: [String: Value] = [:], resolvableNames: (() -> [String])? = nil,
    resolve: ((String) throws -> Value?)? = nil
  ) {
    self.parent = parent
    self.variables = variables
    self.resolve = resolve
    self.resolvableNames = resolvableNames
  }

  package subscript(name: String) -> Value? {
    get { variables[name] }
    set { variables[name] = newValue }
  }

  /// The value of a name, here or in a parent.
  package func lookup(_ name: String) throws -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      if let value = try current.resolve?(name) { return value }
      scope = current.parent
    }
    return nil
  }

  /// All names that can be looked up, as far as they are known, for suggestions.
  package var names: [String] {
    variables.keys + (resolvableNames?() ?? []) + (parent?.names ?? [])
  }
}

/// The variables that a template itself has set: one frame for each block that has its own.
final class Frame {
  let parent: Frame?
  private var entries: [(name: String, value: Value)] = []

  init(parent: Frame?) { self.parent = parent }

  /// The value of a name in this frame or around it.
  func lookup(_ name: String) -> Value? {
    var frame: Frame? = self
    while let current = frame {
      // Frames are small; the newest names are asked for most.
      var index = current.entries.count - 1
      while index >= 0 {
        if current.entries[index].name == name { return current.entries[index].value }
        index -= 1
      }
      frame = current.parent
    }
    return nil
  }

  func set(_ name: String, _ value: Value) {
    for index in entries.indices where entries[index].name == name {
      entries[index].value = value
      return
    }
    entries.append((name, value))
  }

  /// Whether this frame itself has the name.
  func holds(_ name: String) -> Bool { entries.contains { $0.name == name } }

  func removeAll() { entries.removeAll(keepingCapacity: true) }

  var names: [String] { entries.map(\.name) + (parent?.names ?? []) }
}
