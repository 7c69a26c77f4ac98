import Diagnostics
import Files

/// What `terraform output -json` says of a set-up: a remote for `reelhouse.yml`, an output for `profiles.yml`.
///
/// Source: `terraform/outputs.tf`, output `reelhouse`.
package struct TerraformOutputs: Sendable, Equatable {
  /// Under `remotes`: `url`, `region`, `glue`, `snowflake`.
  package let remote: ConfigValue
  /// Under `outputs` of a profile.
  package let output: ConfigValue
  /// The name of the output, which the remote refers to.
  package let outputName: String

  private static let name = "reelhouse"
  private static let version = 1

  /// - Parameter bytes: all outputs, or the value of `reelhouse` alone.
  package init(_ bytes: [UInt8], origin: String) throws {
    let all = try JSONParser.parse(bytes, path: origin)
    guard let value = all[Self.name]?["value"] ?? all["remote"].map({ _ in all }) else {
      throw Diagnostic(
        .invalidValue, "there is no output '\(Self.name)' in what Terraform says",
        notes: all.fields.map { ["it has \($0.keys.sorted().joined(separator: ", "))"] } ?? [],
        hints: [
          "`terraform -chdir=terraform output -json | reelhouse config import`, after `terraform apply`"
        ])
    }
    guard case .integer(Self.version)? = value["version"] else {
      throw Diagnostic(
        .invalidValue, "the output '\(Self.name)' is of another version than \(Self.version)",
        hints: ["take terraform/ and reelhouse of one release"])
    }
    guard let remote = value["remote"], remote["url"]?.string != nil, let profile = value["profile"],
      profile["type"]?.string == "snowflake", let name = remote["snowflake"]?.string
    else {
      throw Diagnostic(.invalidValue, "the output '\(Self.name)' has no whole 'remote' and 'profile'")
    }
    var declared = remote
    // How tables come into Snowflake, where it is not by the job.
    if value["publisher"]?.string == "copy", let stage = value["stage"]?.string {
      declared = declared.setting("publisher", .string("copy")).setting("stage", .string(stage))
    }
    self.remote = ConfigValue(declared).withoutNulls.putting(first: ["url", "region"])
    output = ConfigValue(profile).withoutNulls.putting(first: ["type", "account", "user"])
    outputName = name
  }
}

extension JSONValue {
  fileprivate func setting(_ key: String, _ value: JSONValue) -> JSONValue {
    var fields = fields ?? [:]
    fields[key] = value
    return .object(fields)
  }
}

extension ConfigValue {
  /// The value without what is null: Terraform's word for what there is not.
  fileprivate var withoutNulls: ConfigValue {
    guard case .map(let entries) = self else { return self }
    return .map(
      entries.filter { $0.value != .null }.map { ConfigEntry(key: $0.key, value: $0.value.withoutNulls) })
  }

  /// A mapping with some keys before all others.
  fileprivate func putting(first keys: [String]) -> ConfigValue {
    guard case .map(let entries) = self else { return self }
    return .map(
      keys.flatMap { key in entries.filter { $0.key == key } } + entries.filter { !keys.contains($0.key) })
  }
}
