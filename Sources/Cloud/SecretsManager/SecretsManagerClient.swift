/// AWS Secrets Manager. Source: AWS Secrets Manager API Reference. What is secret is a `Secret`, which prints as `***`.
package struct SecretsManagerClient: Sendable {
  /// A version of a secret.
  package struct Value: Sendable {
    package let arn: String
    package let name: String
    package let versionID: String
    package let text: Secret
  }

  /// What there is to know of a secret, but for its value.
  package struct Description: Sendable, Decodable, Equatable {
    package let arn: String
    package let name: String
    /// The stages of each version: `AWSCURRENT`, `AWSPREVIOUS`.
    package let versionStages: [String: [String]]?
    /// Seconds since 1970.
    package let lastChangedDate: Double?
    /// Whether it is going to be deleted.
    package let deletedDate: Double?

    enum CodingKeys: String, CodingKey {
      case arn = "ARN"
      case name = "Name"
      case versionStages = "VersionIdsToStages"
      case lastChangedDate = "LastChangedDate"
      case deletedDate = "DeletedDate"
    }
  }

  private let service: ServiceClient

  package init(_ configuration: AWSConfiguration) throws(CloudError) {
    service = try ServiceClient(.secretsManager, configuration)
  }

  /// A secret's text. One that is not text is refused by name.
  ///
  /// - Parameter secret: its name or ARN.
  package func getSecretValue(_ secret: String, versionStage: String? = nil) throws -> Value {
    struct Input: Encodable {
      var SecretId: String
      var VersionStage: String?
    }
    struct Answer: Decodable {
      var ARN: String
      var Name: String
      var VersionId: String
      var SecretString: String?
    }
    let answer: Answer = try call(
      "GetSecretValue", Input(SecretId: secret, VersionStage: versionStage), target: secret)
    guard let text = answer.SecretString else {
      throw CloudError(
        .configuration, "the secret '\(answer.Name)' is binary, where a text is wanted",
        hints: ["store it as SecretString"])
    }
    return Value(arn: answer.ARN, name: answer.Name, versionID: answer.VersionId, text: Secret(text))
  }

  /// Makes a new version of a secret the current one. Returns the version's id.
  package func putSecretValue(_ secret: String, _ text: Secret) throws -> String {
    struct Input: Encodable {
      var SecretId: String
      var SecretString: String
      var ClientRequestToken: String
    }
    struct Answer: Decodable { var VersionId: String }
    // One token for all attempts, by which the service knows them as one.
    var random = SystemRandomNumberGenerator()
    let token = Hex.text((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    let answer: Answer = try call(
      "PutSecretValue", Input(SecretId: secret, SecretString: text.reveal(), ClientRequestToken: token),
      target: secret)
    return answer.VersionId
  }

  package func describeSecret(_ secret: String) throws -> Description {
    struct Input: Encodable { var SecretId: String }
    return try call("DescribeSecret", Input(SecretId: secret), target: secret)
  }

  private func call<Answer: Decodable>(
    _ operation: String, _ input: some Encodable, target: String
  ) throws -> Answer {
    try service.call(operation, of: "secretsmanager", input, target: target)
  }
}
