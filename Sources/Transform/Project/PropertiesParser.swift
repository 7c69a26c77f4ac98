import Diagnostics

/// Reads a properties file. Faults are collected, so that all of a project are told at once.
struct PropertiesParser {
  let file: YAMLFile
  let path: String
  private(set) var diagnostics: [Diagnostic] = []

  /// - Parameter path: the file's path, relative to its package.
  init(_ file: YAMLFile, path: String) {
    self.file = file
    self.path = path
  }

  mutating func parse() -> PropertiesFile {
    var properties = PropertiesFile(path: path)
    if file.root.isNull { return properties }
    var reader = MappingReader(file.root, of: "a properties file", in: file)
    properties.models = reader.items("models").compactMap { node($0, kind: "model") }
    properties.seeds = reader.items("seeds").compactMap { node($0, kind: "seed") }
    properties.snapshots = reader.items("snapshots").compactMap { node($0, kind: "snapshot") }
    properties.dataTests = (reader.items("data_tests") + reader.items("tests")).compactMap {
      node($0, kind: "data test")
    }
    properties.sources = reader.items("sources").flatMap { source($0) }
    properties.unitTests = reader.items("unit_tests").compactMap { unitTest($0) }
    properties.macros = reader.items("macros").compactMap { macro($0) }
    properties.exposures = reader.items("exposures").compactMap { exposure($0) }
    properties.groups = reader.items("groups").compactMap { group($0) }
    reader.ignore("version", "anchors", "metrics", "semantic_models", "saved_queries", "analyses")
    reader.warnUnsupported("functions")
    diagnostics += reader.finish()
    return properties
  }

