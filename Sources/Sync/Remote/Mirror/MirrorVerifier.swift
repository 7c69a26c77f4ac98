import Cloud
import Diagnostics
import Storage
import Threads

/// What was found of a mirror.
package struct MirrorVerification: Sendable, Codable, Equatable {
  package struct Fault: Sendable, Codable, Equatable {
    /// nil for a fault of the mirror as a whole.
    package var relation: String?
    package var what: String
    /// The rows that differ, where it is rows.
    package var difference: TableDifference?
  }

  package var database: String
  package var build: String
  package var environment: String
  package var relationCount = 0
  package var rowCount = 0
  package var faults: [Fault] = []

  package var isSound: Bool { faults.isEmpty }
}

/// Looks whether what readers of the mirror see is what a build has: by counts and content hashes, which Snowflake computes,
/// so that no rows are moved.
package struct MirrorVerifier: Sendable {
  private let database: MirrorDatabase
  private let remote: Remote?
  private let threadCount: Int
  private let onRelation: @Sendable (Relation) throws -> Void

  /// - Parameters:
  ///   - remote: where the build is, to find the rows that differ; nil: they are not looked for.
  ///   - onRelation: told of each relation before it is looked at; may throw to end the work.
  package init(
    _ database: MirrorDatabase, _ remote: Remote? = nil, threadCount: Int = 4,
    onRelation: @escaping @Sendable (Relation) throws -> Void = { _ in }
  ) {
    self.database = database
    self.remote = remote
    self.threadCount = threadCount
    self.onRelation = onRelation
  }

  package func run(_ manifest: RemoteManifest, environment: String) throws -> MirrorVerification {
    var found = MirrorVerification(
      database: database.name, build: manifest.build.id, environment: environment)
    let state = try MirrorState(database)
    guard let record = state.record else {
      found.faults.append(MirrorVerification.Fault(what: "nothing was mirrored yet"))
      return found
    }
    if record.build != manifest.build.id || record.environment != environment {
      found.faults.append(
        MirrorVerification.Fault(
          what: "it is at the build \(record.build) of '\(record.environment)', since \(record.publishedAt)"))
    }
    if !record.isFinished {
      found.faults.append(
        MirrorVerification.Fault(what: "the push \(record.pushID) did not come to its end; push again"))
    }
    let tables = manifest.tables.filter { $0.kind != .auxiliary }
    let faults = try WorkQueue.run(Array(tables.indices), threadCount: threadCount) { index in
      try onRelation(tables[index].relation)
      return (index, try fault(of: tables[index], state))
    }
    found.faults += faults.sorted { $0.0 < $1.0 }.compactMap(\.1)
    found.relationCount = tables.count
    found.rowCount = tables.reduce(0) { $0 + $1.rowCount }
    return found
  }

  private func fault(of table: RemoteManifest.Table, _ state: MirrorState) throws -> MirrorVerification.Fault?
  {
    func fault(_ what: String) -> MirrorVerification.Fault {
      MirrorVerification.Fault(relation: "\(table.relation)", what: what)
    }
    let place = MirrorPlace(table.relation, isNext: false)
    guard state.kinds[place] != nil else { return fault("it is missing") }
    guard state.hasColumns(table.columns, at: place) else {
      return fault("it has other columns than the build, or others of their types")
    }
    let result: SnowflakeResult
    do {
      result = try database.run(MirrorHash.query(place.sql, table.columns), isLong: true)
    } catch let error as CloudError where error.service != nil {
      // Such as a column that somebody has dropped.
      return fault("it cannot be read: \(error.message)")
    }
    guard let hash = MirrorHash.read(result) else { return fault("Snowflake gives no content hash") }
    guard hash.description != table.contentHash else { return nil }
    var differs = fault("it has \(hash), not \(table.contentHash ?? "")")
    differs.difference = try remote.flatMap { try database.difference(of: table, from: $0) }
    return differs
  }
}
