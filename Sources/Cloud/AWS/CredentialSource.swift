import Synchronization

/// Gives the credentials that requests are signed with.
package protocol CredentialSource: Sendable {
  /// Credentials that are good for some time yet.
  func credentials(at time: AWSTime) throws -> Credentials
  /// Forgets what is kept, since a service says it has run out. Returns whether there may be other ones now.
  func renew() throws -> Bool
}

/// Credentials that were given, and stay.
package struct StaticCredentials: CredentialSource {
  private let credentials: Credentials

  package init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  package func credentials(at time: AWSTime) -> Credentials { credentials }

  package func renew() -> Bool { false }
}
