import Diagnostics
import SQLite
import Testing
import Transform

@Suite("Enforced contracts")
struct ContractTests {
  private func fixture(_ sql: String, columns: String, constraints: String = "[]", config: String = "") throws
    -> ProjectFixture
  {
    try ProjectFixture([
      "models/a.sql": "\(config)\(sql)",
      "models/m.yml": """
      models:
        - name: a
          config: {contract: {enforced: true}}
          constraints: \(constraints)
          columns: \(columns)
      """,
    ])
  }

  @Test("a model that keeps its contract is made with its constraints")
  func keeps() throws {
    let fixture = try fixture(
      "select 1 as id, 'x' as name",
      columns:
        "[{name: id, data_type: integer, constraints: [{type: not_null}, {type: primary_key}]}, {name: name, data_type: varchar, constraints: [{type: check, expression: \"name <> ''\"}]}]",
      constraints: "[{type: unique, columns: [id, name], name: both}]")
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success], "\(results.compactMap(\.diagnostic))")
    let sql = try fixture.rows("select sql from staged.sqlite_schema where name = 'a'")
    guard case .text(let text)? = sql.first?.first else {
      Issue.record("there is no table")
      return
    }
    for part in ["not null", "unique", "check (name <> '')", "constraint \"both\" unique (\"id\", \"name\")"]
    {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test(
    "rows that break a constraint fail the model with its own name",
    arguments: [
      ("[{type: not_null}]", "select null as id", "NOT NULL"),
      ("[{type: unique}]", "select 1 as id union all select 1", "UNIQUE"),
      ("[{type: primary_key}]", "select 1 as id union all select 1", "UNIQUE"),
      ("[{type: primary_key}]", "select null as id", "NOT NULL"),
      ("[{type: check, expression: 'id > 0'}]", "select -1 as id", "CHECK"),
    ])
  func breaks(_ constraints: String, _ sql: String, _ word: String) throws {
    let fixture = try fixture(sql, columns: "[{name: id, data_type: integer, constraints: \(constraints)}]")
    let result = try #require(try fixture.run(.build).first)
    #expect(result.diagnostic?.code == .contractBroken)
    #expect(result.message?.contains(word) == true)
    #expect(result.message?.contains("__dbt_tmp") == false)
  }

  @Test(
    "values of another type than the contract's fail the model",
    arguments: [
      ("integer", "'abc'"), ("integer", "1.5"), ("text", "x'00'"), ("date", "20240101"), ("boolean", "'yes'"),
    ])
  func types(_ type: String, _ value: String) throws {
    let fixture = try fixture(
      "select \(value) as x union all select null", columns: "[{name: x, data_type: \(type)}]")
    let result = try #require(try fixture.run(.build).first)
    #expect(result.diagnostic?.code == .contractBroken, "\(result.diagnostic as Any)")
    #expect(result.diagnostic?.location?.path == "models/m.yml")
    #expect(result.message?.contains("1 value") == true)
  }

  @Test(
    "values of the contract's type pass",
    arguments: [
      ("integer", "1"), ("real", "1"), ("text", "1"), ("date", "'2024-01-01'"), ("boolean", "1"),
      ("timestamp", "'2024-01-01 00:00:00'"), ("integer", "'7'"),
    ])
  func passes(_ type: String, _ value: String) throws {
    let fixture = try fixture("select \(value) as x", columns: "[{name: x, data_type: \(type)}]")
    #expect(try fixture.run(.build).map(\.status) == [.success])
  }

  @Test("new rows of an incremental model keep the contract too")
  func incremental() throws {
    let fixture = try fixture(
      "select {{ var('x', 1) }} as x", columns: "[{name: x, data_type: integer}]",
      config: "{{ config(materialized='incremental', on_schema_change='fail') }}")
    #expect(try fixture.run(.build).map(\.status) == [.success])
    let result = try #require(try fixture.run(.build, project: fixture.project(vars: "{x: \"'no'\"}")).first)
    #expect(result.diagnostic?.code == .contractBroken)
    #expect(try fixture.rows("select x from staged.a") == [[.integer(1)]])
  }
}
