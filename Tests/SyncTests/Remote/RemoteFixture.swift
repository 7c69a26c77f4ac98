import Diagnostics
import Files
import SQLite
import Storage
import Sync
import TestSupport
import Testing

/// A warehouse whose builds are made of SQL, and a remote in a folder.
final class RemoteFixture: Sendable {
  let folder: TemporaryFolder
  let warehouse: Warehouse
  var remotePath: String { folder.file("remote") }
  var destination: FolderDestination { FolderDestination(remotePath) }

  init() throws {
    folder = try TemporaryFolder()
    warehouse = Warehouse(path: folder.file("warehouse"), keptBuildCount: 50)
  }

  func remote(_ destination: (any Destination)? = nil) -> Remote {
    Remote(name: "test", destination: destination ?? self.destination)
  }

  /// Three tables, a view with an index below it, and rejects.
  static let plain = """
    create table raw.movies (id integer primary key, name text, score real, born date);
    insert into raw.movies values (1, 'One', 0.5, '2024-02-29'), (2, null, 2.0, null), (7, '', -1e11, '0001-01-01');
    create table raw._rejects (table_name text not null, raw_text text not null);
    insert into raw._rejects values ('movies', 'a' || char(0) || 'b');
    create table staged.many as
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
      select i, i % 7 as seven, 'name ' || (i % 100) as name from n;
    create index staged.many_by_name on many(name, i);
    create view staged.few as select i, name, i * 0.5 as half from many where i <= 3 order by i;
    create table main.counts (seven integer, n integer not null, unique (seven));
    insert into main.counts select seven, count(*) from staged.many group by seven;
    """

  // MARK: Builds

