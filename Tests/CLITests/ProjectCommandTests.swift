import Files
import Storage
import TestSupport
import Testing

/// `reelhouse ls`, `parse`, `compile` and `show`.
@Suite struct ProjectCommandTests {
  private let workspace: Workspace

  init() throws { workspace = SharedWarehouse.workspace }

  // MARK: ls

  /// One line of `ls --output json`, as the authors of dashboards and orchestrators read it.
  private struct ListedNode: Decodable {
    struct Dependencies: Decodable { let nodes: [String] }
    struct Config: Decodable {
      let materialized: String?
      let enabled: Bool?
    }
    let unique_id: String
    let resource_type: String
    let depends_on: Dependencies
    let tags: [String]
    let config: Config
    let fqn: [String]
    let original_file_path: String
    let name: String?
  }

  private static let keys = [
    "unique_id", "resource_type", "depends_on", "tags", "config", "fqn", "original_file_path",
  ]

  private func list(_ arguments: [String]) throws -> [ListedNode] {
    let result = try workspace.start(["ls", "--output", "json", "--output-keys"] + arguments).finish()
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    return try result.outputLines.map { try JSON.decode(ListedNode.self, from: $0) }
  }

  @Test("ls --output json writes one object a line with the keys that are asked for")
  func json() throws {
    let nodes = try list(Self.keys)
    #expect(nodes.count == 121)
    #expect(Set(nodes.map(\.unique_id)).count == nodes.count)
    #expect(nodes.allSatisfy { $0.name == nil })
    let model = try #require(nodes.first { $0.unique_id == "model.letterboxd.movies_by_year" })
    #expect(model.resource_type == "model")
    #expect(model.depends_on.nodes == ["model.letterboxd.stg_movies"])
    #expect(model.config.materialized == "table")
    #expect(model.fqn == ["letterboxd", "main", "movies_by_year"])
    #expect(model.original_file_path == "models/main/movies_by_year.sql")
    let known = Set(nodes.map(\.unique_id))
    for node in nodes {
      #expect(node.depends_on.nodes.allSatisfy(known.contains), "\(node)")
      #expect(FileSystem.exists(Repository.file(node.original_file_path)), "\(node)")
    }
  }

