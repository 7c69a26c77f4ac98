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

  package let name: String
  package let state: State
  package let databaseName: String?
  package let lastCrawl: LastCrawl?

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case state = "State"
    case databaseName = "DatabaseName"
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
