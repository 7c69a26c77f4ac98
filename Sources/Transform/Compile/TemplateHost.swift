import Diagnostics
import Jinja
import SQLite
import Storage

/// What templates of a project can see: its macros, variables, target, and the functions of dbt.
///
/// For one thread.
final class TemplateHost {
  let project: ProjectFile
  /// The project first.
  let packages: [ProjectPackage]
  let target: Target
  /// `--vars`, which stand before the project's.
  let commandVars: [ConfigEntry]
  let processEnvironment: [String: String]
  let invocation: Invocation
  /// Called by `log(…, info=true)` and `print(…)`.
  let onMessage: (String) -> Void
  /// Called by `print(…)`.
  var onPrint: (String) -> Void
  var macros = MacroTable()
  var docs: [DocBlock] = []
  let environment: Environment
  /// The data that templates may ask.
  var database: TemplateDatabase?
  /// What the rendering that is under way has depended on.
  var trace = TemplateTrace()
  /// What `is_incremental()` says of incremental models, whatever the draft holds; nil where the draft decides.
  var incrementalAssumption: Bool?
  /// The nodes, once they are known.
  var manifest: Manifest?
  /// What statements of templates have given, by name.
  var results: [String: Value] = [:]
  /// A name, quoted as the target's warehouse has it.
  var quoted: (String) -> String = { SQLIdentifier($0).quoted }
  private var scopes: [String: Scope] = [:]

  var storesFailures: Bool { invocation.storesFailures }

  init(
    project: ProjectFile, packages: [ProjectPackage], target: Target, commandVars: [ConfigEntry],
    processEnvironment: [String: String], invocation: Invocation, onMessage: @escaping (String) -> Void
  ) {
    self.project = project
    self.packages = packages
    self.target = target
    self.commandVars = commandVars
    self.processEnvironment = processEnvironment
    self.invocation = invocation
    self.onMessage = onMessage
    onPrint = onMessage
    var environment = Environment()
    environment.functions["return"] = Environment.returnFunction
    for name in ["as_text", "as_native", "as_bool", "as_number"] {
      environment.filters[name] = { call in call.arguments.first ?? .none }
    }
    self.environment = environment
  }

  // MARK: Scopes

  /// Names of dbt's that mean nothing here: to print them as nothing would be a lie.
  private static let unsupportedNames: Set<String> = ["submit_python_job", "write", "render"]

  /// What every template of a package sees, in properties files too.
  func scope(of package: String) -> Scope {
    if let scope = scopes[package] { return scope }
    let scope = makeScope(of: package)
    scopes[package] = scope
    return scope
  }

  private func makeScope(of package: String) -> Scope {
    let scope = Scope(
      resolvableNames: { [weak self] in
        self.map { $0.macros.names(from: package, root: $0.project.name) } ?? []
      },
      resolve: { [weak self] name in try self?.resolve(name, from: package) })
    ContextValues(host: self, package: package).add(to: scope)
    return scope
  }

  private func resolve(_ name: String, from package: String) throws -> Value? {
    if let entry = macros.entry(name, from: package, root: project.name) {
      return .macro(Macro(entry.definition))
    }
    if Self.unsupportedNames.contains(name) {
      throw TemplateError(.unsupportedFeature, "'\(name)' is not there in this version")
    }
    if name == BuiltinMacros.packageName || packages.contains(where: { $0.name == name }) {
      return .object(PackageObject(self, name))
    }
    switch name {
    // What depends on the moment is noted when it is asked for.
    case "run_started_at":
      trace.isVolatile = true
      return .object(DateTimeObject(invocation.startedAt))
    case "invocation_id":
      trace.isVolatile = true
      return .string(invocation.id)
    case "graph": return .object(GraphObject(self))
    default: return nil
    }
  }

  // MARK: Variables

