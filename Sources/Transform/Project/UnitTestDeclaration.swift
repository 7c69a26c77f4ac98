import Diagnostics

/// A unit test as a properties file declares it.
struct UnitTestDeclaration: Sendable {
  struct Rows: Sendable {
    /// `dict`, `csv` or `sql`; nil where nothing is said.
    var format: String?
    var rows: YAMLNode?
    /// The name of a file under `tests/fixtures`.
    var fixture: String?
    var location: SourceLocation
  }

  struct Input: Sendable {
    var text: String
    var rows: Rows
  }

  var name: String
  var model: String
  var description: String
  var config: [ConfigEntry]
  var given: [Input]
  var expect: Rows
  var macros: [ConfigEntry]
  var vars: [ConfigEntry]
  var environment: [ConfigEntry]
  var location: SourceLocation
}

/// Reads `unit_tests:` of a properties file.
struct UnitTestParser {
  private let file: YAMLFile
  private(set) var diagnostics: [Diagnostic] = []

  init(_ file: YAMLFile) {
    self.file = file
  }

  mutating func parse(_ item: YAMLNode) -> UnitTestDeclaration? {
    var reader = MappingReader(item, of: "unit test '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    let model = reader.requiredString("model")
    let description = reader.string("description") ?? ""
    var config = reader.value("config")?.value.entries ?? []
    for key in ["tags", "meta"] {
      if let value = reader.value(key) { config.append(ConfigEntry(key: key, value: value.value)) }
    }
    let given = reader.items("given").compactMap { input($0, of: reader.what) }
    var expect = UnitTestDeclaration.Rows(location: item.location)
    if let node = reader.value("expect") {
      expect = rows(node, of: "the expected rows of \(reader.what)", extraKeys: [])
    } else {
      reader.fault(
        .missingKey, "\(reader.what) has no 'expect'", at: item, hint: "add `expect: {rows: […]}`")
    }
    let overrides = reader.value("overrides")
    if let versions = reader.value("versions") {
      reader.fault(.unsupportedFeature, "models have no versions in this version", at: versions)
    }
    diagnostics += reader.finish()
    guard let name, let model else { return nil }
    var test = UnitTestDeclaration(
      name: name, model: model, description: description, config: config, given: given, expect: expect,
      macros: [], vars: [], environment: [], location: item.location)
    if let overrides {
      var reader = MappingReader(overrides, of: "the overrides of unit test '\(name)'", in: file)
      test.macros = reader.value("macros")?.value.entries ?? []
      test.vars = reader.value("vars")?.value.entries ?? []
      test.environment = reader.value("env_vars")?.value.entries ?? []
      diagnostics += reader.finish()
    }
    return test
  }

  private mutating func input(_ item: YAMLNode, of owner: String) -> UnitTestDeclaration.Input? {
    let text = item["input"]?.scalarText
    let rows = rows(item, of: "an input of \(owner)", extraKeys: ["input"])
    if text == nil {
      diagnostics.append(
        Diagnostic(
          .missingKey, "an input of \(owner) has no 'input'", at: item.location,
          excerpt: file.excerpt(item.location),
          hints: ["write `input: ref('model')`, `source('a', 'b')` or `this`"]))
    }
    return text.map { UnitTestDeclaration.Input(text: $0, rows: rows) }
  }

  private mutating func rows(
    _ item: YAMLNode, of owner: String, extraKeys: [String]
  ) -> UnitTestDeclaration.Rows {
    var reader = MappingReader(item, of: owner, in: file)
    for key in extraKeys { reader.ignore(key) }
    let rows = UnitTestDeclaration.Rows(
      format: reader.string("format"), rows: reader.value("rows"), fixture: reader.string("fixture"),
      location: item.location)
    if let format = rows.format, !["dict", "csv", "sql"].contains(format) {
      reader.fault(
        .invalidValue, "'\(format)' is no format of rows", at: item["format"] ?? item,
        hint: "the formats are dict, csv and sql")
    }
    diagnostics += reader.finish()
    return rows
  }
}
