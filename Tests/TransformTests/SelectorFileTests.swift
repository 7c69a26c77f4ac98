import Diagnostics
import TestSupport
import Testing
import Transform

@Suite("selectors.yml")
struct SelectorFileTests {
  private func fixture(_ selectors: String) throws -> ProjectFixture {
    try ProjectFixture([
      "models/a.sql": "{{ config(tags=['nightly']) }} select 1 as id",
      "models/b.sql": "{{ config(tags=['nightly'], materialized='view') }} select * from {{ ref('a') }}",
      "models/c.sql": "select * from {{ ref('b') }}",
      "models/m.yml": "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]",
      "selectors.yml": selectors,
    ])
  }

  private func names(_ selectors: String, _ name: String) throws -> [String] {
    let fixture = try fixture(selectors)
    defer { withExtendedLifetime(fixture) {} }
    let project = try fixture.project(vars: "{which: nightly}")
    let spec = try project.selectors(indirectSelection: .eager).spec(named: name)
    return try Selector(project.manifest, project.graph).select(spec).uniqueIDs
      .compactMap { project.manifest.nodes[$0]?.name }.sorted()
  }

  @Test(
    "a definition selects what it says",
    arguments: [
      ("tag:nightly", ["a", "b", "unique_a_id"]),
      ("{tag: nightly}", ["a", "b", "unique_a_id"]),
      ("{method: fqn, value: b, parents: true}", ["a", "b", "unique_a_id"]),
      ("{method: fqn, value: a, children: true, children_depth: 1}", ["a", "b", "unique_a_id"]),
      ("{method: fqn, value: a, indirect_selection: empty}", ["a"]),
      ("{method: fqn, value: c, childrens_parents: true}", ["a", "b", "c", "unique_a_id"]),
      ("{method: tag, value: nightly, exclude: [b]}", ["a", "unique_a_id"]),
      ("{method: config.enabled, value: true, exclude: ['resource_type:test']}", ["a", "b", "c"]),
      ("{union: [a, c, {exclude: ['resource_type:test']}]}", ["a", "c"]),
      ("{intersection: ['tag:nightly', {method: config.materialized, value: view}]}", ["b"]),
      ("\"tag:{{ var('which') }}\"", ["a", "b", "unique_a_id"]),
    ])
  func selects(_ definition: String, _ expected: [String]) throws {
    #expect(try names("selectors: [{name: x, definition: \(definition)}]", "x") == expected)
  }

  @Test("a selector inherits from one above it")
  func inherits() throws {
    let text = """
      selectors:
        - {name: base, definition: "tag:nightly"}
        - {name: heir, definition: {union: [{method: selector, value: base}, {exclude: [b]}]}}
      """
    #expect(try names(text, "heir") == ["a", "unique_a_id"])
  }

  @Test("the default may depend on a template")
  func defaults() throws {
    let fixture = try fixture(
      "selectors: [{name: x, default: \"{{ target.name == 'local' }}\", definition: a}, {name: y, definition: b}]"
    )
    defer { withExtendedLifetime(fixture) {} }
    let project = try fixture.project()
    #expect(try project.selectors(indirectSelection: .eager).defaultEntry?.name == "x")
  }

  @Test(
    "what cannot be read is refused with the selector's name and a hint",
    arguments: [
      ("{name: x, definition: \"tga:x\"}", "did you mean 'tag'"),
      ("{name: x, definition: {method: selector, value: y}}", "define 'y' above 'x'"),
      ("{name: x, definition: [a]}", "write `tag:nightly`"),
      ("{name: x, definition: {value: a, parents: true}}", "such as `tag: nightly`"),
      ("{name: x, definition: {union: a}}", "behind a dash"),
      ("{name: x, definition: {union: [a], intersection: [b]}}", "put what else there is"),
      ("{name: x, definition: {union: [{exclude: [a]}, {exclude: [b]}]}}", "merge the two"),
      ("{name: x, definition: {method: fqn, value: a, indirect_selection: eagr}}", "did you mean 'eager'"),
      ("{name: x}", "add `definition"),
    ])
  func refuses(_ entry: String, _ hint: String) throws {
    let fault = try #require(diagnostic { _ = try names("selectors: [\(entry)]", "x") })
    #expect(fault.message.contains("'x'") || fault.notes.joined().contains("'x'"), "\(fault)")
    #expect(fault.hints.joined().contains(hint), "\(fault)")
  }

  @Test("two defaults and an unknown name are refused")
  func unknown() throws {
    let twice =
      "selectors: [{name: x, default: true, definition: a}, {name: y, default: true, definition: b}]"
    #expect(diagnostic { _ = try names(twice, "x") }?.message.contains("both the default") == true)
    let one = "selectors: [{name: nightly, definition: a}]"
    #expect(diagnostic { _ = try names(one, "nightyl") }?.hints == ["did you mean 'nightly'?"])
  }
}
