import Diagnostics
import TestSupport
import Testing
import Transform

@Suite("Broken projects")
struct BrokenProjectTests {
  @Test("is refused with its code, place and remedy before anything runs", arguments: BrokenProject.cases)
  func isRefused(_ broken: BrokenProject) throws {
    let fixture = try ProjectFixture(broken.files)
    let faults = try fixture.faults()
    let fault = try #require(faults.first)
    #expect(fault.code == broken.code)
    let location = try #require(fault.location)
    let place = location.line.map { "\(location.path):\($0)" } ?? location.path
    #expect(place == broken.place || place.hasSuffix("/" + broken.place) || location.path == broken.place)
    let words = ([fault.message] + fault.hints + fault.notes).joined(separator: "\n")
    #expect(broken.says.isEmpty || words.contains(broken.says), "\(words)")
  }

  @Test("tells all of its faults at once")
  func tellsAll() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select * from {{ ref('nope') }}", "models/b.sql": "select {{ 1 + }}",
      "models/m.yml": "models:\n  - name: a\n    colums: []",
    ])
    let codes = Set(try fixture.faults().map(\.code))
    #expect(codes.isSuperset(of: [.unknownKey, .templateSyntax]))
  }

  @Test("a fault of one model is not repeated for those that read it")
  func isToldOnce() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select nope", "models/b.sql": "select * from {{ ref('a') }}",
      "models/c.sql": "select * from {{ ref('b') }}",
    ])
    #expect(try fixture.faults().count == 1)
  }
}