  private mutating func node(_ item: YAMLNode, kind: String) -> NodeProperties? {
    var reader = MappingReader(item, of: "\(kind) '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    var config = reader.value("config")?.value.entries ?? []
    for key in ["meta", "tags", "docs", "access", "group"] {
      if let value = reader.value(key) { config.append(ConfigEntry(key: key, value: value.value)) }
    }
    let relation = kind == "snapshot" ? reader.string("relation") : nil
    let properties = NodeProperties(
      name: name ?? "", description: reader.string("description") ?? "", config: config,
      columns: columns(reader.items("columns"), of: reader.what),
      constraints: constraints(reader.items("constraints"), of: reader.what),
      tests: tests(&reader, column: nil) + columnTests(item), relation: relation, location: item.location)
    reader.ignore(
      "columns", "latest_version", "deprecation_date", "time_spine",
      "primary_entity", "agg_time_dimension", "semantic_model", "metrics", "derived_semantics")
    if let versions = reader.value("versions"), versions.items?.isEmpty != true {
      reader.fault(
        .unsupportedFeature, "\(reader.what) has versions, which this engine does not run", at: versions,
        hint: "give each version a model of its own")
    }
    diagnostics += reader.finish()
    return name == nil ? nil : properties
  }

  private mutating func columns(_ items: [YAMLNode], of owner: String) -> [ColumnProperties] {
    var columns: [ColumnProperties] = []
    for item in items {
      var reader = MappingReader(
        item, of: "column '\(item["name"]?.scalarText ?? "?")' of \(owner)", in: file)
      let name = reader.requiredString("name") ?? ""
      let config = reader.value("config")
      let configMeta = config?["meta"]?.value.entries ?? []
      var column = ColumnProperties(
        name: name, description: reader.string("description") ?? "", dataType: reader.string("data_type"),
        meta: configMeta + (reader.value("meta")?.value.entries ?? []),
        tags: (reader.strings("tags") ?? []) + (config?["tags"]?.value.texts ?? []),
        location: item.location)
      column.isQuoted = reader.bool("quote") ?? false
      column.constraints = constraints(reader.items("constraints"), of: reader.what)
      reader.ignore(
        "data_tests", "tests", "policy_tags", "granularity", "entity", "dimension",
        "docs")
      diagnostics += reader.finish()
      if let twin = columns.first(where: { $0.name == name }), !name.isEmpty {
        diagnostics.append(
          Diagnostic(
            .duplicateResource, "column '\(name)' of \(owner) is declared twice", at: item.location,
            excerpt: file.excerpt(item.location), notes: ["the first stands at \(twin.location)"]))
      }
      columns.append(column)
    }
    return columns
  }

  private mutating func constraints(_ items: [YAMLNode], of owner: String) -> [Constraint] {
    var parser = ConstraintParser(file)
    let constraints = parser.parse(items, of: owner)
    diagnostics += parser.diagnostics
    return constraints
  }

  private mutating func columnTests(_ item: YAMLNode) -> [TestDeclaration] {
    (item["columns"]?.items ?? []).flatMap { column -> [TestDeclaration] in
      var reader = MappingReader(column, of: "column '\(column["name"]?.scalarText ?? "?")'", in: file)
      let isQuoted = reader.bool("quote") ?? false
      return tests(&reader, column: column["name"]?.scalarText).map { test in
        var test = test
        test.quotesColumn = isQuoted
        return test
      }
    }
  }

  /// Notes faults that a part of the file has.
  mutating func note(_ faults: [Diagnostic]) { diagnostics += faults }

  // MARK: Sources

  private mutating func source(_ item: YAMLNode) -> [SourceProperties] {
    var reader = MappingReader(item, of: "source '\(item["name"]?.scalarText ?? "?")'", in: file)
    guard let name = reader.requiredString("name") else {
      diagnostics += reader.diagnostics
      return []
    }
    let schema = reader.string("schema") ?? name
    let description = reader.string("description") ?? ""
    let loader = reader.string("loader") ?? ""
    let config = configEntries(&reader)
    let tables = reader.items("tables")
    reader.ignore("database", "overrides", "quoting", "tests", "data_tests")
    diagnostics += reader.finish()
    return tables.compactMap { table in
      var reader = MappingReader(
        table, of: "source table '\(name).\(table["name"]?.scalarText ?? "?")'", in: file)
      guard let tableName = reader.requiredString("name") else {
        diagnostics += reader.diagnostics
        return nil
      }
      let properties = SourceProperties(
        sourceName: name, sourceDescription: description, loader: reader.string("loader") ?? loader,
        schema: schema,
        name: tableName, identifier: reader.string("identifier") ?? tableName,
        description: reader.string("description") ?? "", config: config + configEntries(&reader),
        columns: columns(reader.items("columns"), of: reader.what),
        tests: tests(&reader, column: nil) + columnTests(table), location: table.location)
      reader.ignore("external", "quoting", "columns")
      diagnostics += reader.finish()
      return properties
    }
  }

  /// `config:` with the keys that may also stand beside it.
  private func configEntries(_ reader: inout MappingReader) -> [ConfigEntry] {
    var entries: [ConfigEntry] = []
    for key in ["meta", "tags", "freshness", "loaded_at_field", "loaded_at_query", "enabled"] {
      if let value = reader.value(key) { entries.append(ConfigEntry(key: key, value: value.value)) }
    }
    return entries + (reader.value("config")?.value.entries ?? [])
  }

  private mutating func unitTest(_ item: YAMLNode) -> UnitTestDeclaration? {
    var parser = UnitTestParser(file)
    let test = parser.parse(item)
    diagnostics += parser.diagnostics
    return test
  }

  private mutating func macro(_ item: YAMLNode) -> (
    name: String, description: String, location: SourceLocation
  )? {
    var reader = MappingReader(item, of: "macro '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    let description = reader.string("description") ?? ""
    reader.ignore("arguments", "docs", "meta", "config")
    diagnostics += reader.finish()
    return name.map { ($0, description, item.location) }
  }

  // MARK: Tests

  private mutating func tests(_ reader: inout MappingReader, column: String?) -> [TestDeclaration] {
    (reader.items("data_tests") + reader.items("tests")).compactMap { test($0, column: column) }
  }

  /// A test is a name, or a mapping of one name to its arguments, or a mapping with `test_name`.
  private mutating func test(_ item: YAMLNode, column: String?) -> TestDeclaration? {
    if let name = item.scalarText {
      return declaration(name, YAMLNode(.null, at: item.location), column, item)
    }
    guard let pairs = item.pairs, !pairs.isEmpty else {
      fault(.invalidValue, "a test must be a name or a mapping of a name to its arguments", at: item)
      return nil
    }
    if let name = item["test_name"]?.scalarText {
      let rest = pairs.filter { $0.key.scalarText != "test_name" }
      return declaration(name, YAMLNode(.mapping(rest), at: item.location), column, item)
    }
    guard pairs.count == 1, let name = pairs[0].key.scalarText else {
      fault(
        .invalidValue, "a test has one name, and this mapping has \(pairs.count) keys", at: item,
        hint: "indent the arguments of a test below its name")
      return nil
    }
    return declaration(name, pairs[0].value, column, item)
  }

  private mutating func declaration(
    _ fullName: String, _ body: YAMLNode, _ column: String?, _ item: YAMLNode
  ) -> TestDeclaration {
    let parts = fullName.split(separator: ".", maxSplits: 1).map(String.init)
    var test = TestDeclaration(
      test: parts.last ?? fullName, namespace: parts.count == 2 ? parts[0] : nil, arguments: [], config: [],
      customName: nil, description: "", column: column, location: item.location)
    if body.pairs == nil, !body.isNull {
      fault(
        .invalidValue, "the arguments of the test '\(fullName)' must be a mapping, not \(body.kindName)",
        at: body)
    }
    for (key, value) in body.pairs ?? [] {
      let name = key.scalarText ?? ""
      switch name {
      case "name": test.customName = value.scalarText
      case "description": test.description = value.scalarText ?? ""
      case "config": test.config += value.value.entries ?? []
      case "arguments": test.arguments += value.value.entries ?? []
      case "column_name" where column == nil: test.column = value.scalarText
      case _ where Self.configKeys.contains(name):
        test.config.append(ConfigEntry(key: name, value: value.value))
      default: test.arguments.append(ConfigEntry(key: name, value: value.value))
      }
    }
    return test
  }

  /// Configuration that may stand beside a test's arguments, as in older projects.
  private static let configKeys: Set<String> = [
    "severity", "where", "limit", "fail_calc", "warn_if", "error_if", "store_failures", "store_failures_as",
    "enabled", "tags",
    "meta",
    "alias", "schema",
  ]

  private mutating func fault(
    _ code: DiagnosticCode, _ message: String, at node: YAMLNode, hint: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        code, message, at: node.location, excerpt: file.excerpt(node.location), hints: hint.map { [$0] } ?? []
      ))
  }
}
