import Diagnostics
import Jinja
import Storage

/// Renders nodes to SQL, ephemeral models included, and remembers what it has rendered.
///
/// For one thread.
final class NodeCompiler {
  let host: TemplateHost
  private let manifest: Manifest
  private let templates: [String: Template]
  private var compiled: [String: CompiledNode] = [:]
  /// Temporary tables that stand in for nodes, by unique id.
  private var standIns: [String: String] = [:]
  /// What stands for the table or view of a node in another warehouse; nil where the node's own relation does.
  var place: ((Node) -> RelationObject?)?
  /// Whether the rendering that ended last asked the data, whether or not it came to an end.
  private(set) var hasAskedData = false

  init(host: TemplateHost, manifest: Manifest, templates: [String: Template]) {
    self.host = host
    self.manifest = manifest
    self.templates = templates
  }

  /// The node's SQL as it is stored and run: relations are named with their layer, but for stored views.
  func compile(_ node: Node) throws -> CompiledNode {
    if let known = compiled[node.uniqueID] { return known }
    let result = try compileAnew(node)
    compiled[node.uniqueID] = result
    return result
  }

  /// The node's SQL over the data that templates may ask now, whatever is remembered.
  func recompile(_ node: Node) throws -> CompiledNode {
    let result = try compileAnew(node)
    compiled[node.uniqueID] = result
    return result
  }

  /// Whether the node's SQL is known already.
  func hasCompiled(_ node: Node) -> Bool { compiled[node.uniqueID] != nil }

  /// The node's SQL as it is now, if it depends on what the draft holds.
  func compileForRun(_ node: Node) throws -> CompiledNode {
    if let known = compiled[node.uniqueID], !known.dependsOnDraft { return known }
    let result = try compileAnew(node)
    compiled[node.uniqueID] = result
    return result
  }

  var unitTestCompiler: UnitTestCompiler {
    UnitTestCompiler(compiler: self, manifest: manifest, templates: templates)
  }

  private func compileAnew(_ node: Node) throws -> CompiledNode {
    let result = try compile(node, isQualified: true)
    guard StoredView.isPossible(for: node, sql: result.sql, in: manifest) else { return result }
    return try compile(node, isQualified: false)
  }

  /// The node's SQL for a connection that has all layers attached.
  ///
  /// - Parameter isIncremental: what `is_incremental()` says; nil where the draft decides.
  func compileQualified(_ node: Node, isIncremental: Bool? = nil) throws -> CompiledNode {
    let outer = host.incrementalAssumption
    host.incrementalAssumption = isIncremental
    defer { host.incrementalAssumption = outer }
    return try compile(node, isQualified: true)
  }

  /// All that the node's SQL can be, whatever the draft holds: that of an incremental model for its first run and for
  /// those after it.
  func variants(of node: Node) throws -> [String] {
    guard node.materialized == "incremental" else { return [try compile(node).sql] }
    return try [false, true].map { try compileQualified(node, isIncremental: $0).sql }
  }

  /// The node's SQL over temporary tables in place of what it refers to.
  ///
  /// - Parameter standIns: names of temporary tables, by unique id.
  func compile(_ node: Node, standIns: [String: String]) throws -> CompiledNode {
    let outer = self.standIns
    self.standIns = standIns
    defer { self.standIns = outer }
    return try compile(node, isQualified: true)
  }

  private func compile(_ node: Node, isQualified: Bool) throws -> CompiledNode {
    if let test = node.unitTest {
      return try unitTestCompiler.compile(node, test)
    }
    let outer = host.trace
    host.trace = TemplateTrace()
    defer {
      hasAskedData = host.trace.asksData
      host.trace = outer
    }
    let tables = CommonTables()
    let (sql, sourceMap) = try render(node, isQualified: isQualified, tables)
    let (text, injection) = tables.inject(into: sql)
    return CompiledNode(
      node: node, sql: text, storedKind: isQualified ? .table : .view, sourceMap: sourceMap,
      injection: injection, dependsOnDraft: host.trace.dependsOnDraft, isVolatile: host.trace.isVolatile)
  }