  @Test("the keys may be one argument, as the shell of a task may give them")
  func jsonKeysInOneArgument() throws {
    #expect(
      try list([Self.keys.joined(separator: " "), "--resource-type", "seed"]).map(\.unique_id) == [
        "seed.letterboxd.theme_groups"
      ])
  }

  @Test("without keys, ls --output json has dbt's")
  func jsonDefault() throws {
    let result = try workspace.succeed(
      "ls", "--output", "json", "--select", "movies_by_year", "--resource-type", "model")
    #expect(result.outputLines.count == 1)
    for key in [
      "alias", "name", "package_name", "depends_on", "tags", "config", "resource_type", "original_file_path",
      "unique_id",
    ] {
      #expect(result.output.contains("\"\(key)\":"), "\(result)")
    }
  }

  @Test(
    "selectors choose as dbt's do",
    arguments: [
      (["--select", "movies_by_year"], ["movies_by_year"]),
      (["--select", "+movies_by_year"], ["movies_by_year", "stg_movies"]),
      (["--select", "stg_themes+1"], ["stg_movie_theme_groups", "stg_themes"]),
      (
        ["--select", "main", "--exclude", "movies_by_*"],
        ["actor_careers", "director_careers", "releases_by_country"]
      ),
      (["--select", "path:models/main/movies_by_year.sql"], ["movies_by_year"]),
      (["--select", "+movies_by_year,config.materialized:view"], ["stg_movies"]),
      (["-s", "movies_by_year stg_crew"], ["movies_by_year", "stg_crew"]),
    ])
  func selection(options: [String], names: [String]) throws {
    let arguments = ["ls", "--output", "name", "--resource-type", "model"] + options
    let result = try workspace.start(arguments).finish()
    result.expectSuccess()
    #expect(result.outputLines == names, "\(result)")
  }

  @Test("the forms of a line")
  func forms() throws {
    func list(_ form: String, _ type: String, _ select: String) throws -> [String] {
      try workspace.succeed("ls", "--output", form, "--resource-type", type, "--select", select).outputLines
    }
    #expect(try list("selector", "model", "movies_by_year") == ["letterboxd.main.movies_by_year"])
    #expect(try list("path", "model", "movies_by_year") == ["models/main/movies_by_year.sql"])
    #expect(try list("name", "source", "source:letterboxd.movies") == ["letterboxd.movies"])
    #expect(
      try list("selector", "source", "source:letterboxd.movies") == ["source:letterboxd.letterboxd.movies"])
  }

  @Test("a selector that matches nothing is a warning with the nearest name")
  func unmatched() throws {
    let result = try workspace.run("ls", "--select", "movies_by_yaer")
    #expect(result.status == 0 && result.output.isEmpty, "\(result)")
    #expect(
      result.codes == ["RH2206"] && result.errors.contains("did you mean 'movies_by_year'"), "\(result)")
    #expect(result.errors.contains("No nodes selected!"), "\(result)")
  }

  // MARK: parse and compile

  @Test("parse writes the manifest where DBT_TARGET_PATH says")
  func parse() throws {
    let workspace = try Workspace()
    try workspace.succeed("parse")
    let manifest = try FileSystem.readText(workspace.folder.file("target/manifest.json"))
    #expect(manifest.contains("\"model.letterboxd.movies_by_year\""))
    #expect(!FileSystem.exists(workspace.warehousePath))
  }

  @Test("compile writes the SQL of every model and test, and prints that of a single one")
  func compile() throws {
    let workspace = try Workspace()
    let all = try workspace.succeed("compile")
    #expect(all.output.isEmpty && all.errors.contains("Compiled 111 nodes"), "\(all)")
    let path = workspace.folder.file("target/compiled/letterboxd/models/main/movies_by_year.sql")
    let one = try workspace.succeed("compile", "--select", "movies_by_year")
    let file = try FileSystem.readText(path)
    #expect(one.output.trimmed == file.trimmed)
    #expect(one.output.contains("from \"staged\".\"stg_movies\"") || one.output.contains("staged"), "\(one)")
    #expect(!one.output.contains("{{"), "\(one)")
    #expect(!FileSystem.exists(workspace.warehousePath))
  }

  @Test("compile --inline renders a template and prints nothing else")
  func compileInline() throws {
    let result = try workspace.succeed(
      "compile", "--inline", "select {{ 1 + 1 }} as two -- {{ target.name }}")
    #expect(result.output == "select 2 as two -- local\n" && result.errors.isEmpty, "\(result)")
  }

  @Test("a template that cannot be rendered is told with its place")
  func compileFault() throws {
    let result = try workspace.run("compile", "--inline", "select * from {{ ref('stg_movie') }}")
    #expect(result.status == 2 && result.codes == ["RH2201"], "\(result)")
    #expect(result.errors.contains("--inline:1:18"), "\(result)")
    #expect(result.errors.contains("did you mean 'stg_movies'"), "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    let syntax = try workspace.run("compile", "--inline", "select {{ 1 + }}")
    #expect(syntax.status == 2 && syntax.codes == ["RH2101"], "\(syntax)")
  }

  // MARK: show

  @Test("show runs a model's query over the draft and stores nothing")
  func show() throws {
    let before = try Digest.sha256(fileAt: workspace.warehouse.draftFile(.main))
    let result = try workspace.succeed("show", "--select", "movies_by_year", "--limit", "3", "-o", "csv")
    #expect(
      result.outputLines.count == 4 && result.outputLines[0] == "release_year,movies,average_minutes",
      "\(result)")
    let all = try workspace.succeed("show", "--select", "movies_by_year", "--limit", "-1", "-o", "csv")
    #expect(try workspace.query("select count(*) from movies_by_year") == ["\(all.outputLines.count - 1)"])
    #expect(try Digest.sha256(fileAt: workspace.warehouse.draftFile(.main)) == before)
  }

  @Test("show --inline runs a template")
  func showInline() throws {
    let sql = "select count(*) as n from {{ ref('stg_movies') }}"
    let result = try workspace.succeed("show", "--inline", sql, "-o", "csv")
    let count = try workspace.query("select count(*) from stg_movies")
    #expect(result.output == "n\n\(count[0])\n", "\(result)")
  }

  @Test("show of a seed shows its rows")
  func showSeed() throws {
    let result = try workspace.succeed("show", "--select", "theme_groups", "--limit", "-1", "-o", "ndjson")
    #expect(result.outputLines.count == 109, "\(result)")
  }

  @Test("show refuses to write, and tells a fault's place in the template")
  func showFaults() throws {
    let write = try workspace.run("show", "--inline", "delete from movies_by_year")
    #expect(write.status == 2 && !write.codes.isEmpty, "\(write)")
    let fault = try workspace.run("show", "--inline", "select\n  mvies\nfrom {{ ref('movies_by_year') }}")
    #expect(fault.status == 2 && fault.codes == ["RH1401"], "\(fault)")
    #expect(fault.errors.contains(":2:3"), "\(fault)")
  }
}

extension String {
  /// Without white space around it.
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
