import Diagnostics
import Files
import Jinja
import Storage

/// A project that was read and found sound: its manifest, its graph, and the compiler of its nodes.
///
/// For one thread.
package final class Project {
  package struct Options: Sendable {
    package var path: String
    package var profilesDirectory: String?
    package var profileName: String?
    package var targetName: String?
    /// `--vars`.
    package var vars: [ConfigEntry]
    package var environment: [String: String]
    package var invocation: Invocation

    package init(
      path: String, profilesDirectory: String? = nil, profileName: String? = nil, targetName: String? = nil,
      vars: [ConfigEntry] = [], environment: [String: String] = [:], invocation: Invocation = Invocation()
    ) {
      self.path = path
      self.profilesDirectory = profilesDirectory
      self.profileName = profileName
      self.targetName = targetName
      self.vars = vars
      self.environment = environment
      self.invocation = invocation
    }
  }

  package let path: String
  package let manifest: Manifest
  package let graph: Graph
  package let target: Target
  /// The folder of artifacts, absolute.
  package let targetPath: String
  let compiler: NodeCompiler

  /// Reads the project, or throws all that is wrong with it.
  ///
  /// - Parameters:
  ///   - onMessage: takes what templates `log` for the user.
  ///   - onPrint: takes what templates `print`; as what they log where it is nil.
  package init(
    _ options: Options, onMessage: @escaping (String) -> Void = { _ in }, onPrint: ((String) -> Void)? = nil
  ) throws {
    path = Path.absolute(options.path)
    let file = try ProjectFile(inFolder: path)
    let profileName = options.profileName ?? file.profile ?? file.name
    let packages = try PackageFinder.packages(of: file, at: path)
    func host(_ target: Target) -> TemplateHost {
      TemplateHost(
        project: file, packages: packages, target: target, commandVars: options.vars,
        processEnvironment: options.environment, invocation: options.invocation, onMessage: onMessage)
    }
    let settings = host(.local(profileName: profileName))
    target = try Target.find(
      profileName: profileName, isNamed: options.profileName != nil, targetName: options.targetName,
      profilesDirectory: options.profilesDirectory,
      projectPath: path, environment: options.environment
    ) { try settings.render($0.value, at: $0.location) }
    let host = host(target)
    if let onPrint { host.onPrint = onPrint }
    var builder = ManifestBuilder(projectPath: path, packages: packages, host: host)
    manifest = try builder.build()
    host.manifest = manifest
    compiler = NodeCompiler(host: host, manifest: manifest, templates: builder.templates)
    graph = try Graph(manifest)
    targetPath = Path.join(path, options.environment.setting("DBT_TARGET_PATH") ?? file.targetPath)
  }

  /// `--vars`.
  var commandVars: [ConfigEntry] { compiler.host.commandVars }

  /// An output of the project's profile, without reading more of the project; nil where there is none of that name.
  package static func output(_ name: String, _ options: Options) throws -> ProfileOutput? {
    let path = Path.absolute(options.path)
    let file = try ProjectFile(inFolder: path)
    let profileName = options.profileName ?? file.profile ?? file.name
    let host = TemplateHost(
      project: file, packages: [], target: .local(profileName: profileName), commandVars: options.vars,
      processEnvironment: options.environment, invocation: options.invocation, onMessage: { _ in })
    let places = ProfilePlaces(
      directory: options.profilesDirectory, projectPath: path, environment: options.environment)
    return try ProfileOutput(name, of: profileName, in: places) { try host.render($0.value, at: $0.location) }
  }

  // MARK: Compiling

  /// The data that templates may ask while they are rendered; nil where there is none to ask.
  package var database: TemplateDatabase? {
    get { compiler.host.database }
    set { compiler.host.database = newValue }
  }

  /// Renders a node's SQL as it is stored and run: relations are named with their layer, but for stored views.
  package func compile(_ node: Node) throws -> CompiledNode { try compiler.compile(node) }

  /// Renders a node's SQL for a connection that has all layers attached.
  package func compileQualified(_ node: Node) throws -> CompiledNode { try compiler.compileQualified(node) }

  /// Compiles a text that is no node, such as that of `--inline`.
  package func compile(inline text: String) throws -> CompiledNode { try compiler.compile(inline: text) }

  /// Writes a node's SQL below `target/compiled`, for people to look at.
  package func writeCompiled(_ compiled: CompiledNode) throws {
    let file = Path.join(targetPath, "compiled/\(compiled.node.packageName)/\(compiled.node.compiledPath)")
    // To look is cheaper than to write.
    if let known = try? FileSystem.read(file), known.elementsEqual((compiled.sql + "\n").utf8) { return }
    try FileSystem.createDirectory(Path.parent(of: file))
    try FileSystem.write((compiled.sql + "\n").utf8, to: file, isDurable: false)
  }

  /// `selectors.yml` with its templates evaluated.
  package func selectors(indirectSelection: IndirectSelection) throws -> SelectorFile {
    try SelectorFile(inFolder: path, indirectSelection: indirectSelection) { value, location in
      try compiler.host.render(value, at: location)
    }
  }

  /// Parses the value of `--vars`: a YAML or JSON mapping.
  package static func vars(parsing text: String) throws -> [ConfigEntry] {
    try mapping(parsing: text, option: "--vars")
  }

  /// Parses the value of an option that takes a YAML or JSON mapping.
  package static func mapping(parsing text: String, option: String) throws -> [ConfigEntry] {
    let file = try YAMLFile(text: text, path: option)
    if file.root.isNull { return [] }
    guard let entries = file.root.value.entries else {
      throw Diagnostic(
        .invalidArgument, "\(option) takes a YAML mapping, not \(file.root.kindName)", at: file.root.location,
        hints: ["for example: \(option) '{first_year: 1990}'"])
    }
    return entries
  }
}
