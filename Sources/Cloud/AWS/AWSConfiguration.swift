/// Where services are, who asks them, and how: from the environment and `~/.aws`, as the SDKs read them.
package struct AWSConfiguration: Sendable {
  /// What a project's own settings say; it goes before the environment and the profile.
  package struct Overrides: Sendable {
    package var profile: String?
    package var region: String?
    package var endpoints: [AWSService: String] = [:]
    package var credentials: (any CredentialSource)?

    package init() {}
  }

  package let profileName: String
  package let region: String?
  package private(set) var credentials: any CredentialSource
  package let http: HTTPClient
  package let cancellation: CancellationToken
  package var retryPolicy: RetryPolicy
  package var clock: @Sendable () -> AWSTime
  private let variables: Hidden<[String: String]>
  private let overrides: Overrides
  let files: ProfileFiles

  /// - Parameter environment: the process's variables.
  package init(
    environment: [String: String], overrides: Overrides = Overrides(), http: HTTPClient? = nil,
    cancellation: CancellationToken = CancellationToken(), retryPolicy: RetryPolicy = RetryPolicy(),
    clock: @escaping @Sendable () -> AWSTime = { .now() }
  ) throws(CloudError) {
    let environment = environment.filter { !$0.value.isEmpty }
    let files = try ProfileFiles(environment: environment)
    let named = overrides.profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
    profileName = named ?? "default"
    let profile =
      try named.map { name throws(CloudError) in
        try files.required(name, askedBy: overrides.profile == nil ? "AWS_PROFILE" : "the configuration")
      } ?? files.profile("default") ?? [:]
    region =
      overrides.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profile["region"]
    let http = http ?? HTTPClient(HTTPOptions(environment: environment))
    self.http = http
    self.cancellation = cancellation
    self.retryPolicy = retryPolicy
    self.clock = clock
    variables = Hidden(environment)
    self.overrides = overrides
    self.files = files
    credentials = overrides.credentials ?? NoCredentials()
    if overrides.credentials == nil {
      credentials = CredentialCache(CredentialChain(self, isProfileChosen: overrides.profile != nil))
    }
  }

  var environment: [String: String] { variables.reveal() }

  /// The same for requests that somebody else signs.
  package func replacing(credentials: any CredentialSource) -> AWSConfiguration {
    var copy = self
    copy.credentials = credentials
    return copy
  }

  func requiredRegion(for service: AWSService) throws(CloudError) -> String {
    // Everybody is known everywhere.
    guard let region = region ?? (service == .sts ? "us-east-1" : nil) else {
      throw CloudError(
        .configuration, "no region is set for \(service.title)",
        notes: [
          "looked at: the configuration, AWS_REGION, AWS_DEFAULT_REGION, `region` of profile '\(profileName)' in \(files.configPath)"
        ], hints: ["set AWS_REGION, or `region` of the remote"])
    }
    let isName = region.utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    guard isName else {
      throw CloudError(
        .configuration, "'\(region)' is no name of a region", hints: ["regions are named like eu-central-1"])
    }
    return region
  }

  /// The endpoint that is set for a service; nil: AWS's own.
  func endpoint(of service: AWSService) throws(CloudError) -> HTTPURL? {
    if let text = overrides.endpoints[service] {
      return try HTTPURL(endpoint: text, from: "the configuration")
    }
    if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
    for name in ["AWS_ENDPOINT_URL_\(service.variableSuffix)", "AWS_ENDPOINT_URL"] {
      if let text = environment[name] { return try HTTPURL(endpoint: text, from: name) }
    }
    guard let text = files.endpoint(of: service, profile: profileName) else { return nil }
    return try HTTPURL(endpoint: text, from: "profile '\(profileName)'")
  }
}

extension UInt8 {
  var isLowercaseLetter: Bool { self >= 0x61 && self <= 0x7A }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
