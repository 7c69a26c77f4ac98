/// Gives the credentials that requests are signed with.
package protocol CredentialSource: Sendable {
  /// Credentials that are good for some time yet.
  func credentials(at time: AWSTime) throws -> Credentials
  /// Forgets what is kept, since a service says it has run out. Returns whether there may be other ones now.
  func renew() throws -> Bool
}

/// None: for requests that are not signed.
struct NoCredentials: CredentialSource {
  func credentials(at time: AWSTime) throws -> Credentials {
    throw CloudError(.credentials, "there are no credentials for AWS")
  }

  func renew() -> Bool { false }
}
