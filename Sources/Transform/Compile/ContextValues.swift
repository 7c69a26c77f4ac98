import Diagnostics
import Jinja
import Storage

/// The variables and functions of dbt's context that need no node.
struct ContextValues {
  let host: TemplateHost
  let package: String

  func add(to scope: Scope) {
    let target = host.target
    scope["target"] = .object(
      RecordObject(
        "target",
        [
          "name": .string(target.name), "schema": .string(target.schema), "type": .string(target.type),
          "threads": .int(target.threads), "profile_name": .string(target.profileName),
          "database": .string(Target.databaseName), "dbname": .string(Target.databaseName),
          "target_name": .string(target.name),
        ]))
    scope["database"] = .string(Target.databaseName)
    scope["schema"] = .string(target.schema)
    scope["project_name"] = .string(host.project.name)
    scope["dbt_version"] = .string(DbtVersion.emulated)
    scope["thread_id"] = "MainThread"
    scope["execute"] = false
    scope["var"] = .object(VarObject(host, package: package))
    scope["env_var"] = Self.environmentFunction(host.processEnvironment)
    scope["exceptions"] = .object(RecordObject("exceptions", exceptionFunctions))
    scope["modules"] = TemplateModules.value { [weak host] in host?.trace.isVolatile = true }
    scope["flags"] = flags
    scope["invocation_args_dict"] = .dict([("which", .string(host.invocation.verb))])
    scope["dbt_metadata_envs"] = .dict(
      host.processEnvironment.filter { $0.key.hasPrefix("DBT_ENV_CUSTOM_ENV_") }.sorted { $0.key < $1.key }
        .map { (String($0.key.dropFirst("DBT_ENV_CUSTOM_ENV_".count)), .string($0.value)) })
    scope["selected_resources"] = .list([Value]())
    scope["validation"] = .object(ValidationObject())
    scope["doc"] = docFunction
    let adapter = AdapterObject(host, package: package)
    scope["adapter"] = .object(adapter)
    scope["api"] = .object(
      RecordObject(
        "api",
        ["Relation": .object(RelationFactory()), "Column": .object(ColumnFactory())]))
    addMessages(to: scope)
    ConversionFunctions.add(to: scope)
    QueryFunctions(host).add(to: scope)
  }

  static func environmentFunction(_ variables: [String: String]) -> Value {
    .function("env_var") { call in
      let arguments = try call.bind(["var", "default"], required: 1)
      let name = try arguments.string(0) ?? ""
      if let value = variables[name] { return .string(value) }
      if let fallback = arguments[1] { return fallback }
      throw TemplateError(
        .templateRuntime, "the environment variable '\(name)' is not set",
        hints: ["set it, or give env_var a default"])
    }
  }

  private func addMessages(to scope: Scope) {
    let onMessage = host.onMessage
    scope["log"] = .function("log") { call in
      let arguments = try call.bind(["msg", "info"], required: 1)
      if arguments.bool(1) { onMessage(try arguments.value(0).text()) }
      return .string("")
    }
    scope["print"] = .function("print") { [unowned host] call in
      host.onPrint(try call.bind(["msg"], required: 1).value(0).text())
      return .string("")
    }
    scope["debug"] = .function("debug") { _ in .string("") }
  }

  /// Options of the command line under the names of dbt's flags.
  private var flags: Value {
    let invocation = host.invocation
    return .object(
      RecordObject(
        "flags",
        [
          "FULL_REFRESH": .bool(invocation.isFullRefresh), "STORE_FAILURES": .bool(invocation.storesFailures),
          "WHICH": .string(invocation.verb), "FAIL_FAST": false, "WARN_ERROR": false, "DEBUG": false,
          "PRINT": true, "USE_COLORS": false, "EMPTY": false, "PARTIAL_PARSE": false, "VERSION_CHECK": true,
          "CACHE_SELECTED_ONLY": false, "INDIRECT_SELECTION": "eager",
        ]))
  }

  private var exceptionFunctions: [String: Value] {
    let onMessage = host.onMessage
    func raising(_ name: String) -> (String, Value) {
      (
        name,
        .function(name) { call in
          throw TemplateError(.templateRaised, try call.arguments.first?.text() ?? name)
        }
      )
    }
    let names = [
      "raise_compiler_error", "raise_not_implemented", "raise_database_error", "raise_parsing_error",
      "raise_fail_fast_error", "raise_contract_error", "column_type_missing", "missing_config",
      "missing_materialization", "missing_relation", "raise_invalid_property_yml_version",
    ]
    var functions = Dictionary(uniqueKeysWithValues: names.map(raising))
    functions["warn"] = .function("warn") { call in
      onMessage(try call.bind(["msg"], required: 1).value(0).text())
      return .string("")
    }
    functions["warn_snapshot_timestamp_data_types"] = .function("warn") { _ in .string("") }
    return functions
  }

  /// `doc('name')` or `doc('package', 'name')`.
  private var docFunction: Value {
    .function("doc") { [weak host, package] call in
      guard let host else { return .none }
      let names = try call.arguments.map { try $0.text() }
      guard let name = names.last, names.count <= 2 else {
        throw TemplateError(.templateRuntime, "doc() takes a name, or a package and a name")
      }
      let order = names.count == 2 ? [names[0]] : [package, host.project.name] + host.packages.map(\.name)
      for package in order {
        if let block = host.docs.first(where: { $0.packageName == package && $0.name == name }) {
          return .string(block.text)
        }
      }
      throw TemplateError(
        .templateUndefined, "there is no docs block '\(name)'",
        hints: [
          Suggestion.hint(for: name, in: host.docs.map(\.name))
            ?? "write it in a .md file: `{% docs \(name) %} … {% enddocs %}`"
        ])
    }
  }
}

/// `validation.any[…]`, which `config.get` takes and which accepts all.
final class ValidationObject: TemplateObject {
  var typeName: String { "validation" }

  func attribute(_ name: String) throws -> Value? { .object(self) }
  func item(_ key: Value) throws -> Value? { .object(self) }
}
