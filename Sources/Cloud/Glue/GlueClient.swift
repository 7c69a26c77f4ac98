/// AWS Glue: the catalog, crawlers and jobs. Source: AWS Glue API Reference. All faults are `CloudError`s.
///
/// What creates, changes or starts something may meet its own work after a lost answer, as a conflict. Job runs alone, which
/// would run twice, are never sent again.
package struct GlueClient: Sendable {
  private let service: ServiceClient

  package init(_ configuration: AWSConfiguration) throws(CloudError) {
    service = try ServiceClient(.glue, configuration)
  }

  func call<Answer: Decodable>(
    _ operation: String, _ input: some Encodable, target: String, isIdempotent: Bool = true
  ) throws -> Answer {
    try service.call(operation, of: "AWSGlue", input, target: target, isIdempotent: isIdempotent)
  }

  /// The same where the answer says no more than that it was done.
  func run(_ operation: String, _ input: some Encodable, target: String) throws {
    let _: EmptyAnswer = try call(operation, input, target: target)
  }

  /// All pages of a listing, one after the other.
  func pages<Page: GluePage>(
    _ operation: String, target: String, as type: Page.Type, _ input: (_ token: String?) -> some Encodable,
    _ body: (Page) throws -> Void
  ) throws {
    var token: String?
    repeat {
      let page: Page = try call(operation, input(token), target: target)
      try body(page)
      guard page.nextToken == nil || page.nextToken != token else {
        throw CloudError(.response, "a listing does not get on: its next page is the same one")
      }
      token = page.nextToken.flatMap { $0.isEmpty ? nil : $0 }
    } while token != nil
  }
}

/// A page of a listing, with the token by which the next one is asked for.
protocol GluePage: Decodable {
  var nextToken: String? { get }
}