  /// The value of a variable in templates of a package, or nil where nothing gives it one.
  func variable(_ name: String, from package: String) throws -> Value? {
    if let value = commandVars.first(where: { $0.key == name })?.value { return Value(value) }
    var value = project.variable(name, for: package)
    if value == nil, package != project.name {
      value = packages.first { $0.name == package }?.file.variable(name, for: package)
    }
    guard let value else { return nil }
    return Value(
      try render(value, scope: scope(of: package), at: SourceLocation(path: ProjectFile.fileName)))
  }

  var variableNames: [String] { commandVars.map(\.key) + project.vars.map(\.key) }

  // MARK: Settings

  /// A configuration's value with the templates in it evaluated.
  func render(_ value: ConfigValue, scope: Scope? = nil, at location: SourceLocation) throws -> ConfigValue {
    switch value {
    case .string(let text) where text.contains("{{") || text.contains("{%"):
      do {
        let expression = try Expression(parsing: text, name: location.path)
        return try Renderer(environment: environment, scope: scope ?? self.scope(of: project.name))
          .evaluate(expression).configValue
      } catch var error as TemplateError {
        // The place within the setting says less than the place of the setting.
        error.location = location
        error.excerpt = nil
        throw error
      }
    case .list(let values): return .list(try values.map { try render($0, scope: scope, at: location) })
    case .map(let entries):
      return .map(
        try entries.map { ConfigEntry(key: $0.key, value: try render($0.value, scope: scope, at: location)) })
    default: return value
    }
  }

  /// Calls a macro that can be seen from a package and returns its text.
  func callMacro(_ name: String, _ arguments: [Value], from package: String) throws -> String {
    guard let macro = macros.entry(name, from: package, root: project.name) else {
      throw TemplateError(.templateUndefined, "there is no macro '\(name)'")
    }
    let renderer = Renderer(environment: environment, scope: scope(of: package))
    return try renderer.call(.macro(Macro(macro.definition)), arguments).text()
  }
}

/// `var('x')` and `var.has_var('x')`.
final class VarObject: TemplateObject {
  private unowned let host: TemplateHost
  private let package: String
  /// Stand before all others.
  private let overrides: [ConfigEntry]

  init(_ host: TemplateHost, package: String, overrides: [ConfigEntry] = []) {
    self.host = host
    self.package = package
    self.overrides = overrides
  }

  var typeName: String { "var" }
  var isCallable: Bool { true }

  private func value(_ name: String) throws -> Value? {
    if let value = overrides.first(where: { $0.key == name })?.value { return Value(value) }
    return try host.variable(name, from: package)
  }

  func call(_ call: Call) throws -> Value {
    let arguments = try call.bind(["name", "default"], required: 1)
    let name = try arguments.string(0) ?? ""
    if let value = try value(name) { return value }
    if let fallback = arguments[1] { return fallback }
    throw TemplateError(
      .templateUndefined, "the variable '\(name)' has no value",
      hints: [
        Suggestion.hint(for: name, in: host.variableNames)
          ?? "give it one with `--vars '{\(name): …}'`, under `vars:` in \(ProjectFile.fileName), or as a default"
      ])
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    guard name == "has_var" else { return nil }
    return .bool(try value(try call.bind(["name"], required: 1).string(0) ?? "") != nil)
  }
}

/// `letterboxd.clean_text`, `dbt.dateadd`: the macros of a package under its name.
final class PackageObject: TemplateObject {
  private unowned let host: TemplateHost
  private let package: String
  /// Stand before the package's own.
  private let overrides: [String: Value]

  init(_ host: TemplateHost, _ package: String, overrides: [String: Value] = [:]) {
    self.host = host
    self.package = package
    self.overrides = overrides
  }

  var typeName: String { package }
  var attributeNames: [String] { host.macros[package].keys.sorted() }

  func attribute(_ name: String) throws -> Value? {
    if let value = overrides[name] { return value }
    if let entry = host.macros.entry(name, in: package) { return .macro(Macro(entry.definition)) }
    // What dbt defines as macros of its own and this engine as functions.
    guard package == BuiltinMacros.packageName else { return nil }
    return host.scope(of: host.project.name)[name]
  }
}

/// The dbt whose language this engine speaks.
package enum DbtVersion {
  package static let emulated = "1.11.0"
}
