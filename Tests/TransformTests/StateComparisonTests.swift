import Diagnostics
import Files
import Storage
import TestSupport
import Testing
import Transform

@Suite("Comparing with an earlier state")
struct StateComparisonTests {
  private static let files = [
    "seeds/s.csv": "id\n1\n",
    "models/a.sql": "select {{ half('1') }} as id",
    "models/b.sql": "{{ config(tags=['x']) }} select * from {{ ref('a') }}",
    "models/c.sql": "select * from {{ ref('s') }}",
    "models/m.yml": """
    models: [{name: b, description: one, columns: [{name: id, data_tests: [{unique: {config: {severity: warn}}}]}]}]
    exposures: [{name: e, type: dashboard, owner: {name: Ann}, depends_on: ["ref('b')"]}]
    """,
    "macros/half.sql":
      "{% macro half(x) %}{{ quarter(x) }}{% endmacro %}{% macro quarter(x) %}{{ x }}{% endmacro %}",
  ]

  /// The names that a selector takes after some files were changed.
  private func selected(_ selector: String, changing files: [String: String]) throws -> [String] {
    let fixture = try ProjectFixture(Self.files)
    let state = fixture.folder.file("state")
    try FileSystem.createDirectory(state)
    let artifact = ManifestArtifact(try fixture.project()).bytes(generatedAt: .now(), invocationID: "x")
    try FileSystem.write(artifact, to: Path.join(state, "manifest.json"), isDurable: false)
    for (path, text) in files { try fixture.write(path, text) }
    let project = try fixture.project()
    let previous = try PreviousState(inFolder: state, targetPath: fixture.folder.file("target"))
    let spec = try SelectionSpec(parsing: [selector], indirectSelection: .empty)
    return try Selector(project.manifest, project.graph, state: previous).select(spec).uniqueIDs
      .compactMap { project.manifest.nodes[$0]?.name }.sorted()
  }

  @Test(
    "state: tells what changed, and what of it",
    arguments: [
      ("state:modified", [:], []),
      ("state:modified", ["models/c.sql": "select 1 as id"], ["c"]),
      ("state:modified", ["models/c.sql": "select * from {{ ref('s') }}\n\n"], []),
      ("state:modified.body", ["models/c.sql": "select 1 as id"], ["c"]),
      ("state:modified.configs", ["models/c.sql": "select 1 as id"], []),
      ("state:modified", ["seeds/s.csv": "id\n2\n"], ["s"]),
      ("state:modified+", ["seeds/s.csv": "id\n2\n"], ["c", "s"]),
      ("state:modified", ["models/n.sql": "select 1 as id"], ["n"]),
      ("state:new", ["models/n.sql": "select 1 as id"], ["n"]),
      ("state:old,resource_type:model", ["models/n.sql": "select 1 as id"], ["a", "b", "c"]),
      ("state:unmodified,resource_type:model", ["models/c.sql": "select 1 as id"], ["a", "b"]),
      ("state:modified", ["models/b.sql": "{{ config(tags=['y']) }} select * from {{ ref('a') }}"], ["b"]),
      (
        "state:modified.configs", ["models/b.sql": "{{ config(tags=['y']) }} select * from {{ ref('a') }}"],
        []
      ),
      (
        "state:modified.configs",
        ["models/b.sql": "{{ config(tags=['x'], materialized='view') }} select * from {{ ref('a') }}"], ["b"]
      ),
      (
        "state:modified.relation",
        ["models/b.sql": "{{ config(tags=['x'], alias='bb') }} select * from {{ ref('a') }}"], ["b"]
      ),
      (
        "state:modified.macros",
        [
          "macros/half.sql":
            "{% macro half(x) %}{{ quarter(x) }}{% endmacro %}{% macro quarter(x) %}{{ x }}+1{% endmacro %}"
        ], ["a"]
      ),
      (
        "state:modified",
        [
          "models/m.yml": files["models/m.yml", default: ""].replacing(
            "severity: warn", with: "severity: error")
        ],
        ["unique_b_id"]
      ),
      (
        "state:modified", ["models/m.yml": files["models/m.yml", default: ""].replacing("Ann", with: "Bob")],
        ["e"]
      ),
      (
        "state:modified",
        [
          "models/m.yml": files["models/m.yml", default: ""].replacing(
            "description: one", with: "description: two")
        ],
        []
      ),
      (
        "state:modified.persisted_descriptions",
        [
          "models/m.yml": files["models/m.yml", default: ""].replacing(
            "description: one", with: "description: two, config: {persist_docs: {relation: true}}")
        ], ["b"]
      ),
    ] as [(String, [String: String], [String])])
  func compares(_ selector: String, _ changes: [String: String], _ expected: [String]) throws {
    #expect(try selected(selector, changing: changes) == expected)
  }

  @Test("a newer manifest, a damaged one and a missing one are refused")
  func refuses() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 1 as id"])
    let folder = fixture.folder.file("state")
    try FileSystem.createDirectory(folder)
    func fault(_ text: String?) throws -> Diagnostic? {
      if let text {
        try FileSystem.write(text.utf8, to: Path.join(folder, "manifest.json"), isDurable: false)
      }
      let project = try fixture.project()
      return diagnostic {
        let state = try PreviousState(inFolder: folder, targetPath: folder)
        _ = try Selector(project.manifest, project.graph, state: state).select(
          SelectionSpec(parsing: ["state:new"]))
      }
    }
    #expect(try fault(nil)?.code == .selectorInvalid)
    #expect(
      try fault("{\"metadata\": {\"dbt_schema_version\": \"https://x/dbt/manifest/v13.json\"}}")?.code
        == .invalidValue)
    #expect(try fault("{\"metadata\": ")?.location?.byteOffset == 13)
  }
}
