/// The services that there are clients for.
package enum AWSService: String, Sendable {
  case s3
  case glue
  case secretsManager = "secretsmanager"
  case sts

  /// The name in the scope of a signature and in front of the endpoint's host.
  var signingName: String { rawValue }

  /// The end of the variable `AWS_ENDPOINT_URL_…`.
  var variableSuffix: String { self == .secretsManager ? "SECRETS_MANAGER" : rawValue.uppercased() }

  /// The name in a `services` section of `~/.aws/config`.
  var configName: String { variableSuffix.lowercased() }

  /// As people call it.
  package var title: String {
    switch self {
    case .s3: "S3"
    case .glue: "Glue"
    case .secretsManager: "Secrets Manager"
    case .sts: "STS"
    }
  }

  /// AWS's own endpoint in a region.
  func endpoint(region: String) -> HTTPURL {
    let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    return HTTPURL(host: "\(rawValue).\(region).\(suffix)", encodedPath: "")
  }
}