  /// Changes the draft by SQL and publishes what it holds then.
  @discardableResult
  func publish(_ sql: String, second: Int) throws -> Build {
    let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 60))
    var records: [RelationRecord] = []
    do {
      let connection = try draft.connect(writing: Set(Layer.allCases))
      try connection.execute(sql)
      for layer in Layer.allCases {
        let rows = try connection.rows(
          """
          select type, name from \(layer.schemaName).sqlite_schema
          where type in ('table', 'view') and substr(name, 1, 1) <> '_' and name not like 'sqlite_%' order by name
          """)
        for case let row in rows {
          guard case .text(let type) = row[0], case .text(let name) = row[1] else { continue }
          let relation = Relation(layer: layer, name: name)
          let count =
            type == "view" ? nil : Int(try connection.integer("select count(*) from \(relation.sql)"))
          records.append(
            RelationRecord(
              relation: relation, uniqueID: "model.p.\(name)", kind: type == "view" ? .view : .table,
              fingerprint: "f\(name)", rowCount: count))
        }
      }
      for record in records { try RelationCatalog(connection).record(record) }
      for old in try RelationCatalog(connection).records()
      where !records.contains(where: { $0.relation == old.relation }) {
        try RelationCatalog(connection).remove(old.relation)
      }
    }
    return try Publisher(draft).publish(
      Publisher.Contents(
        project: "p", reelhouseVersion: "1",
        relations: records.map { BuildRecord.RelationEntry($0, materialized: $0.kind.rawValue, columns: []) },
        testCounts: ["pass": 3], artifacts: ["manifest.json": Array("{\"of\": \(second)}".utf8)]),
      now: Timestamp(microseconds: 1_795_331_730_000_000 + Int64(second) * 1_000_000)
    ).identity
  }

  // MARK: Pushing and pulling

  func runner(
    _ environment: String = "prod", _ destination: (any Destination)? = nil,
    id: String = InvocationName.next(),
    from warehouse: Warehouse? = nil, allowsSchemaChange: Bool = false
  ) throws -> PushRunner {
    var options = PushRunner.Options(environment: environment, pushID: id)
    options.allowsSchemaChange = allowsSchemaChange
    options.threadCount = 1
    return try PushRunner(warehouse ?? self.warehouse, remote(destination), options)
  }

  @discardableResult
  func push(
    _ build: Build? = nil, to environment: String = "prod", _ destination: (any Destination)? = nil,
    from warehouse: Warehouse? = nil, allowsSchemaChange: Bool = false
  ) throws -> PushReport {
    let runner = try runner(
      environment, destination, from: warehouse, allowsSchemaChange: allowsSchemaChange)
    let reader = try WarehouseReader(
      warehouse ?? self.warehouse, build.map { .build(id: $0.id) } ?? .current)
    return try runner.run(runner.prepare(reader))
  }

  /// Pulls what an environment is at into another warehouse.
  @discardableResult
  func pull(
    _ environment: String = "prod", into name: String = "second", _ destination: (any Destination)? = nil
  )
    throws -> (build: Build, warehouse: Warehouse)
  {
    let other = Warehouse(path: folder.file(name))
    let remote = remote(destination)
    let manifest = try remote.manifest(remote.requiredRef(environment).ref.current)
    let lock = try WarehouseLock(other, command: "test", timeoutSeconds: 60)
    return (try PullRunner(other, remote).run(manifest, holding: lock).build, other)
  }

  /// A copy of the remote as it is now.
  func copyRemote(to name: String) throws -> FolderDestination {
    let path = folder.file(name)
    try FileSystem.removeTree(path)
    let result = try #require(Tool("cp")).run(["-a", remotePath, path])
    #expect(result.status == 0)
    return FolderDestination(path)
  }

  // MARK: What must be so

  /// All that a build holds: schema, exact hashes of all tables, rows of views, records.
  static func contents(_ build: Build) throws -> [String] {
    let connection = try Connection(path: ":memory:", access: .create)
    var lines: [String] = []
    for layer in Layer.allCases {
      let schema = layer.schemaName
      let name = "l_\(schema)"
      try connection.attach(build.file(layer), as: name, access: .readOnly, isImmutable: true)
      for row in try connection.rows(
        """
        select type, name, coalesce(sql, '') from \(name).sqlite_schema where name not like 'sqlite_stat%'
        order by type, name
        """)
      {
        lines.append("\(schema) \(row)")
        guard case .text(let type) = row[0], case .text(let table) = row[1] else { continue }
        if type == "table", table != "_relations" {
          lines.append("\(try connection.exactHash(ofTable: table, inSchema: name))")
        }
        if type == "view" { lines.append("\(try connection.rows("select * from \(name).\(table)"))") }
      }
      for row in try connection.rows(
        "select name, unique_id, kind, fingerprint, row_count from \(name)._relations")
      {
        lines.append("\(row)")
      }
    }
    return lines
  }

  /// The environment names a build of which every byte is there; its id, or nil where nothing was pushed.
  @discardableResult
  static func checkIsWhole(
    _ destination: any Destination, _ environment: String = "prod", _ comment: Comment? = nil
  )
    throws -> String?
  {
    let remote = Remote(name: "test", destination: destination)
    while true {
      guard let move = try remote.ref(environment)?.ref.current else { return nil }
      let wrong = fault(of: move, remote)
      // A build that the environment has left meanwhile may be collected.
      if wrong != nil, try remote.ref(environment)?.ref.current != move { continue }
      #expect(wrong == nil, comment)
      return move.build
    }
  }

  /// What is missing or wrong of the build that a ref names.
  private static func fault(of move: RemoteRef.Move, _ remote: Remote) -> String? {
    do {
      for object in try remote.manifest(move).objects {
        guard let key = ObjectKey(object.key),
          let bytes = try remote.destination.bytes(key, limit: .max)?.bytes
        else { return "'\(object.key)' is missing" }
        guard bytes.count == object.byteCount, ObjectContent.bytes(bytes).sha256 == object.sha256 else {
          return "'\(object.key)' has other bytes"
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension Publisher.Outcome {
  var identity: Build {
    switch self {
    case .published(let build), .unchanged(let build): build
    }
  }
}

/// Names of pushes, each once.
enum InvocationName {
  static func next() -> String { "push-\(String(UInt64.random(in: 0 ... .max), radix: 36))" }
}
