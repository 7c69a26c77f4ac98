import ArgumentParser
import Diagnostics
import Transform

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the nodes of the project.",
    discussion: """
      Examples:
        reelhouse ls --resource-type model
        reelhouse ls --select +movies_by_year --output path
        reelhouse ls --output json --output-keys name resource_type depends_on
      """,
    aliases: ["list"])

  enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case selector
    case name
    case path
    case json
  }

  @Option(help: "The form of a line: selector, name, path or json.")
  var output: OutputForm = .selector

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The keys of JSON lines; config.materialized takes one setting.", valueName: "key"))
  var outputKeys: [String] = [
    "alias", "name", "package_name", "depends_on", "tags", "config", "resource_type", "source_name",
    "original_file_path", "unique_id",
  ]

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    var selection = selection
    // dbt's `ls` takes --models for models alone.
    if !selection.models.isEmpty {
      guard selection.select.isEmpty, selection.resourceType.isEmpty else {
        throw Diagnostic(
          .invalidArgument, "--models goes with neither --select nor --resource-type",
          hints: ["--select takes nodes of every kind"])
      }
      selection.resourceType = ["model"]
    }
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = selected.sorted().compactMap { project.manifest.nodes[$0] }
    if nodes.isEmpty { session.console.remark("No nodes selected!") }
    let artifact = NodeArtifact(project.manifest)
    for node in nodes { session.console.data(line(node, artifact)) }
  }

  private func line(_ node: Node, _ artifact: NodeArtifact) -> String {
    switch output {
    case .name: node.source.map { "\($0.name).\(node.name)" } ?? node.name
    case .path: node.filePath
    case .selector: node.selector
    case .json: JSONWriter.text(.object(fields(of: artifact.parsed(node))))
    }
  }

  private func fields(of node: JSONValue) -> [String: JSONValue] {
    var shown: [String: JSONValue] = [:]
    for key in outputKeys.flatMap({ $0.split(separator: " ").map(String.init) }) {
      var value: JSONValue? = node
      for part in key.split(separator: ".") { value = value?[String(part)] }
      // Of a key with dots dbt leaves out what is nothing.
      if let value, !key.contains(".") || !value.isNull { shown[key] = value }
    }
    // Readers of this output count on a list being there.
    if outputKeys.contains(where: { $0.contains("depends_on") }), shown["depends_on"]?["nodes"] == nil {
      shown["depends_on"] = ["nodes": [], "macros": shown["depends_on"]?["macros"] ?? []]
    }
    return shown
  }
}

extension Node {
  /// The selector that means this node alone.
  var selector: String {
    switch resourceType.rawValue {
    case "source": "source:\(packageName).\(source?.name ?? "").\(name)"
    case "exposure", "unit_test": "\(resourceType.rawValue):\(packageName).\(name)"
    default: fqn.joined(separator: ".")
    }
  }
}
