import Cloud
import Diagnostics
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Brings the catalog to a build, and has the crawler confirm it.
package struct CatalogRunner {
  private let remote: Remote
  private let shouldStop: () -> Bool
  private static let crawlTimeoutSeconds = 3600.0
  /// How long a crawler may take to be seen running.
  private static let pollMicroseconds: UInt32 = 2_000_000

  package init(_ remote: Remote, shouldStop: @escaping () -> Bool = { false }) {
    self.remote = remote
    self.shouldStop = shouldStop
  }

  package func run(_ plan: CatalogPlan) throws {
    try checkStillAt(plan)
    let catalog = plan.catalog
    try makeDatabase(catalog, plan)
    do {
      for table in plan.created { try catalog.client.createTable(catalog.database, table) }
      for (table, versionID) in plan.updated {
        try catalog.client.updateTable(catalog.database, table, versionID: versionID)
      }
    } catch let error as CloudError where error.isConditionFailed {
      throw SyncError(
        .catalogConflict,
        "the catalog's database '\(catalog.database)' was changed by somebody else meanwhile",
        notes: [error.diagnostic.message],
        hints: ["run the command again: it goes on where it was"])
    }
    let faults = try catalog.client.batchDeleteTable(catalog.database, plan.deleted)
    if let fault = faults.first(where: { $0.code != "EntityNotFoundException" }) {
      throw SyncError(.catalogConflict, "the table '\(fault.name)' cannot be deleted: \(fault.message)")
    }
    try crawl(plan)
  }

  /// The environment may have been moved since: then the catalog is the other's to bring up to date.
  private func checkStillAt(_ plan: CatalogPlan) throws {
    let current = try remote.requiredRef(plan.environment).ref.current
    guard current.build != plan.build else { return }
    throw SyncError(
      .remoteMoved, "the environment '\(plan.environment)' is at '\(current.build)' by now",
      hints: ["the push that moved it brings the catalog up to date"])
  }

  private func makeDatabase(_ catalog: Catalog, _ plan: CatalogPlan) throws {
    do {
      _ = try catalog.client.getDatabase(catalog.database)
    } catch let error as CloudError where error.isNotFound {
      try catalog.client.createDatabase(
        GlueDatabase(name: catalog.database, description: "pushed by reelhouse", locationURI: plan.location))
    }
  }

  // MARK: The crawler

  /// Starts the crawler, waits for its end, and looks whether the catalog is as it was: a crawler that changes what it is to
  /// confirm is set up wrongly.
  private func crawl(_ plan: CatalogPlan) throws {
    guard let name = plan.catalog.crawler else { return }
    let client = plan.catalog.client
    var before = try client.getCrawler(name).lastCrawl
    do {
      try client.startCrawler(name)
    } catch let error as CloudError where error.serviceCode == "CrawlerRunningException" {
      // It may have begun before the tables were there.
      before = try wait(name, client) { $0.state == .ready }.lastCrawl
      try client.startCrawler(name)
    }
    let crawler = try wait(name, client) { $0.state == .ready && $0.lastCrawl != before }
    try checkUnchanged(plan)
    if let crawl = crawler.lastCrawl, let status = crawl.status, status != "SUCCEEDED" {
      throw SyncError(
        .catalogConflict, "the crawler '\(name)' ended with \(status)",
        notes: [crawl.errorMessage].compactMap(\.self)
          + [crawl.logStream.map { "its log is '\(crawl.logGroup ?? "")', '\($0)'" }].compactMap(\.self))
    }
  }

  /// A crawler whose targets are catalog tables and whose changes are only logged leaves the catalog as it is.
  private func checkUnchanged(_ plan: CatalogPlan) throws {
    let manifest = try remote.manifest(beginning: plan.build)
    let now = try CatalogPlan(plan.catalog, manifest, environment: plan.environment, location: plan.location)
    guard !now.isNothingToDo else { return }
    throw SyncError(
      .catalogConflict,
      "the crawler '\(plan.catalog.crawler ?? "")' changed the catalog that it was to confirm",
      notes: [(now.createdNames + now.updatedNames + now.deletedNames).joined(separator: ", ")],
      hints: ["give it catalog tables for targets, and LOG for its policy of changes and deletions"])
  }

  private func wait(
    _ name: String, _ client: GlueClient, until isDone: (GlueCrawler) -> Bool
  ) throws -> GlueCrawler {
    let stopwatch = Stopwatch()
    while stopwatch.seconds < Self.crawlTimeoutSeconds {
      if shouldStop() {
        try? client.stopCrawler(name)
        throw CancellationError()
      }
      let crawler = try client.getCrawler(name)
      if isDone(crawler) { return crawler }
      usleep(Self.pollMicroseconds)
    }
    throw SyncError(.catalogConflict, "the crawler '\(name)' did not end within an hour")
  }
}
