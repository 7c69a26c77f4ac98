import Diagnostics
import Files

/// The profiles of `~/.aws/config` and `~/.aws/credentials`.
package struct ProfileFiles: Sendable {
  package let configPath: String
  package let credentialsPath: String
  private let configContent: Hidden<INIFile>
  private let credentialsContent: Hidden<INIFile>

  /// Reads both files, as far as they are there.
  ///
  /// - Parameter environment: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, and `HOME`, which has `.aws`.
  package init(environment: [String: String]) throws(CloudError) {
    let home = environment["HOME"] ?? ""
    configPath = Self.expand(environment["AWS_CONFIG_FILE"], home) ?? "\(home)/.aws/config"
    credentialsPath =
      Self.expand(environment["AWS_SHARED_CREDENTIALS_FILE"], home) ?? "\(home)/.aws/credentials"
    configContent = Hidden(try Self.read(configPath))
    credentialsContent = Hidden(try Self.read(credentialsPath))
  }

  private var config: INIFile { configContent.reveal() }
  private var credentials: INIFile { credentialsContent.reveal() }

  private static func expand(_ path: String?, _ home: String) -> String? {
    guard let path, !path.isEmpty else { return nil }
    return path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  private static func read(_ path: String) throws(CloudError) -> INIFile {
    guard FileSystem.exists(path) else { return try INIFile("", path: path) }
    let text: String
    do throws(FileError) {
      text = try FileSystem.readText(path)
    } catch {
      throw CloudError(error)
    }
    return try INIFile(text, path: path)
  }

  /// The settings of a profile; those of the credentials file win. Nil where neither file has it.
  package func profile(_ name: String) -> [String: String]? {
    let ofConfig = config["profile \(name)"] ?? (name == "default" ? config["default"] : nil)
    let ofCredentials = credentials[name]
    if ofConfig == nil, ofCredentials == nil { return nil }
    return (ofConfig?.values ?? [:]).merging(ofCredentials?.values ?? [:]) { $1 }
  }

  package func ssoSession(_ name: String) -> [String: String]? { config["sso-session \(name)"]?.values }

  /// The endpoint of a service that a profile names, by its `services` section or for all services.
  package func endpoint(of service: AWSService, profile name: String) -> String? {
    guard let profile = profile(name) else { return nil }
    let services = profile["services"].flatMap { config["services \($0)"] }
    return services?.nested[service.configName]?["endpoint_url"] ?? profile["endpoint_url"]
  }

  /// The names of all profiles, sorted.
  package var profileNames: [String] {
    let ofConfig = config.sections.map(\.name).compactMap { name in
      name == "default" ? name : name.hasPrefix("profile ") ? String(name.dropFirst("profile ".count)) : nil
    }
    return Set(ofConfig + credentials.sections.map(\.name)).sorted()
  }

  /// The settings of a profile that must be there.
  func required(_ name: String, askedBy place: String) throws(CloudError) -> [String: String] {
    if let profile = profile(name) { return profile }
    throw CloudError(
      .configuration, "there is no profile '\(name)', which \(place) names",
      notes: ["looked at: \(configPath), \(credentialsPath)"],
      hints: [Suggestion.hint(for: name, in: profileNames) ?? "add it with `aws configure --profile \(name)`"]
    )
  }
}
