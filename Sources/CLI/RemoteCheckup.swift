import Cloud
import Diagnostics
import Sync
import Transform

/// Looks at a remote, and at what of the cloud belongs to it.
struct RemoteCheckup {
  private let session: Session
  private let options: ProjectOptions
  private let remoteName: String
  private let environmentName: String?

  init(_ session: Session, _ options: ProjectOptions, _ remoteName: String, _ environmentName: String?) {
    self.session = session
    self.options = options
    self.remoteName = remoteName
    self.environmentName = environmentName
  }

  func examine(_ checkup: inout Checkup) {
    var declaration: RemoteDeclaration?
    checkup.check(RemoteDoctor.group, "declaration") {
      let found = try session.remoteDeclaration(remoteName)
      declaration = found
      return .sound(found.name)
    }
    guard let declaration else { return }
    var isReached = true
    if case .bucket(let bucket, _) = declaration.place {
      examine(bucket, of: declaration, &checkup)
      // Without a bucket, or anybody to ask for it, each further question would only fail again.
      isReached = checkup.isSound(AWSDoctor.group, "bucket")
    }
    if let name = declaration.snowflake { examine(snowflake: name, &checkup) }
    guard isReached else { return }
    do {
      let remote = try session.remote(declaration)
      let environment = try session.remoteEnvironment(environmentName)
      RemoteDoctor(remote, environment: environment, probeID: session.invocationID).examine(&checkup)
    } catch {
      checkup.check(RemoteDoctor.group, "place") { throw error }
    }
  }

  private func examine(_ bucket: String, of declaration: RemoteDeclaration, _ checkup: inout Checkup) {
    do {
      let configuration = try session.awsConfiguration(declaration)
      let glue = declaration.glue
      let environment = try session.remoteEnvironment(environmentName)
      let location = try session.remote(declaration).destination.location
      let place = AWSDoctor.Place(
        bucket: bucket, location: location, database: glue?.database.replacing("{env}", with: environment),
        crawler: glue?.crawler, job: glue?.job, isElsewhere: declaration.endpoint != nil)
      AWSDoctor(configuration, place).examine(&checkup)
    } catch {
      checkup.check(AWSDoctor.group, "configuration") { throw error }
    }
  }

  private func examine(snowflake name: String, _ checkup: inout Checkup) {
    var doctor: SnowflakeDoctor?
    checkup.check(SnowflakeDoctor.group, "settings") {
      let environment = try session.remoteEnvironment(environmentName)
      let client = try session.snowflake(
        name.replacing("{env}", with: environment), profilesDir: options.profilesDir)
      doctor = try SnowflakeDoctor(client.connection, environment: session.environment)
      return .sound("\(name), by \(client.connection.authentication.title)")
    }
    doctor?.examine(&checkup)
  }
}
