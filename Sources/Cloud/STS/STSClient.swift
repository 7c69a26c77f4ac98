/// AWS's Security Token Service: who one is, and temporary credentials. Source: AWS STS API Reference, version 2011-06-15.
package struct STSClient: Sendable {
  /// What role is wanted.
  package struct RoleRequest: Sendable {
    package let roleARN: String
    /// By which the session is seen in AWS's logs.
    package let sessionName: String
    package let externalID: String?
    /// 900 and more; the service's own choice is an hour.
    package let durationSeconds: Int?

    package init(roleARN: String, sessionName: String, externalID: String? = nil, durationSeconds: Int? = nil)
    {
      self.roleARN = roleARN
      self.sessionName = sessionName
      self.externalID = externalID
      self.durationSeconds = durationSeconds
    }

    fileprivate var parameters: [HTTPURL.QueryItem] {
      var all: [HTTPURL.QueryItem] = [.init("RoleArn", roleARN), .init("RoleSessionName", sessionName)]
      if let externalID { all.append(.init("ExternalId", externalID)) }
      if let durationSeconds { all.append(.init("DurationSeconds", String(durationSeconds))) }
      return all
    }
  }

  /// Whose credentials they are.
  package struct CallerIdentity: Sendable, Equatable {
    package let account: String
    package let arn: String
    package let userID: String
  }

  private let service: ServiceClient

  package init(_ configuration: AWSConfiguration) throws(CloudError) {
    service = try ServiceClient(.sts, configuration)
  }

  package func getCallerIdentity() throws -> CallerIdentity {
    let result = try send("GetCallerIdentity", [], target: "")
    guard let account = result["Account"]?.text, let arn = result["Arn"]?.text,
      let id = result["UserId"]?.text
    else { throw CloudError(.response, "the answer does not say who asks") }
    return CallerIdentity(account: account, arn: arn, userID: id)
  }

  package func assumeRole(_ request: RoleRequest) throws -> Credentials {
    try credentials(send("AssumeRole", request.parameters, target: request.roleARN))
  }

  /// - Parameter token: of an identity provider that the role trusts; it stands for a signature.
  package func assumeRoleWithWebIdentity(_ request: RoleRequest, token: Secret) throws -> Credentials {
    let parameters = request.parameters + [.init("WebIdentityToken", token.reveal())]
    return try credentials(
      send("AssumeRoleWithWebIdentity", parameters, target: request.roleARN, isSigned: false))
  }

  private func credentials(_ result: XMLElement) throws(CloudError) -> Credentials {
    guard let given = result["Credentials"], let id = given["AccessKeyId"]?.text,
      let secret = given["SecretAccessKey"]?.text, let token = given["SessionToken"]?.text
    else { throw CloudError(.response, "the answer has no credentials") }
    return Credentials(
      accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: Secret(token),
      expiration: (given["Expiration"]?.text).flatMap(AWSTime.init(extended:)))
  }

  /// Sends a form and returns the `…Result` element of the answer.
  private func send(
    _ operation: String, _ parameters: [HTTPURL.QueryItem], target: String, isSigned: Bool = true
  ) throws -> XMLElement {
    var form = HTTPURL(host: "")
    form.query = [.init("Action", operation), .init("Version", "2011-06-15")] + parameters
    let body = HTTPBody.bytes(Array(form.encodedQuery.utf8))
    let call = ServiceClient.Call(operation: operation, target: target, isSigned: isSigned)
    let response = try service.send(call) {
      var url = service.endpoint
      url.encodedPath += "/"
      var request = HTTPRequest(.post, url, body: body)
      request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
      return request
    }
    guard let result = XMLElement.parse(response.body)?["\(operation)Result"] else {
      throw CloudError(.response, "the answer is no \(operation)Response in XML")
    }
    return result
  }
}
