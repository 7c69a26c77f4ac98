import Cloud
import Diagnostics

/// Looks at what a push needs of AWS: who one is, the bucket, and in Glue the database, the crawler, the job, its script and its
/// secret. It changes nothing.
package struct AWSDoctor {
  /// What `reelhouse.yml` says of a remote in a bucket.
  package struct Place: Sendable {
    package var bucket: String
    /// The remote in it, `s3://bucket/prefix/`.
    package var location: String
    package var database: String?
    package var crawler: String?
    package var job: String?
    /// Whether the bucket is another server's, which AWS knows nothing of.
    package var isElsewhere: Bool

    package init(
      bucket: String, location: String, database: String?, crawler: String?, job: String?, isElsewhere: Bool
    ) {
      self.bucket = bucket
      self.location = location
      self.database = database
      self.crawler = crawler
      self.job = job
      self.isElsewhere = isElsewhere
    }
  }

  package static let group = "AWS"
  static let secretArgument = "--snowflake_secret"

  private let configuration: AWSConfiguration
  private let place: Place

  package init(_ configuration: AWSConfiguration, _ place: Place) {
    self.configuration = configuration
    self.place = place
  }

  package func examine(_ checkup: inout Checkup) {
    let usesGlue = place.database != nil
    if !place.isElsewhere || usesGlue {
      checkup.check(Self.group, "identity") {
        let identity = try STSClient(configuration).getCallerIdentity()
        return .sound("\(identity.arn) of account \(identity.account)")
      }
    }
    checkup.check(Self.group, "bucket", after: place.isElsewhere ? [] : ["identity"]) { try lookAtBucket() }
    guard usesGlue else { return }
    checkup.check(Self.group, "Glue database", after: ["identity"]) { try lookAtDatabase() }
    if let crawler = place.crawler {
      checkup.check(Self.group, "Glue crawler", after: ["identity"]) { try lookAtCrawler(crawler) }
    }
    guard let name = place.job else { return }
    var secret = ""
    checkup.check(Self.group, "Glue job", after: ["identity"]) {
      let job = try glue {
        try $0.getJob(name)
      } missing: {
        missing("job", name)
      }
      secret = try lookAt(job, name)
      return .sound("\(name), Glue \(job.glueVersion ?? "")")
    }
    checkup.check(Self.group, "secret", after: ["Glue job"]) { try lookAtSecret(secret) }
  }

  // MARK: S3

  private func lookAtBucket() throws -> Finding {
    let client = try S3Client(configuration)
    do {
      try client.headBucket(place.bucket)
    } catch let error as CloudError where error.isNotFound {
      throw SyncError(
        .remoteNotFound, "there is no bucket '\(place.bucket)'",
        hints: [
          place.isElsewhere
            ? "make it on that server, or mend `url` of the remote in reelhouse.yml"
            : "make it: \(Self.terraform), or `aws s3 mb s3://\(place.bucket)`"
        ])
    } catch let error as CloudError where error.service?.kind == .accessDenied {
      throw SyncError(
        .remoteAccessDenied, "the bucket '\(place.bucket)' may not be listed, or is another account's",
        notes: [error.diagnostic.message],
        hints: ["give s3:ListBucket on it: docs/policies/push.json has all that a push needs"])
    }
    return .sound(place.bucket)
  }

  // MARK: Glue

  /// Calls Glue; what is not there, or may not be seen, is told with the remedy.
  private func glue<Result>(
    _ call: (GlueClient) throws -> Result, missing: () -> SyncError
  ) throws -> Result {
    do {
      return try call(GlueClient(configuration))
    } catch let error as CloudError where error.isNotFound {
      throw missing()
    } catch let error as CloudError where error.service?.kind == .accessDenied {
      throw SyncError(
        .remoteAccessDenied, error.diagnostic.message, notes: error.diagnostic.notes,
        hints: ["give the role the action that is named: docs/policies/push.json has all that a push needs"])
    }
  }

  private func missing(_ what: String, _ name: String) -> SyncError {
    SyncError(
      .remoteNotFound, "Glue has no \(what) '\(name)'\(configuration.region.map { " in \($0)" } ?? "")",
      hints: [
        "make it: \(Self.terraform); or mend `glue: {\(what): …}` and `region` of the remote in reelhouse.yml"
      ])
  }

  private func lookAtDatabase() throws -> Finding {
    let name = place.database ?? ""
    _ = try glue {
      try $0.getDatabase(name)
    } missing: {
      missing("database", name)
    }
    return .sound(name)
  }

  private func lookAtCrawler(_ name: String) throws -> Finding {
    let crawler = try glue {
      try $0.getCrawler(name)
    } missing: {
      missing("crawler", name)
    }
    let catalogs = crawler.targets?.catalog ?? []
    if let folder = crawler.targets?.folders?.first {
      throw wrong(
        "the crawler '\(name)' crawls the folder '\(folder.path ?? "")', where it would guess types from files",
        "give it tables of the catalog for targets: \(Self.terraform)")
    }
    guard let target = catalogs.first(where: { $0.database == place.database }) else {
      throw wrong(
        "the crawler '\(name)' has no target in the database '\(place.database ?? "")'",
        "give it that database's tables for targets: \(Self.terraform)")
    }
    let policy = crawler.changePolicy
    guard policy?.update == "LOG", policy?.delete == "LOG" else {
      throw wrong(
        "the crawler '\(name)' changes the catalog where it finds something else: its policy is not LOG",
        "`aws glue update-crawler --name \(Self.quoted(name)) --schema-change-policy UpdateBehavior=LOG,DeleteBehavior=LOG`"
      )
    }
    let last = crawler.lastCrawl?.status.map { ", its last crawl: \($0)" } ?? ", not run yet"
    return .sound("\(name), \(target.tables.count) tables\(last)")
  }

  /// - Returns: the name of the secret that the job reads.
  private func lookAt(_ job: GlueJob, _ name: String) throws -> String {
    guard let script = job.command?.scriptLocation, script.hasPrefix(place.location) else {
      throw wrong(
        "the job '\(name)' runs '\(job.command?.scriptLocation ?? "")', which is not in the remote '\(place.location)', where a push puts it",
        "let it be '\(place.location)scripts/\(name).py': `bucket_name` and `prefix` of terraform/ are those of the remote's `url`"
      )
    }
    guard job.command?.name == "glueetl", job.glueVersion?.hasPrefix("5") == true else {
      throw wrong(
        "the job '\(name)' is of Glue \(job.glueVersion ?? "of no version"), kind '\(job.command?.name ?? "")'; the script needs Spark jobs of Glue 5",
        "set its type to Spark and its version to 5.0: \(Self.terraform)")
    }
    guard let secret = job.defaultArguments?[Self.secretArgument], !secret.isEmpty else {
      throw wrong(
        "the job '\(name)' is not told which secret has Snowflake's key",
        "give it the default argument \(Self.secretArgument): \(Self.terraform)")
    }
    return secret
  }

  // MARK: The secret

  private func lookAtSecret(_ name: String) throws -> Finding {
    do {
      let secret = try SecretsManagerClient(configuration).describeSecret(name)
      if secret.deletedDate != nil {
        throw wrong(
          "the secret '\(name)' is going to be deleted",
          "`aws secretsmanager restore-secret --secret-id \(Self.quoted(name))`")
      }
      guard secret.versionStages?.values.contains(where: { $0.contains("AWSCURRENT") }) == true else {
        throw wrong(
          "the secret '\(name)' has no value",
          "`reelhouse debug --write-secret` writes the key that profiles.yml names")
      }
      return .sound(name)
    } catch let error as CloudError where error.isNotFound {
      throw SyncError(
        .remoteNotFound, "there is no secret '\(name)'",
        hints: ["make it: \(Self.terraform); then `reelhouse debug --write-secret`"])
    } catch let error as CloudError where error.service?.kind == .accessDenied {
      // As it should be: a push needs no secret, and its role may see none.
      return .unseen("\(name); whoever pushes may not see it, and need not")
    }
  }

  // MARK: Remedies

  static let terraform = "`terraform -chdir=terraform apply`"

  /// A name as a word of a shell.
  static func quoted(_ name: String) -> String {
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [0x2D, 0x2E, 0x2F, 0x3A, 0x5F].contains(byte)
      }
    return isPlain ? name : "'" + name.replacing("'", with: "'\\''") + "'"
  }

  private func wrong(_ message: String, _ hint: String) -> SyncError {
    SyncError(.cloudSetupWrong, message, hints: [hint])
  }
}
