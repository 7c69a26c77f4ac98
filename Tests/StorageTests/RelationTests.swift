import Storage
import Testing

@Suite struct RelationTests {
  @Test("a relation is spelt for statements, for views and for people")
  func spelling() {
    let relation = Relation(layer: .staged, name: "a \"b\"")
    #expect(relation.sql == #""staged"."a ""b""""#)
    #expect(relation.unqualifiedSQL == #""a ""b""""#)
    #expect(relation.description == #"staged.a "b""#)
  }

  @Test("relations stand in the order of the layers, then of the names")
  func order() {
    let names = [(Layer.main, "a"), (.raw, "b"), (.staged, "a"), (.raw, "a")]
    let sorted = names.map { Relation(layer: $0.0, name: $0.1) }.sorted()
    #expect(sorted.map(\.description) == ["raw.a", "raw.b", "staged.a", "main.a"])
    #expect(Layer.allCases.sorted() == [.raw, .staged, .main])
    #expect(Layer.allCases.map(\.fileName) == ["raw.db", "staged.db", "main.db"])
  }
}
