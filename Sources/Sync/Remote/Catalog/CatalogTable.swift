import Cloud
import Storage

/// A table of a build as the Glue catalog has it.
struct CatalogTable {
  /// The names of the parameters by which a table of ours says what it is.
  enum Parameter {
    static let build = "reelhouse_build"
    static let remote = "reelhouse_remote"
    static let environment = "reelhouse_environment"
    static let relation = "reelhouse_relation"
    static let exactHash = "reelhouse_exact_hash"
    static let contentHash = "reelhouse_content_hash"
  }

  let input: GlueTableInput
  let relation: Relation

  /// - Parameters:
  ///   - name: in the catalog.
  ///   - location: of the remote, `s3://bucket/prefix/`.
  ///   - comments: of columns by their names, as the project describes them.
  init(
    _ table: RemoteManifest.Table, name: String, build: String, location: String, environment: String,
    description: String? = nil, comments: [String: String] = [:]
  ) {
    relation = table.relation
    // All files of a table lie in one folder, which is this build's alone.
    let folder =
      table.objects.first.map { $0.key.split(separator: "/").dropLast().joined(separator: "/") } ?? ""
    let columns = table.columns.map {
      GlueColumn($0.name.lowercased(), $0.type.glueName, comment: comments[$0.name].map(Self.comment))
    }
    var parameters = [
      "classification": "parquet", "EXTERNAL": "TRUE", "recordCount": "\(table.rowCount)",
      Parameter.build: build, Parameter.remote: location, Parameter.environment: environment,
      Parameter.relation: "\(table.relation)",
    ]
    parameters[Parameter.exactHash] = table.exactHash
    parameters[Parameter.contentHash] = table.contentHash
    input = GlueTableInput(
      name: name, description: description.map(Self.comment),
      storage: GlueStorage.parquet(columns: columns, location: "\(location)\(folder)/"),
      parameters: parameters)
  }

  /// The names of relations in the catalog: their own, as the catalog takes names (lower case, letters, digits and
  /// underscores), with the layer in front where two layers share one.
  static func names(_ relations: [Relation]) -> [Relation: String] {
    func plain(_ relation: Relation) -> String {
      String(ObjectKey.part(for: relation.name.lowercased()).map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
    let counts = Dictionary(relations.map { (plain($0), 1) }, uniquingKeysWith: +)
    return Dictionary(
      relations.map { relation in
        let name = plain(relation)
        return (relation, counts[name] == 1 ? name : "\(relation.layer.schemaName)_\(name)")
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The catalog takes 255 characters.
  private static func comment(_ text: String) -> String { String(text.prefix(255)) }

  /// Whether the catalog has the table as it is to be; what crawlers and others added beside it does not count.
  func isSame(as table: GlueTable) -> Bool {
    guard let there = table.input.storage, let wanted = input.storage else { return false }
    let columns = (there.columns ?? []).map { [$0.name, $0.type ?? "", $0.comment ?? ""] }
    return columns == (wanted.columns ?? []).map { [$0.name, $0.type ?? "", $0.comment ?? ""] }
      && there.location == wanted.location
      && there.serDe?.serializationLibrary == wanted.serDe?.serializationLibrary
      && (table.input.description ?? "") == (input.description ?? "")
      && (input.parameters ?? [:]).allSatisfy { (table.input.parameters ?? [:])[$0.key] == $0.value }
  }
}
