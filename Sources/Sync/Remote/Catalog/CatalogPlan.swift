import Cloud
import Diagnostics
import Storage

/// Where the tables of a remote are told to engines: a database of the Glue catalog, and the crawler that confirms it.
package struct Catalog: Sendable {
  let client: GlueClient
  package let database: String
  package let crawler: String?
  /// Descriptions by relation: of the table, and of its columns by their names.
  let descriptions: [Relation: (table: String, columns: [String: String])]

  package init(
    _ client: GlueClient, database: String, crawler: String?,
    descriptions: [Relation: (table: String, columns: [String: String])] = [:]
  ) {
    self.client = client
    self.database = database
    self.crawler = crawler
    self.descriptions = descriptions
  }
}

extension Catalog {
  /// The builds that tables of the database are of, whoever made them; none where there is no database.
  package func builds() throws -> Set<String> {
    do {
      return Set(
        try client.getTables(database).compactMap { $0.input.parameters?[CatalogTable.Parameter.build] })
    } catch let error as CloudError where error.isNotFound {
      return []
    }
  }
}

/// What has to be done so that the catalog tells a build, against what it tells now.
package struct CatalogPlan: Sendable {
  package let catalog: Catalog
  package let build: String
  package let environment: String
  package let location: String
  let created: [GlueTableInput]
  /// With the version that the change was made from.
  let updated: [(table: GlueTableInput, versionID: String?)]
  let deleted: [String]
  package let unchangedCount: Int

  package var createdNames: [String] { created.map(\.name) }
  package var updatedNames: [String] { updated.map(\.table.name) }
  package var deletedNames: [String] { deleted }
  package var isNothingToDo: Bool { created.isEmpty && updated.isEmpty && deleted.isEmpty }

  /// - Parameter location: of the remote, `s3://bucket/prefix/`.
  package init(_ catalog: Catalog, _ manifest: RemoteManifest, environment: String, location: String) throws {
    self.catalog = catalog
    self.environment = environment
    self.location = location
    build = manifest.build.id
    let tables = manifest.tables.filter { $0.kind != .auxiliary }
    let names = CatalogTable.names(tables.map(\.relation))
    let wanted = tables.map { table in
      let words = catalog.descriptions[table.relation]
      return CatalogTable(
        table, name: names[table.relation] ?? table.name, build: manifest.build.id, location: location,
        environment: environment,
        description: words?.table, comments: words?.columns ?? [:])
    }
    let present = Dictionary(
      try Self.tables(catalog).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var created: [GlueTableInput] = []
    var updated: [(GlueTableInput, String?)] = []
    var unchanged = 0
    for table in wanted {
      guard let there = present[table.input.name] else {
        created.append(table.input)
        continue
      }
      try Self.checkOwner(there, catalog, environment: environment, location: location)
      if table.isSame(as: there) {
        unchanged += 1
      } else {
        updated.append((Self.merged(table, there), there.versionID))
      }
    }
    let kept = Set(wanted.map(\.input.name))
    deleted = present.values.filter { table in
      !kept.contains(table.name) && Self.isOurs(table, environment: environment, location: location)
    }.map(\.name).sorted()
    self.created = created
    self.updated = updated
    unchangedCount = unchanged
  }

  /// All tables of the database; none where there is no database yet.
  private static func tables(_ catalog: Catalog) throws -> [GlueTable] {
    do {
      return try catalog.client.getTables(catalog.database)
    } catch let error as CloudError where error.isNotFound {
      return []
    }
  }

  private static func isOurs(_ table: GlueTable, environment: String, location: String) -> Bool {
    let parameters = table.input.parameters ?? [:]
    return parameters[CatalogTable.Parameter.remote] == location
      && parameters[CatalogTable.Parameter.environment] == environment
  }

  /// A table of that name which somebody else made is not replaced.
  private static func checkOwner(
    _ table: GlueTable, _ catalog: Catalog, environment: String, location: String
  ) throws {
    if isOurs(table, environment: environment, location: location) { return }
    let parameters = table.input.parameters ?? [:]
    // Terraform makes tables without columns, for the crawler to have targets before the first push.
    let isEmpty = table.input.storage?.columns?.isEmpty ?? true
    if isEmpty, parameters[CatalogTable.Parameter.remote] == nil { return }
    let owner = parameters[CatalogTable.Parameter.remote].map {
      "the environment '\(parameters[CatalogTable.Parameter.environment] ?? "")' of \($0)"
    }
    throw SyncError(
      .catalogConflict,
      "the table '\(table.name)' of the catalog's database '\(catalog.database)' belongs to \(owner ?? "somebody else")",
      hints: [
        "give each environment a database of its own: `glue: { database: films_{env} }`",
        "or delete that table, if nobody needs it",
      ])
  }

  /// What others noted of a table stays, such as a crawler's parameters.
  private static func merged(_ table: CatalogTable, _ there: GlueTable) -> GlueTableInput {
    var input = table.input
    input.parameters = (there.input.parameters ?? [:]).merging(input.parameters ?? [:]) { _, ours in ours }
    return input
  }
}
