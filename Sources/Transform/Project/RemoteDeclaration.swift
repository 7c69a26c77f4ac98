import Diagnostics

/// A remote as `reelhouse.yml` declares it.
package struct RemoteDeclaration: Sendable, Equatable {
  package enum Place: Sendable, Equatable {
    /// Relative to the project.
    case folder(String)
    case bucket(String, prefix: String)
  }

  /// The catalog and the job beside a bucket.
  package struct Glue: Sendable, Equatable {
    package var database: String
    package var crawler: String?
    package var job: String?
  }

  package var name: String
  package var place: Place
  package var region: String?
  /// Of another server than AWS's.
  package var endpoint: String?
  package var glue: Glue?
  /// An output of type `snowflake` in profiles.yml.
  package var snowflake: String?
  /// The stage over the remote's data where Snowflake's COPY brings tables there; nil where the Glue job does.
  package var stage: String?

  package init(name: String, place: Place) {
    self.name = name
    self.place = place
  }

  /// The remote that there is without a declaration: a folder beside the warehouse.
  package static let standard = RemoteDeclaration(name: "local", place: .folder("warehouse-remote"))

  /// The bucket and prefix of `s3://bucket/prefix`; nil for another text.
  package static func bucket(_ url: String) -> Place? {
    guard url.hasPrefix("s3://") else { return nil }
    let parts = url.dropFirst(5).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let prefix = parts.dropFirst().filter { !$0.isEmpty }
    let isName =
      parts[0].utf8.count >= 3 && parts[0].utf8.count <= 63
      && parts[0].utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
      }
    guard isName, !prefix.contains("."), !prefix.contains("..") else { return nil }
    return .bucket(parts[0], prefix: prefix.joined(separator: "/"))
  }

  /// Reads one remote; nil where it has no place.
  init?(_ name: String, _ node: YAMLNode, in file: YAMLFile, _ diagnostics: inout [Diagnostic]) {
    var reader = MappingReader(node, of: "the remote '\(name)'", in: file)
    let path = reader.string("path")
    let url = reader.string("url")
    region = reader.string("region")
    endpoint = reader.string("endpoint")
    snowflake = reader.string("snowflake")
    let publisher = reader.string("publisher")
    stage = reader.string("stage")
    self.name = name
    if let declared = reader.mapping("glue") {
      var inner = MappingReader(declared, of: "'glue' of the remote '\(name)'", in: file)
      let database = inner.requiredString("database")
      glue = Glue(
        database: database ?? "", crawler: inner.string("crawler"), job: inner.string("job"))
      diagnostics += inner.finish()
    }
    var place: Place?
    switch (path, url) {
    case (let path?, nil):
      place = .folder(path)
      for (key, value) in [
        ("region", region), ("endpoint", endpoint), ("snowflake", snowflake), ("stage", stage),
      ]
      where value != nil {
        reader.fault(
          .invalidValue, "'\(key)' means nothing to a remote in a folder", at: node[key] ?? node,
          hint: "it goes with `url: s3://bucket/prefix`")
      }
      if glue != nil {
        reader.fault(.invalidValue, "'glue' means nothing to a remote in a folder", at: node["glue"] ?? node)
      }
    case (nil, let url?):
      place = Self.bucket(url)
      if place == nil {
        reader.fault(
          .invalidValue, "'\(url)' is no place of a remote", at: node["url"] ?? node,
          hint: "write `url: s3://bucket/prefix`")
      }
    case (nil, nil):
      reader.fault(
        .missingKey, "the remote '\(name)' has neither 'path' nor 'url'", at: node,
        hint: "`path: folder` or `url: s3://bucket/prefix`")
    case (_?, _?):
      reader.fault(
        .invalidValue, "the remote '\(name)' has both 'path' and 'url'", at: node["url"] ?? node,
        hint: "take one of them out")
    }
    switch (publisher, stage) {
    case (nil, nil), ("glue", nil), ("copy", _?): break
    case ("copy", nil):
      reader.fault(
        .missingKey, "the remote '\(name)' has 'publisher: copy' and no 'stage'",
        at: node["publisher"] ?? node,
        hint: "name the stage over its data: `stage: LETTERBOXD.RAW__NEXT.REMOTE`")
    case (nil, _?), ("glue", _?):
      reader.fault(
        .invalidValue, "'stage' means nothing without 'publisher: copy'", at: node["stage"] ?? node)
    case (let other?, _):
      reader.fault(
        .invalidValue, "'\(other)' is no publisher", at: node["publisher"] ?? node,
        hint: "it is glue, if nothing is said, or copy")
    }
    diagnostics += reader.finish()
    guard let place else { return nil }
    self.place = place
  }
}
