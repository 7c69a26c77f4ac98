import Diagnostics
import Transform

/// What becomes of warnings: `--warn-error` and `--warn-error-options`.
struct WarningPolicy {
  enum Verdict {
    case warn
    case error
    case silence
  }

  /// The warnings that are errors; nil for all of them.
  private var errors: Set<String>? = []
  private var exceptions: Set<String> = []
  private var silenced: Set<String> = []

  /// - Parameters:
  ///   - isStrict: `--warn-error`.
  ///   - options: the YAML text of `--warn-error-options`.
  init(isStrict: Bool, options: String?) throws {
    let root = try options.map { try YAMLFile(text: $0, path: "--warn-error-options").root }
    try self.init(isStrict: isStrict, root, "--warn-error", "--warn-error-options")
  }

  /// - Parameters:
  ///   - flag: what says `isStrict`, for faults.
  ///   - name: what says the rest.
  init(isStrict: Bool, _ options: YAMLNode?, _ flag: String, _ name: String) throws {
    if isStrict { errors = nil }
    guard let root = options else { return }
    guard !isStrict else { throw Self.invalid("\(flag) and \(name) exclude each other", root) }
    if root.isNull { return }
    guard let pairs = root.pairs else {
      throw Self.invalid("\(name) takes a YAML mapping, not \(root.kindName)", root)
    }
    for (key, value) in pairs {
      let names = value.value.texts ?? []
      switch key.scalarText {
      case "error", "include": errors = names == ["all"] || names == ["*"] ? nil : Set(names)
      case "warn", "exclude": exceptions = Set(names)
      case "silence": silenced = Set(names)
      default: throw Self.invalid("'\(key.scalarText ?? "?")' is no key of \(name)", key)
      }
    }
  }

  private static func invalid(_ message: String, _ node: YAMLNode) -> Diagnostic {
    Diagnostic(
      .invalidArgument, message, at: node.location,
      hints: ["for example: --warn-error-options '{error: all, warn: [NoNodesForSelectionCriteria]}'"])
  }

  func verdict(on diagnostic: Diagnostic) -> Verdict {
    verdict(named: [diagnostic.code.rawValue] + (Self.dbtNames[diagnostic.code] ?? []))
  }

  /// Whether a test that would warn fails.
  var failsWarningTests: Bool { verdict(named: ["LogTestResult", "RH2302"]) == .error }

  private func verdict(named names: [String]) -> Verdict {
    if names.contains(where: silenced.contains) { return .silence }
    if names.contains(where: exceptions.contains) { return .warn }
    return errors.map { errors in names.contains(where: errors.contains) } ?? true ? .error : .warn
  }

  /// What dbt calls the warnings that we have.
  private static let dbtNames: [DiagnosticCode: [String]] = [
    .selectorMatchesNothing: ["NoNodesForSelectionCriteria", "NoNodesSelected", "NothingToDo"],
    .patchWithoutNode: ["NoNodeForYamlKey"],
    .unsupportedFeature: ["Deprecations"],
  ]
}
