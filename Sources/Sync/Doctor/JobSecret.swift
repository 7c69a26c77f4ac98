import Cloud
import Diagnostics
import Storage

/// The secret that the Glue job signs in to Snowflake with: JSON of `account`, `user`, `private_key` (PEM of PKCS #8), and if
/// there are any `warehouse` and `role`.
package struct JobSecret {
  private let glue: GlueClient
  private let secrets: SecretsManagerClient
  private let job: String

  /// - Parameter job: the job whose default arguments name the secret.
  package init(_ configuration: AWSConfiguration, job: String) throws {
    glue = try GlueClient(configuration)
    secrets = try SecretsManagerClient(configuration)
    self.job = job
  }

  /// Makes what a connection signs in with the secret's current version.
  ///
  /// - Returns: the secret's name and the version's id.
  package func write(_ connection: SnowflakeConnection) throws -> (name: String, version: String) {
    guard case .keyPair(let key) = connection.authentication, let user = connection.user else {
      throw SyncError(
        .cloudSetupWrong,
        "the job signs in with a key pair, and the output has a \(connection.authentication.title)",
        hints: ["set `user` and `private_key_path` of the output in profiles.yml"])
    }
    let argument = AWSDoctor.secretArgument
    guard let name = try glue.getJob(job).defaultArguments?[argument], !name.isEmpty else {
      throw SyncError(
        .cloudSetupWrong, "the job '\(job)' is not told which secret has Snowflake's key",
        hints: ["give it the default argument \(argument): \(AWSDoctor.terraform)"])
    }
    let content = Content(
      account: connection.account, user: user, private_key: key.pkcs8.reveal(), role: connection.role,
      warehouse: connection.warehouse)
    return (name, try secrets.putSecretValue(name, Secret(try content.text())))
  }

  /// The names are those that the job reads.
  private struct Content: Encodable {
    let account: String
    let user: String
    let private_key: String
    let role: String?
    let warehouse: String?

    func text() throws -> String { try JSON.text(self) }
  }
}
