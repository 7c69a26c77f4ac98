import Diagnostics
import Files
import Yams

/// A YAML file read into nodes that know their places.
package struct YAMLFile: Sendable {
  /// The path as the user knows it, relative to the project.
  package let path: String
  /// The document; null for an empty file.
  package let root: YAMLNode
  private let lines: [Substring]

  /// How deep collections may nest: a project never does, and a hostile file must not exhaust the stack.
  private static let depthLimit = 64

  package init(text: String, path: String) throws {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let place = SourceLocation(path: path, line: 1, column: 1)
    do {
      // What plain scalars mean is decided in `YAMLScalar`, which does without regular expressions for most of them.
      guard let node = try Yams.compose(yaml: text, .basic) else {
        root = YAMLNode(.null, at: place)
        return
      }
      root = try Self.convert(node, path: path, depth: 0)
    } catch let error as YamlError {
      throw Self.diagnostic(error, path: path, lines: lines)
    }
  }

  package init(contentsOf file: String, path: String) throws {
    try self.init(text: FileSystem.readText(file), path: path)
  }

  /// The line that a location points to.
  package func excerpt(_ location: SourceLocation?) -> String? {
    guard let line = location?.line, line >= 1, line <= lines.count else { return nil }
    return String(lines[line - 1])
  }

  private static func convert(
    _ node: Yams.Node, path: String, depth: Int, isKey: Bool = false
  ) throws -> YAMLNode {
    let location = SourceLocation(path: path, line: node.mark?.line, column: node.mark?.column)
    guard depth < depthLimit else {
      throw Diagnostic(.yamlSyntax, "collections nest deeper than \(depthLimit) levels", at: location)
    }
    switch node {
    case .scalar(let scalar):
      return YAMLNode(YAMLScalar.content(of: scalar, isKey: isKey), at: location)
    case .sequence(let sequence):
      return YAMLNode(
        .sequence(try sequence.map { try convert($0, path: path, depth: depth + 1) }), at: location)
    case .mapping(let mapping):
      let pairs = try mapping.map { pair in
        (
          key: try convert(pair.key, path: path, depth: depth + 1, isKey: true),
          value: try convert(pair.value, path: path, depth: depth + 1)
        )
      }
      return YAMLNode(.mapping(pairs), at: location)
    case .alias:
      throw Diagnostic(.yamlSyntax, "an alias refers to no anchor", at: location)
    }
  }

  private static func diagnostic(_ error: YamlError, path: String, lines: [Substring]) -> Diagnostic {
    func located(_ problem: String, _ mark: Mark) -> Diagnostic {
      Diagnostic(
        .yamlSyntax, problem, at: SourceLocation(path: path, line: mark.line, column: mark.column),
        excerpt: mark.line >= 1 && mark.line <= lines.count ? String(lines[mark.line - 1]) : nil,
        hints: ["check the indentation, the quotes and the colons of that line and the one before it"])
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return located(problem, mark)
    case .reader(let problem, let offset, _, _):
      return Diagnostic(.yamlSyntax, problem, at: SourceLocation(path: path, byteOffset: offset))
    case .duplicatedKeysInMapping(let duplicates, let context):
      return located("the key '\(duplicates.sorted().first ?? "")' stands twice in one mapping", context.mark)
    default:
      return Diagnostic(.yamlSyntax, "\(error)", at: SourceLocation(path: path))
    }
  }
}
