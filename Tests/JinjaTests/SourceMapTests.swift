import Jinja
import Testing

struct SourceMapTests {
  private func render(_ text: String, _ variables: [String: Value] = [:]) throws -> RenderedTemplate {
    try Renderer(environment: Environment(), scope: Scope(variables: variables))
      .render(Template(text, name: "models/m.sql"))
  }

  @Test("copied text leads to its own place")
  func verbatim() throws {
    let text = "{{ a }}\nselect x\nfrom {{ b }} where y = 1"
    let rendered = try render(text, ["a": "-- a much longer line\n-- of two", "b": "t"])
    #expect(rendered.text == "-- a much longer line\n-- of two\nselect x\nfrom t where y = 1")
    let place = rendered.sourceMap.location(line: 4, column: 14)
    #expect(rendered.text.utf8.count == 59)
    #expect(place.line == 3)
    #expect(place.column == 20)
    #expect(place.path == "models/m.sql")
    #expect(rendered.sourceMap.location(line: 3, column: 8).column == 8)
  }

  @Test("what an expression made leads to the expression")
  func generated() throws {
    let rendered = try render("select\n  {{ cols }}\nfrom t", ["cols": "a,\nb,\nc"])
    for offset in 9..<16 {
      let place = rendered.sourceMap.location(ofByte: offset)
      #expect(place.line == 2)
      #expect(place.column == 3)
    }
    #expect(rendered.sourceMap.excerpt(ofByte: 10) == "  {{ cols }}")
  }

  @Test("the text of a loop leads to the loop's body each time")
  func loops() throws {
    let rendered = try render("{% for x in [1,2] %}\na{{ x }}b\n{% endfor %}")
    #expect(rendered.text == "\na1b\n\na2b\n")
    #expect([1, 6].map { rendered.sourceMap.sourceOffset(ofByte: $0) } == [21, 21])
    #expect([2, 7].map { rendered.sourceMap.sourceOffset(ofByte: $0) } == [22, 22])
    #expect([3, 8].map { rendered.sourceMap.sourceOffset(ofByte: $0) } == [29, 29])
  }

  @Test("a macro's text leads to its call")
  func macros() throws {
    let rendered = try render("{% macro m() %}x\ny{% endmacro %}\nselect {{ m() }}")
    #expect(rendered.text == "\nselect x\ny")
    #expect(rendered.sourceMap.location(line: 3, column: 1).line == 3)
    #expect(rendered.sourceMap.location(line: 3, column: 1).column == 8)
  }

  @Test("columns count characters, offsets bytes")
  func characters() throws {
    let rendered = try render("é{{ 'ü' }}ñx")
    #expect(rendered.sourceMap.location(line: 1, column: 4).column == 12)
    #expect(rendered.sourceMap.sourceOffset(ofByte: 6) == 14)
  }

  @Test("Windows line breaks do not shift places")
  func windowsLineBreaks() throws {
    let rendered = try render("a\r\nb\r\n{{ 1 }} c d")
    #expect(rendered.text == "a\nb\n1 c d")
    let place = rendered.sourceMap.location(line: 3, column: 5)
    #expect(place.line == 3)
    #expect(place.column == 11)
    #expect(rendered.sourceMap.location(line: 2, column: 1).byteOffset == 3)
  }

  @Test("offsets outside of the text lead to its ends")
  func outside() throws {
    let rendered = try render("ab{{ 1 }}cd")
    #expect(rendered.sourceMap.sourceOffset(ofByte: -5) == 0)
    #expect(rendered.sourceMap.sourceOffset(ofByte: 1000) == 11)
    #expect(try render("").sourceMap.location(ofByte: 3).line == 1)
    #expect(rendered.sourceMap.location(line: 99, column: 99).line == 1)
  }

  @Test("a template that was cut out of a file keeps the file's lines")
  func firstLine() throws {
    let source = Source(name: "models/m.yml", text: "a\n{{ nope.x }}", firstLine: 10)
    let error = try #require(throws: TemplateError.self) {
      try Renderer(environment: Environment(), scope: Scope()).renderText(Template(source))
    }
    #expect(error.location?.line == 11)
    #expect(error.excerpt == "{{ nope.x }}")
  }
}
