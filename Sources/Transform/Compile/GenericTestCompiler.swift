import Diagnostics
import Jinja
import SQLite
import Storage

/// Renders generic tests: calls the test's macro with the model, the column and the arguments of its declaration.
struct GenericTestCompiler {
  let host: TemplateHost

  /// The references among a test's arguments: `to: ref('stg_movies')`.
  func references(of node: Node) throws -> ParsedReferences {
    var parsed = ParsedReferences()
    let scope = Scope(parent: host.scope(of: node.packageName))
    let placeholder = Value.object(RelationObject(Relation(layer: .main, name: node.name), isQualified: true))
    scope["ref"] = .function("ref") { call in
      parsed.references.append(try NodeScopes.reference(call))
      return placeholder
    }
    scope["source"] = .function("source") { call in
      parsed.sourceReferences.append(try NodeScopes.sourceReference(call))
      return placeholder
    }
    let renderer = Renderer(environment: host.environment, scope: scope)
    for entry in node.genericTest?.arguments ?? [] {
      _ = try argument(entry.value, renderer: renderer, at: node.location)
    }
    return parsed
  }

  /// The SQL of a test's failing rows.
  ///
  /// - Parameter scope: has `ref` and `source` of the test.
  func compile(_ node: Node, _ test: GenericTest, tested: Node, scope: Scope) throws -> String {
    let name = "test_\(test.name)"
    let entry =
      test.namespace.map { host.macros.entry(name, in: $0) }
      ?? host.macros.entry(name, from: node.packageName, root: host.project.name)
    guard let macro = entry else {
      throw Diagnostic(.unknownTest, "there is no generic test '\(test.name)'", at: node.location)
    }
    let renderer = Renderer(environment: host.environment, scope: scope)
    guard let relation = RelationObject(tested, isQualified: true) else {
      throw Diagnostic(.unknownRef, "the test '\(node.name)' has nothing to test", at: node.location)
    }
    let subject: Value =
      node.config.whereClause.map { .string("(select * from \(relation.text) where \($0)) dbt_subquery") }
      ?? .object(relation)
    var keywords = [Call.Keyword("model", subject)]
    if let column = test.column {
      let name = test.quotesColumn ? SQLIdentifier(column).quoted : column
      keywords.append(Call.Keyword("column_name", .string(name)))
    }
    for entry in test.arguments {
      keywords.append(
        Call.Keyword(entry.key, try argument(entry.value, renderer: renderer, at: node.location)))
    }
    // Tests of the project's own may do without an argument; those of dbt's make no sense then.
    let given = Set(keywords.map(\.name))
    if macro.packageName == BuiltinMacros.packageName,
      let missing = macro.definition.parameters.first(where: { !$0.hasDefault && !given.contains($0.name) })
    {
      throw Diagnostic(
        .templateRuntime, "the test '\(node.name)' is not given the argument '\(missing.name)'",
        at: node.location, hints: ["add it under `arguments:` of the test '\(test.name)'"])
    }
    do {
      return try renderer.call(.macro(Macro(macro.definition, scope: scope)), keywords: keywords).text()
        .trimmed
    } catch var error as TemplateError {
      // Arguments that do not fit are the declaration's fault, not the macro's.
      if error.location == nil { error.location = node.location }
      throw error.diagnostic.noting("in the test '\(node.name)' at \(node.location)")
    }
  }

  /// A text that is a call of a dbt function, or has braces, is a template; everything else stands for itself.
  private func argument(_ value: ConfigValue, renderer: Renderer, at location: SourceLocation) throws -> Value
  {
    switch value {
    case .string(let text):
      let isCall = ["ref(", "source(", "var(", "env_var("].contains { text.trimmed.hasPrefix($0) }
      guard isCall || text.contains("{{") else { return .string(text) }
      do {
        let expression = try Expression(parsing: isCall ? "{{ \(text) }}" : text, name: location.path)
        return try renderer.evaluate(expression)
      } catch var error as TemplateError {
        error.location = location
        error.excerpt = nil
        throw error
      }
    case .list(let values):
      return .list(try values.map { try argument($0, renderer: renderer, at: location) })
    default: return Value(value)
    }
  }
}
