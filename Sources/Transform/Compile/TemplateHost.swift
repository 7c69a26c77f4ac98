import Diagnostics
import Jinja
import Storage

/// What templates of a project can see: its macros, variables, target, and the functions of dbt.
final class TemplateHost {
  let project: ProjectFile
  let target: Target
  /// `--vars`, which stand before the project's.
  let commandVars: [ConfigEntry]
  let processEnvironment: [String: String]
  /// Called by `log(…, info=true)` and `print(…)`.
  let onMessage: (String) -> Void
  private(set) var macros: [String: MacroEntry] = [:]
  let environment: Environment
  private(set) var baseScope = Scope()
  /// The data that templates may ask.
  var database: TemplateDatabase?
  /// What the rendering that is under way has depended on.
  var trace = TemplateTrace()
  /// What `is_incremental()` says of incremental models, whatever the draft holds; nil where the draft decides.
  var incrementalAssumption: Bool?

  init(
    project: ProjectFile, target: Target, commandVars: [ConfigEntry], processEnvironment: [String: String],
    onMessage: @escaping (String) -> Void
  ) {
    self.project = project
    self.target = target
    self.commandVars = commandVars
    self.processEnvironment = processEnvironment
    self.onMessage = onMessage
    var environment = Environment()
    environment.functions["return"] = Environment.returnFunction
    for name in ["as_text", "as_native", "as_bool", "as_number"] {
      environment.filters[name] = { call in call.arguments.first ?? .none }
    }
    self.environment = environment
    baseScope = makeBaseScope()
  }

  /// Names of dbt's that mean nothing here yet: to print them as nothing would be a lie.
  private static let unsupportedNames: Set<String> = [
    "adapter", "builtins", "dbt_metadata_envs", "flags", "fromjson", "fromyaml", "graph",
    "invocation_args_dict",
    "invocation_id", "load_result", "local_md5", "modules", "run_query", "run_started_at", "set", "statement",
    "store_result", "thread_id", "toyaml", "zip",
  ]

  /// Makes macros known by their names.
  func register(_ entries: [String: MacroEntry]) {
    macros.merge(entries) { _, new in new }
  }

  // MARK: Scopes

  /// What every template sees, in properties files too.
  private func makeBaseScope() -> Scope {
    let scope = Scope(
      resolvableNames: { [weak self] in self.map { Array($0.macros.keys) } ?? [] },
      resolve: { [weak self] name in
        guard let self else { return nil }
        if let macro = self.macros[name] { return .macro(Macro(macro.definition)) }
        if Self.unsupportedNames.contains(name) {
          throw TemplateError(.unsupportedFeature, "'\(name)' is not there in this version")
        }
        if name == self.project.name || name == BuiltinMacros.packageName { return self.packageObject(name) }
        return nil
      })
    scope["target"] = .object(
      RecordObject(
        "target",
        [
          "name": .string(target.name), "schema": .string(target.schema), "type": .string(target.type),
          "threads": .int(target.threads), "profile_name": .string(target.profileName),
          "database": .string(Target.databaseName),
        ]))
    scope["project_name"] = .string(project.name)
    scope["dbt_version"] = .string(DbtVersion.emulated)
    scope["var"] = .object(VarObject(self))
    scope["env_var"] = .function("env_var") { [processEnvironment] call in
      let arguments = try call.bind(["var", "default"], required: 1)
      let name = try arguments.string(0) ?? ""
      if let value = processEnvironment[name] { return .string(value) }
      if let fallback = arguments[1] { return fallback }
      throw TemplateError(
        .templateRuntime, "the environment variable '\(name)' is not set",
        hints: ["set it, or give env_var a default"])
    }
    scope["exceptions"] = .object(RecordObject("exceptions", exceptionFunctions))
    scope["log"] = .function("log") { [onMessage] call in
      let arguments = try call.bind(["msg", "info"], required: 1)
      if arguments.bool(1) { onMessage(try arguments.value(0).text()) }
      return .string("")
    }
    scope["print"] = .function("print") { [onMessage] call in
      onMessage(try call.bind(["msg"], required: 1).value(0).text())
      return .string("")
    }
    return scope
  }

  private var exceptionFunctions: [String: Value] {
    [
      "raise_compiler_error": .function("raise_compiler_error") { call in
        throw TemplateError(.templateRaised, try call.bind(["msg"], required: 1).value(0).text())
      },
      "warn": .function("warn") { [onMessage] call in
        onMessage(try call.bind(["msg"], required: 1).value(0).text())
        return .string("")
      },
    ]
  }

  /// `letterboxd.clean_text`: the macros of a package under its name.
  private func packageObject(_ name: String) -> Value {
    let own = macros.filter { $0.value.packageName == name }
    return .object(RecordObject(name, own.mapValues { .macro(Macro($0.definition)) }))
  }

  /// The value of a variable, or nil where nothing gives it one.
  func variable(_ name: String) throws -> Value? {
    if let value = commandVars.first(where: { $0.key == name })?.value { return Value(value) }
    guard let value = project.variable(name) else { return nil }
    return Value(try render(value, at: SourceLocation(path: ProjectFile.fileName)))
  }

  var variableNames: [String] { commandVars.map(\.key) + project.vars.map(\.key) }

  // MARK: Settings

  /// A configuration's value with the templates in it evaluated.
  func render(_ value: ConfigValue, scope: Scope? = nil, at location: SourceLocation) throws -> ConfigValue {
    switch value {
    case .string(let text) where text.contains("{{") || text.contains("{%"):
      do {
        let expression = try Expression(parsing: text, name: location.path)
        return try Renderer(environment: environment, scope: scope ?? baseScope).evaluate(expression)
          .configValue
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

  /// Calls a macro of the project or a built-in one and returns its text.
  func callMacro(_ name: String, _ arguments: [Value]) throws -> String {
    guard let macro = macros[name] else {
      throw TemplateError(.templateUndefined, "there is no macro '\(name)'")
    }
    let renderer = Renderer(environment: environment, scope: baseScope)
    return try renderer.call(.macro(Macro(macro.definition)), arguments).text()
  }
}

/// `var('x')` and `var.has_var('x')`.
final class VarObject: TemplateObject {
  private unowned let host: TemplateHost

  init(_ host: TemplateHost) {
    self.host = host
  }

  var typeName: String { "var" }
  var isCallable: Bool { true }

  func call(_ call: Call) throws -> Value {
    let arguments = try call.bind(["name", "default"], required: 1)
    let name = try arguments.string(0) ?? ""
    if let value = try host.variable(name) { return value }
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
    return .bool(try host.variable(try call.bind(["name"], required: 1).string(0) ?? "") != nil)
  }
}

/// The dbt whose language this engine speaks.
package enum DbtVersion {
  package static let emulated = "1.11.0"
}
