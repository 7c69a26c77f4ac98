import Diagnostics
import TestSupport
import Testing
import Transform

@Suite("Selecting nodes")
struct SelectionTests {
  /// orders → customers → top, orders → days; a tag, a view, tests.
  private func selector() throws -> (Transform.Selector, Manifest) {
    let fixture = try ProjectFixture([
      "seeds/orders.csv": "id,day\n1,2\n",
      "models/core/customers.sql": "{{ config(tags=['nightly', 'core']) }} select * from {{ ref('orders') }}",
      "models/core/days.sql": "{{ config(materialized='view') }} select * from {{ ref('orders') }}",
      "models/marts/top.sql": "select * from {{ ref('customers') }}",
      "models/m.yml":
        "models:\n  - name: customers\n    columns:\n      - name: id\n        data_tests: [unique]",
      "models/s.yml": "sources:\n  - name: shop\n    schema: raw\n    tables: [{name: raw_orders}]",
      "tests/singular.sql": "select 1 as x from {{ ref('top') }} where 1 = 0",
    ])
    let project = try fixture.project()
    return (Selector(project.manifest, project.graph), project.manifest)
  }

  @Test(
    "a selector takes what it says, with the tests of what it takes",
    arguments: [
      ("customers", ["customers", "unique_customers_id"]),
      ("cust*", ["customers", "unique_customers_id"]),
      ("core", ["customers", "days", "unique_customers_id"]),
      ("shop.core.days", ["days"]),
      ("path:models/marts", ["singular", "top"]),
      ("models/core/days.sql", ["days"]),
      ("file:days.sql", ["days"]),
      ("tag:nightly", ["customers", "unique_customers_id"]),
      ("tag:nightly,tag:core", ["customers", "unique_customers_id"]),
      ("tag:nightly,path:models/marts", []),
      ("config.materialized:view", ["days"]),
      ("resource_type:seed", ["orders"]),
      ("source:shop", ["raw_orders"]),
      ("source:shop.raw_orders", ["raw_orders"]),
      ("test_type:singular", ["singular"]),
      ("test_name:unique", ["unique_customers_id"]),
      ("+customers", ["customers", "orders", "unique_customers_id"]),
      ("customers+", ["customers", "singular", "top", "unique_customers_id"]),
      ("orders+1", ["customers", "days", "orders", "unique_customers_id"]),
      ("1+top", ["customers", "singular", "top", "unique_customers_id"]),
      ("@days", ["days", "orders"]),
      ("days top", ["days", "singular", "top"]),
      ("nothing", []),
    ])
  func takes(_ text: String, _ names: [String]) throws {
    let (selector, manifest) = try selector()
    let selected = try selector.select(try SelectionSpec(parsing: [text]), exclude: nil)
    let found = selected.compactMap { manifest.nodes[$0]?.name }.sorted()
    if text == "@days" {
      #expect(Set(found).isSuperset(of: names))
    } else {
      #expect(found == names)
    }
  }

  @Test("what is excluded is left out, with its tests")
  func excludes() throws {
    let (selector, manifest) = try selector()
    let selected = try selector.select(
      nil, exclude: try SelectionSpec(parsing: ["customers", "resource_type:source"]))
    #expect(
      selected.compactMap { manifest.nodes[$0]?.name }.sorted() == ["days", "orders", "singular", "top"])
  }

  @Test(
    "a selector that makes no sense is refused with a hint",
    arguments: [
      ("tga:x", "did you mean 'tag'"), ("config:x", "config.materialized"), ("+", "write a name"),
      ("a++b", "write a name"),
    ])
  func refuses(_ text: String, _ hint: String) throws {
    let fault = try #require(diagnostic { _ = try SelectionSpec(parsing: [text]) })
    #expect(fault.code == .selectorInvalid)
    #expect(fault.hints.joined().contains(hint))
  }

  @Test("random texts never trap")
  func fuzz() throws {
    var random = SeededRandom.fresh()
    let alphabet = Array("ab.*?[]!:+@,12 /tagconfig")
    for _ in 0..<2000 {
      let text = String(
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        })
      _ = try? SelectionSpec(parsing: [text])
    }
  }
}
