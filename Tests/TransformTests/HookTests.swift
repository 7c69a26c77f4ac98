import SQLite
import Testing
import Transform

@Suite("Hooks of models")
struct HookTests {
  @Test("hooks run in order, before and after, with the model's context")
  func order() throws {
    let fixture = try ProjectFixture([
      "dbt_project.yml": ProjectFixture.projectFile
        .replacing(
          "    +materialized: table",
          with: "    +materialized: table\n    +pre-hook: \"create table if not exists main.log(what)\""),
      "models/a.sql": """
      {{ config(
           pre_hook=["insert into main.log values ('before ' || (select count(*) from main.log))"],
           post_hook=[{"sql": "insert into main.log select 'after ' || x from {{ this }}"},
                      "insert into main.log values ('last {{ var('word', 'none') }}')"]) }}
      select 7 as x
      """,
    ])
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success], "\(results.compactMap(\.diagnostic))")
    #expect(
      try fixture.rows("select what from main.log")
        == [[.text("before 0")], [.text("after 7")], [.text("last none")]])
  }

  @Test("a hook that fails fails its model, and takes back what was done")
  func fails() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 1 as x"])
    try fixture.run(.build)
    try fixture.write("models/a.sql", "{{ config(post_hook='select * from nowhere') }} select 2 as x")
    let result = try #require(try fixture.run(.build).first)
    #expect(result.diagnostic?.code == .hookFailed)
    #expect(result.diagnostic?.notes.joined().contains("nowhere") == true)
    #expect(try fixture.rows("select x from staged.a") == [[.integer(1)]])
  }

  @Test("a hook may not end the transaction that it runs in", arguments: ["commit", "rollback", "begin"])
  func transactions(_ word: String) throws {
    let fixture = try ProjectFixture(["models/a.sql": "{{ config(pre_hook='\(word)') }} select 2 as x"])
    let result = try #require(try fixture.run(.build).first)
    #expect(result.diagnostic?.code == .hookFailed)
    #expect(result.diagnostic?.hints.joined().contains("may not begin or end") == true)
  }
}
