import Files
import SQLite
import Storage
import TestSupport
import Testing

/// What must be true of a published build at any moment.
struct BuildCheck {
  let build: Build

  /// The published build of a warehouse, found through `current` as any reader does.
  init(_ warehouse: Warehouse) throws {
    build = try #require(try warehouse.currentBuild())
  }

  init(_ build: Build) {
    self.build = build
  }

  /// Every layer's file is sound and as it was published, all layers are of one build, and the marts answer.
  ///
  /// - Returns: the number of movies in RAW, by which a test tells builds apart.
  @discardableResult
  func run(_ comment: Comment? = nil) throws -> Int64 {
    #expect(try Warehouse(path: Path.parent(of: Path.parent(of: build.path))).verify(build) == [], comment)
    let record = try build.record()
    for layer in Layer.allCases {
      let alone = try Connection(path: build.file(layer), access: .readOnly, isImmutable: true)
      #expect(try alone.scalar("pragma integrity_check") == .text("ok"), comment)
      let recorded = try alone.rows("select name, fingerprint from _relations order by name")
      let expected = record.relations.filter { $0.relation.layer == layer }
        .sorted { $0.relation.name < $1.relation.name }
        .map { [SQLiteValue.text($0.relation.name), .text($0.fingerprint)] }
      #expect(recorded == expected, comment)
    }
    let connection = try open()
    let staged = try connection.integer("select count(*) from staged.stg_movies")
    #expect(staged > 0, comment)
    #expect(
      try connection.integer(
        "select count(distinct id) from raw.movies where date is not null and id is not null") == staged,
      comment)
    for mart in ["movies_by_year", "movies_by_year_theme"] {
      #expect(try connection.integer("select sum(movies) from main.\(mart)") == staged, comment)
    }
    return try connection.integer("select count(*) from raw.movies")
  }

  /// All layers, as readers open them.
  func open() throws -> Connection {
    let connection = try Connection(path: build.file(.main), access: .readOnly, isImmutable: true)
    for layer in [Layer.raw, .staged] {
      try connection.attach(build.file(layer), as: layer.schemaName, access: .readOnly, isImmutable: true)
    }
    return connection
  }
}
