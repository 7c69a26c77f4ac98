/// A crawler and how it stands.
package struct GlueCrawler: Sendable, Decodable, Equatable {
  package enum State: String, Sendable, Decodable {
    case ready = "READY"
    case running = "RUNNING"
    case stopping = "STOPPING"
  }

  /// How the last crawl ended.
  package struct LastCrawl: Sendable, Decodable, Equatable {
    /// `SUCCEEDED`, `CANCELLED` or `FAILED`.
    package let status: String?
    package let errorMessage: String?
    package let startTime: Double?
    package let logGroup: String?
    package let logStream: String?

    enum CodingKeys: String, CodingKey {
      case status = "Status"
      case errorMessage = "ErrorMessage"
      case startTime = "StartTime"
      case logGroup = "LogGroup"
      case logStream = "LogStream"
    }
  }

  /// What it crawls, as far as it is asked for here.
  package struct Targets: Sendable, Decodable, Equatable {
    /// Tables of the catalog.
    package struct Catalog: Sendable, Decodable, Equatable {
      package let database: String
      package let tables: [String]

      enum CodingKeys: String, CodingKey {
        case database = "DatabaseName"
        case tables = "Tables"
      }
    }

    /// A folder of a bucket.
    package struct Folder: Sendable, Decodable, Equatable {
      package let path: String?

      enum CodingKeys: String, CodingKey {
        case path = "Path"
      }
    }

    package let catalog: [Catalog]?
    package let folders: [Folder]?

    enum CodingKeys: String, CodingKey {
      case catalog = "CatalogTargets"
      case folders = "S3Targets"
    }
  }

  /// What it does where the catalog is not what it finds.
  package struct ChangePolicy: Sendable, Decodable, Equatable {
    /// `LOG` or `UPDATE_IN_DATABASE`.
    package let update: String?
    /// `LOG`, `DELETE_FROM_DATABASE` or `DEPRECATE_IN_DATABASE`.
    package let delete: String?

    enum CodingKeys: String, CodingKey {
      case update = "UpdateBehavior"
      case delete = "DeleteBehavior"
    }
  }

  package let name: String
  package let state: State
  package let databaseName: String?
  package let targets: Targets?
  package let changePolicy: ChangePolicy?
  package let lastCrawl: LastCrawl?

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case state = "State"
    case databaseName = "DatabaseName"
    case targets = "Targets"
    case changePolicy = "SchemaChangePolicy"
    case lastCrawl = "LastCrawl"
  }
}

/// One crawl of a crawler's history.
package struct GlueCrawl: Sendable, Decodable, Equatable {
  package let id: String
  /// `RUNNING`, `COMPLETED`, `FAILED` or `STOPPED`.
  package let state: String
  /// Seconds since 1970.
  package let startTime: Double?
  package let endTime: Double?
  package let errorMessage: String?
  /// What it added, changed and deleted, as JSON.
  package let summary: String?

  enum CodingKeys: String, CodingKey {
    case id = "CrawlId"
    case state = "State"
    case startTime = "StartTime"
    case endTime = "EndTime"
    case errorMessage = "ErrorMessage"
    case summary = "Summary"
  }
}

extension GlueClient {
  private struct Named: Encodable { var Name: String }

  package func getCrawler(_ name: String) throws -> GlueCrawler {
    struct Answer: Decodable { var Crawler: GlueCrawler }
    let answer: Answer = try call("GetCrawler", Named(Name: name), target: name)
    return answer.Crawler
  }

  /// Starts a crawl. One that runs already is an error whose `isConditionFailed` says so.
  package func startCrawler(_ name: String) throws {
    try run("StartCrawler", Named(Name: name), target: name)
  }

  package func stopCrawler(_ name: String) throws {
    try run("StopCrawler", Named(Name: name), target: name)
  }

  /// The latest crawls, the newest first.
  package func listCrawls(_ crawler: String, maximumCount: Int = 20) throws -> [GlueCrawl] {
    struct Input: Encodable {
      var CrawlerName: String
      var MaxResults: Int
    }
    struct Answer: Decodable { var Crawls: [GlueCrawl]? }
    let answer: Answer = try call(
      "ListCrawls", Input(CrawlerName: crawler, MaxResults: maximumCount), target: crawler)
    return (answer.Crawls ?? []).sorted { ($0.startTime ?? 0) > ($1.startTime ?? 0) }
  }
}
