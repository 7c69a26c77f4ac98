import Diagnostics

/// What an exposure has beside what every node has: a use of the data outside of the project.
package struct ExposureDetails: Sendable {
  /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
  package var type: String
  package var ownerName: String?
  package var ownerEmails: [String]
  package var label: String?
  package var maturity: String?
  package var url: String?
  /// `ref(…)` and `source(…)` as they were written, with their places.
  var dependencies: [(text: String, location: SourceLocation)]
}

/// An exposure as a properties file declares it.
struct ExposureProperties: Sendable {
  var name: String
  var description: String
  /// What stands under `config:`.
  var config: [ConfigEntry]
  /// What stands beside it.
  var topLevelConfig: [ConfigEntry]
  var details: ExposureDetails
  var location: SourceLocation
}

/// Models that belong together, and who answers for them.
package struct Group: Sendable {
  package var name: String
  package var description: String
  package var ownerName: String?
  package var ownerEmails: [String]
  package var filePath: String
  package var location: SourceLocation
}

extension PropertiesParser {
  private static let exposureTypes = ["dashboard", "notebook", "analysis", "ml", "application"]
  private static let maturities = ["low", "medium", "high"]

  mutating func exposure(_ item: YAMLNode) -> ExposureProperties? {
    var reader = MappingReader(item, of: "exposure '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    let type = reader.requiredString("type")
    check(type, "type", among: Self.exposureTypes, &reader)
    let maturity = reader.string("maturity")
    check(maturity, "maturity", among: Self.maturities, &reader)
    let owner = owner(&reader)
    let config = reader.value("config")?.value.entries ?? []
    var topLevelConfig: [ConfigEntry] = []
    for key in ["meta", "tags", "enabled"] {
      if let value = reader.value(key) { topLevelConfig.append(ConfigEntry(key: key, value: value.value)) }
    }
    let dependencies = reader.items("depends_on").compactMap { item in
      item.scalarText.map { (text: $0, location: item.location) }
    }
    let properties = ExposureProperties(
      name: name ?? "", description: reader.string("description") ?? "", config: config,
      topLevelConfig: topLevelConfig,
      details: ExposureDetails(
        type: type ?? "", ownerName: owner.name, ownerEmails: owner.emails, label: reader.string("label"),
        maturity: maturity, url: reader.string("url"), dependencies: dependencies),
      location: item.location)
    note(reader.finish())
    return name == nil ? nil : properties
  }

  mutating func group(_ item: YAMLNode) -> Group? {
    var reader = MappingReader(item, of: "group '\(item["name"]?.scalarText ?? "?")'", in: file)
    let name = reader.requiredString("name")
    let owner = owner(&reader)
    let group = Group(
      name: name ?? "", description: reader.string("description") ?? "", ownerName: owner.name,
      ownerEmails: owner.emails, filePath: path, location: item.location)
    reader.ignore("config", "meta")
    note(reader.finish())
    return name == nil ? nil : group
  }

  private mutating func owner(_ reader: inout MappingReader) -> (name: String?, emails: [String]) {
    guard let item = reader.value("owner") else {
      reader.fault(
        .missingKey, "\(reader.what) has no 'owner'", at: reader.node,
        hint: "add `owner: {name: …, email: …}`")
      return (nil, [])
    }
    return (item["name"]?.scalarText, item["email"]?.value.texts ?? [])
  }

  private func check(_ value: String?, _ key: String, among known: [String], _ reader: inout MappingReader) {
    guard let value, !known.contains(value) else { return }
    reader.fault(
      .invalidValue, "the \(key) of \(reader.what) is '\(value)'", at: reader.node[key] ?? reader.node,
      hint: Suggestion.hint(for: value, in: known) ?? "it is one of \(known.joined(separator: ", "))")
  }
}