  /// The node's own SQL; ephemeral models that it refers to are added to `tables`.
  private func render(
    _ node: Node, isQualified: Bool, _ tables: CommonTables
  ) throws -> (sql: String, sourceMap: SourceMap?) {
    let scope = NodeScopes(host: host).compileScope(
      of: node, in: manifest,
      NodeScopes.References(
        isQualified: isQualified,
        standIn: { target in
          self.standIns[target.uniqueID].map { RelationObject(schema: "temp", identifier: $0) }
            ?? self.place?(target)
        }, this: place?(node), addCommonTable: { try self.add($0, isQualified, tables) }))
    if let test = node.genericTest {
      guard let tested = manifest.nodes[test.attachedNode] else {
        throw Diagnostic(.unknownRef, "the test '\(node.name)' has nothing to test", at: node.location)
      }
      if tested.isEphemeral { try add(tested, isQualified, tables) }
      let sql = try GenericTestCompiler(host: host).compile(node, test, tested: tested, scope: scope)
      return (sql, nil)
    }
    guard let template = templates[node.uniqueID] else {
      throw Diagnostic(.invalidArgument, "'\(node.uniqueID)' has no SQL to compile", at: node.location)
    }
    let rendered = try Renderer(environment: host.environment, scope: scope).render(template)
    return (rendered.text, rendered.sourceMap)
  }

  private func add(_ node: Node, _ isQualified: Bool, _ tables: CommonTables) throws {
    guard !tables.contains(node.commonTableName) else { return }
    let sql = try render(node, isQualified: isQualified, tables).sql
    tables.append(node.commonTableName, sql)
  }

  /// Compiles a text that is no node, such as that of `--inline`.
  func compile(inline text: String) throws -> CompiledNode {
    let template = try Template(text, name: "--inline", syntax: BuiltinMacros.syntax)
    var node = Node(
      uniqueID: "sql_operation.\(manifest.project.name).inline_query", resourceType: .test,
      name: "inline_query",
      packageName: manifest.project.name, fqn: [manifest.project.name, "inline_query"], filePath: "--inline",
      relativePath: "--inline", location: SourceLocation(path: "--inline"), config: NodeConfig())
    node.rawCode = text
    let tables = CommonTables()
    let scope = NodeScopes(host: host).compileScope(
      of: node, in: manifest,
      NodeScopes.References(checksDependencies: false, addCommonTable: { try self.add($0, true, tables) }))
    let rendered = try Renderer(environment: host.environment, scope: scope).render(template)
    let (sql, injection) = tables.inject(into: rendered.text)
    return CompiledNode(
      node: node, sql: sql, storedKind: .table, sourceMap: rendered.sourceMap, injection: injection)
  }

  /// The SQL of a hook of the project or a package.
  ///
  /// - Parameter values: what it sees beside what every template does.
  func renderHook(
    _ text: String, of package: String, at location: SourceLocation, values: [String: Value]
  ) throws -> String {
    var node = Node(
      uniqueID: "operation.\(package).hook", resourceType: .test, name: "hook", packageName: package,
      fqn: [package, "hook"], filePath: location.path, relativePath: location.path, location: location,
      config: NodeConfig())
    node.rawCode = text
    return try renderHook(text, of: node, values: values)
  }

  /// The SQL of a hook of a node.
  func renderHook(_ text: String, of node: Node, values: [String: Value] = [:]) throws -> String {
    let template = try Template(text, name: node.filePath, syntax: BuiltinMacros.syntax)
    let scope = NodeScopes(host: host).compileScope(
      of: node, in: manifest,
      NodeScopes.References(
        checksDependencies: false,
        addCommonTable: { target in
          throw TemplateError(
            .invalidValue, "a hook cannot read '\(target.name)', which is ephemeral and so no table")
        }))
    for (name, value) in values { scope[name] = value }
    do {
      return try Renderer(environment: host.environment, scope: scope).renderText(template)
    } catch var error as TemplateError {
      // A place within the hook's text is no place of the file.
      error.location = node.location
      error.excerpt = nil
      throw error.diagnostic.noting("in the hook `\(text)`")
    }
  }
}

/// What a rendering depended on beside the project.
final class TemplateTrace {
  /// It asked what the draft holds.
  var dependsOnDraft = false
  /// It asked for more than whether an incremental model's table is there.
  var asksData = false {
    didSet { if asksData { dependsOnDraft = true } }
  }
  /// It asked for the time or an id of this one invocation.
  var isVolatile = false
}
