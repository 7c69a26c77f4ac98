import Cloud
import Diagnostics
import Files
import Storage
import Sync
import Transform

/// The catalog beside a remote, as a push sees it.
struct CatalogStep {
  private let remote: Remote
  private let catalog: Catalog
  private let environment: String

  /// nil for a remote that has no catalog.
  ///
  /// - Parameter build: what tells the words in which tables and columns are described.
  init?(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session, environment: String, build: Build?
  ) throws {
    guard let glue = declaration.glue else { return nil }
    self.remote = remote
    self.environment = environment
    catalog = Catalog(
      try GlueClient(session.awsConfiguration(declaration)),
      database: glue.database.replacing("{env}", with: environment), crawler: glue.crawler,
      descriptions: build.map(Self.descriptions) ?? [:])
  }

  func plan(_ manifest: RemoteManifest) throws -> CatalogPlan {
    try CatalogPlan(catalog, manifest, environment: environment, location: remote.destination.location)
  }

  /// The builds that tables of the catalog are of.
  func builds() throws -> Set<String> { try catalog.builds() }

  func run(_ plan: CatalogPlan) throws {
    try CatalogRunner(remote, shouldStop: { Interruption.isRequested }).run(plan)
  }

  /// The descriptions in a build's `manifest.json`; none where it cannot be read.
  private static func descriptions(_ build: Build) -> [Relation: (table: String, columns: [String: String])] {
    let path = Path.join(build.path, "manifest.json")
    guard let bytes = try? FileSystem.read(path), let manifest = try? JSONParser.parse(bytes, path: path)
    else {
      return [:]
    }
    var found: [Relation: (table: String, columns: [String: String])] = [:]
    for kind in ["nodes", "sources"] {
      for node in (manifest[kind]?.fields ?? [:]).values {
        guard let layer = node["schema"]?.string.flatMap(Layer.init(rawValue:)),
          let name = (node["identifier"] ?? node["alias"])?.string
        else { continue }
        let columns = (node["columns"]?.fields ?? [:]).compactMapValues { $0["description"]?.string }
        found[Relation(layer: layer, name: name)] = (
          node["description"]?.string ?? "", columns.filter { !$0.value.isEmpty }
        )
      }
    }
    return found
  }
}
