import Diagnostics
import Files

/// `flags:` of `dbt_project.yml`: what stands for options that neither the command line nor the environment gives.
///
/// Those of dbt's that mean nothing here are taken and checked; others are left alone, as dbt does.
package struct ProjectFlags: Sendable {
  package private(set) var failsFast: Bool?
  package private(set) var indirectSelection: IndirectSelection?
  package private(set) var logFormat: String?
  package private(set) var logLevel: String?
  package private(set) var usesColors: Bool?
  package private(set) var takesWarningsForErrors: Bool?
  /// A mapping.
  package private(set) var warnErrorOptions: YAMLNode?
  package private(set) var writesJSON: Bool?

  package init() {}

  /// The flags of a project that can be read; none where there is a fault, which is told when the project is read.
  package init(ofProjectIn folder: String) {
    self.init()
    let path = Path.join(folder, ProjectFile.fileName)
    // Most projects have none, and YAML takes its time.
    guard let text = try? FileSystem.readText(path), SQLNormalizer.mentions("flags", in: text),
      let file = try? YAMLFile(text: text, path: ProjectFile.fileName), let node = file.root["flags"]
    else { return }
    var faults: [Diagnostic] = []
    let flags = ProjectFlags(node, in: file, &faults)
    if faults.isEmpty { self = flags }
  }

  init(_ node: YAMLNode, in file: YAMLFile, _ faults: inout [Diagnostic]) {
    var reader = MappingReader(node, of: "the project's flags", in: file)
    failsFast = reader.bool("fail_fast")
    indirectSelection = reader.choice("indirect_selection", IndirectSelection.allCases.map(\.rawValue))
      .flatMap(IndirectSelection.init)
    logFormat = reader.choice("log_format", ["text", "debug", "json", "default"])
    logLevel = reader.choice("log_level", ["debug", "info", "warn", "error", "none"])
    usesColors = reader.bool("use_colors")
    takesWarningsForErrors = reader.bool("warn_error")
    warnErrorOptions = reader.mapping("warn_error_options")
    writesJSON = reader.bool("write_json")
    for name in [
      "cache_selected_only", "debug", "partial_parse", "populate_cache", "send_anonymous_usage_stats",
      "static_parser",
      "use_colors_file", "use_experimental_parser", "version_check",
    ] { _ = reader.bool(name) }
    for name in ["log_format_file", "log_level_file"] { _ = reader.string(name) }
    _ = reader.integer("printer_width")
    faults += reader.diagnostics
  }
}
