import Cloud
import Diagnostics
import Storage
import Sync
import Transform

extension Session {
  /// A bucket as a remote, with the credentials and settings that AWS's SDKs would use.
  func bucket(_ name: String, prefix: String, of declaration: RemoteDeclaration) throws -> any Destination {
    S3Destination(try S3Client(awsConfiguration(declaration)), bucket: name, prefix: prefix)
  }

  /// What the remote's own settings say goes before the environment and the profile.
  func awsConfiguration(_ declaration: RemoteDeclaration) throws -> AWSConfiguration {
    var overrides = AWSConfiguration.Overrides()
    overrides.region = declaration.region
    if let endpoint = declaration.endpoint { overrides.endpoints[.s3] = endpoint }
    return try AWSConfiguration(environment: environment, overrides: overrides)
  }
}
