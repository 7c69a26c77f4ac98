import Storage
import Testing
import Transform

@Suite struct FailingRowsTests {
  private static let orders = Relation(layer: .staged, name: "orders")

  @Test("the forms of dbt's tests are understood")
  func forms() {
    let id = FailingRows.Column(relation: Self.orders, name: "id")
    #expect(FailingRows("select * from \"staged\".\"orders\" where id is null") == .nulls(id))
    #expect(
      FailingRows(
        """
        select id as unique_field, count(*) as n_records -- from nowhere
        from staged.orders where "id" is not null group by ID having count(*) > 1
        """) == .repetitions(Self.orders, columns: ["id"], skipsNulls: true))
    #expect(
      FailingRows("select a, b, count(*) from staged.orders group by a, b having count(*) > 1")
        == .repetitions(Self.orders, columns: ["a", "b"], skipsNulls: false))
    #expect(
      FailingRows(
        "select id, count(*) from staged.orders where id is not null and id not in ('a', 'it''s') group by id"
      )
        == .outside(id, ["a", "it's"]))
    #expect(
      FailingRows(
        "select id as from_field from staged.orders where id is not null and id not in (select k from main.c where k is not null)"
      ) == .orphans(id, parent: .init(relation: Relation(layer: .main, name: "c"), name: "k")))
  }

  @Test(
    "SQL of other forms is left to SQLite",
    arguments: [
      "select count(*) from staged.orders where id is null",
      "select max(id) as m from staged.orders where id is null",
      "select * from orders where id is null", "select * from elsewhere.orders where id is null",
      "select * from staged.orders o where id is null", "select * from staged.orders where id is null or 1",
      "select * from staged.orders where id is null union all select 1",
      "select * from staged.orders where rowid is null",
      "select * from staged.orders where current_date is null",
      "with x as (select 1) select * from staged.orders where id is null",
      "select id, count(*) from staged.orders where a is not null group by id having count(*) > 1",
      "select id, count(*) from staged.orders group by id having count(*) > 10",
      "select id, count(*) from staged.orders group by id having count(*) > 1 or 1",
      "select id, count(*) from staged.orders group by lower(id) having count(*) > 1",
      "select id, count(*) from staged.orders, staged.others group by id having count(*) > 1",
      "select id, count(*) from staged.orders group by id having count(id) > 1",
      "select id, count(*) from staged.orders group by id having count(*) > 1 limit 0 + 3",
      "select id, count(*) from staged.orders where id is not null and id not in (1, 2) group by id",
      "select id, count(*) from staged.orders where id is not null and id not in ('a') group by a",
      "select count(id) as n from staged.orders where id is not null and id not in (select k from main.c where k is not null)",
      "select id from staged.orders where id is not null and id not in (select k from main.c where j is not null)",
      "select id from staged.orders where id is not null and id not in (select k from main.c)",
      "select (select 1 from staged.orders where id is null", "", "select",
      "select 'from staged.orders where id is null",
    ])
  func others(sql: String) {
    #expect(FailingRows(sql) == nil)
  }
}
