import Diagnostics
import Files

/// `selectors.yml`: selections that have names.
package struct SelectorFile: Sendable {
  package static let fileName = "selectors.yml"

  package struct Entry: Sendable {
    package var name: String
    package var description: String
    package var isDefault: Bool
    package var spec: SelectionSpec
    /// The definition as it was written, for the manifest.
    package var definition: ConfigValue
  }

  /// In the order of the file.
  package private(set) var entries: [Entry] = []

  /// Reads the file of a project's folder; one that is not there defines nothing.
  ///
  /// - Parameters:
  ///   - indirectSelection: what criteria have that say nothing of it.
  ///   - render: evaluates the templates in a value.
  package init(
    inFolder folder: String, indirectSelection: IndirectSelection,
    render: (ConfigValue, SourceLocation) throws -> ConfigValue
  ) throws {
    let path = Path.join(folder, Self.fileName)
    guard FileSystem.exists(path) else { return }
    let file = try YAMLFile(contentsOf: path, path: Self.fileName)
    if file.root.isNull { return }
    var reader = MappingReader(file.root, of: Self.fileName, in: file)
    var faults: [Diagnostic] = []
    for item in reader.items("selectors") {
      do {
        if let entry = try entry(item, file, indirectSelection, render, &faults) { entries.append(entry) }
      } catch {
        faults += Diagnostic.all(of: error)
      }
    }
    faults += reader.finish()
    let defaults = entries.filter(\.isDefault)
    if defaults.count > 1 {
      faults.append(
        Diagnostic(
          .selectorInvalid,
          "the selectors '\(defaults[0].name)' and '\(defaults[1].name)' are both the default",
          at: SourceLocation(path: Self.fileName), hints: ["take `default: true` away from one of them"]))
    }
    if !faults.isEmpty { throw DiagnosticList(faults) }
  }

  private func entry(
    _ item: YAMLNode, _ file: YAMLFile, _ indirectSelection: IndirectSelection,
    _ render: (ConfigValue, SourceLocation) throws -> ConfigValue, _ faults: inout [Diagnostic]
  ) throws -> Entry? {
    var reader = MappingReader(item, of: "selector '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    let description = reader.string("description") ?? ""
    let isDefault =
      try reader.value("default").map { try render($0.value, $0.location).bool ?? false } ?? false
    let definition = reader.value("definition")
    if definition == nil {
      reader.fault(.missingKey, "\(reader.what) has no 'definition'", at: item, hint: "add `definition: …`")
    }
    faults += reader.finish()
    guard let name, let definition else { return nil }
    let value = try render(definition.value, definition.location)
    let known = Dictionary(entries.map { ($0.name, $0.spec) }, uniquingKeysWith: { _, last in last })
    let parser = SelectorDefinition(
      name: name, location: definition.location, known: known, indirectSelection: indirectSelection)
    return Entry(
      name: name, description: description, isDefault: isDefault, spec: try parser.parseRoot(value),
      definition: value)
  }

  /// The selection of a name; an unknown one is a fault that names the nearest.
  package func spec(named name: String) throws -> SelectionSpec {
    if let entry = entries.first(where: { $0.name == name }) { return entry.spec }
    throw Diagnostic(
      .selectorInvalid, "there is no selector '\(name)' in \(Self.fileName)",
      hints: [
        Suggestion.hint(for: name, in: entries.map(\.name))
          ?? (entries.isEmpty
            ? "define it in \(Self.fileName), in the project's folder"
            : "the selectors are \(entries.map(\.name).joined(separator: ", "))")
      ])
  }

  /// The selection for commands that say nothing of one, if the file has such.
  package var defaultEntry: Entry? { entries.first(where: \.isDefault) }
}

/// Reads the definition of one selector.
private struct SelectorDefinition {
  let name: String
  let location: SourceLocation
  /// Selectors that stand before it in the file.
  let known: [String: SelectionSpec]
  let indirectSelection: IndirectSelection

  func parseRoot(_ value: ConfigValue) throws -> SelectionSpec {
    if let entries = value.entries, entries.count > 1, value["union"] != nil || value["intersection"] != nil {
      throw fault(
        "its root has more than one key", "put what else there is into the list of 'union' or 'intersection'")
    }
    return try parse(value)
  }

  private func parse(_ value: ConfigValue) throws -> SelectionSpec {
    switch value {
    case .string(let text): return .criterion(try criterion(text))
    case .map(let entries):
      if let list = value["union"] { return try group(.union, list) }
      if let list = value["intersection"] { return try group(.intersection, list) }
      return try parse(entries, value)
    default:
      throw fault(
        "a part of it is neither a text nor a mapping", "write `tag:nightly`, or `method:` and `value:`")
    }
  }

  private func group(_ operation: SelectionGroup.Operation, _ list: ConfigValue) throws -> SelectionSpec {
    guard case .list(let items) = list else {
      throw fault("'union' and 'intersection' take a list", "write each part behind a dash")
    }
    var included: [SelectionSpec] = []
    var excluded: SelectionSpec?
    for item in items {
      if let list = item["exclude"], item["method"] == nil {
        guard excluded == nil else { throw fault("a list has 'exclude' twice", "merge the two into one") }
        excluded = try exclusion(list)
      } else {
        included.append(try parse(item))
      }
    }
    let group = SelectionSpec.group(SelectionGroup(operation, included))
    return excluded.map { .group(SelectionGroup(.difference, [group, $0])) } ?? group
  }

  private func exclusion(_ list: ConfigValue) throws -> SelectionSpec {
    guard case .list(let items) = list, !items.isEmpty else {
      throw fault("'exclude' takes a list", "write each part behind a dash")
    }
    let parts = try items.map(parse)
    return parts.count == 1 ? parts[0] : .group(SelectionGroup(.union, parts))
  }

  /// `tag: nightly`, or `method: tag` with `value: nightly` and what else there is to say.
  private func parse(_ entries: [ConfigEntry], _ value: ConfigValue) throws -> SelectionSpec {
    if entries.count == 1, let only = entries.first {
      return .criterion(try criterion(method: only.key, only.value, value))
    }
    guard let method = value["method"]?.text, let selected = value["value"] else {
      throw fault("a part of it has no 'method' and 'value'", "write both, or one key such as `tag: nightly`")
    }
    if method == "selector" {
      let wanted = selected.text ?? ""
      guard let spec = known[wanted] else {
        throw fault(
          "it inherits from '\(wanted)', which is not defined before it",
          Suggestion.hint(for: wanted, in: known.keys) ?? "define '\(wanted)' above '\(name)'")
      }
      return spec
    }
    let base = SelectionSpec.criterion(try criterion(method: method, selected, value))
    guard let excluded = value["exclude"] else { return base }
    return .group(SelectionGroup(.difference, [base, try exclusion(excluded)]))
  }

  private func criterion(_ text: String) throws -> SelectionCriterion {
    do {
      return try SelectionCriterion(parsing: text, indirectSelection: indirectSelection)
    } catch var diagnostic as Diagnostic {
      diagnostic.location = location
      throw diagnostic.noting("in the selector '\(name)'")
    }
  }

  private func criterion(
    method: String, _ selected: ConfigValue, _ definition: ConfigValue
  ) throws -> SelectionCriterion {
    do {
      var criterion = SelectionCriterion(method: .fqn, value: selected.text ?? "")
      try criterion.setMethod(method, method)
      if selected.entries != nil || selected.text == nil {
        throw fault("the value of '\(method)' is no scalar", "write a text, a number or a boolean")
      }
      if case .string = selected {} else { criterion.typedValue = selected }
      criterion.includesChildrensAncestors = definition["childrens_parents"]?.bool ?? false
      if definition["parents"]?.bool == true {
        criterion.ancestorDepth = try depth("parents_depth", definition)
      }
      if definition["children"]?.bool == true {
        criterion.descendantDepth = try depth("children_depth", definition)
      }
      criterion.indirectSelection = try indirectSelection(definition)
      try criterion.check(method)
      return criterion
    } catch var diagnostic as Diagnostic {
      diagnostic.location = location
      throw diagnostic.noting("in the selector '\(name)'")
    }
  }

  private func depth(_ key: String, _ definition: ConfigValue) throws -> Int {
    guard let value = definition[key], value != .null else { return .max }
    guard let depth = value.integer, depth >= 0 else {
      throw fault("'\(key)' is no number of steps", "write a small number, or leave it out for all")
    }
    return depth == 0 ? .max : depth
  }

  private func indirectSelection(_ definition: ConfigValue) throws -> IndirectSelection {
    guard let text = definition["indirect_selection"]?.text else { return indirectSelection }
    if let mode = IndirectSelection(rawValue: text) { return mode }
    let known = IndirectSelection.allCases.map(\.rawValue)
    throw fault(
      "'\(text)' is no way of indirect selection",
      Suggestion.hint(for: text, in: known) ?? "the ways are \(known.joined(separator: ", "))")
  }

  private func fault(_ message: String, _ hint: String) -> Diagnostic {
    Diagnostic(
      .selectorInvalid, "the selector '\(name)' cannot be read: \(message)", at: location, hints: [hint])
  }
}
