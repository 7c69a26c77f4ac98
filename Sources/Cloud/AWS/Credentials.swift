/// What requests are signed with.
package struct Credentials: Sendable, Equatable {
  package let accessKeyID: String
  package let secretAccessKey: Secret
  /// Of temporary credentials.
  package let sessionToken: Secret?
  /// When temporary credentials run out, where it is known.
  package let expiration: AWSTime?

  package init(
    accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiration: AWSTime? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
  }
}
