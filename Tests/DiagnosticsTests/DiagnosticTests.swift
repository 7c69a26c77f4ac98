import Diagnostics
import Testing

@Suite struct DiagnosticTests {
  private struct Stranger: Error, CustomStringConvertible {
    var description: String { "out of paper" }
  }

  @Test("an error of a list stands for all of them")
  func list() {
    let one = Diagnostic(.sqlError, "one")
    let two = Diagnostic(.sqlBusy, "two")
    #expect(Diagnostic.all(of: DiagnosticList([one, two])) == [one, two])
    #expect(Diagnostic.all(of: one) == [one])
  }

  @Test("an unknown error is told as a fault of ours")
  func unknown() {
    let told = Diagnostic.all(of: Stranger())
    #expect(told.map(\.code) == [.internalError])
    #expect(told.first?.message == "out of paper")
    #expect(told.first?.hints.isEmpty == false)
  }

  @Test("a note is added behind those there are")
  func note() {
    let noted = Diagnostic(.sqlError, "m", notes: ["a"]).noting("b")
    #expect(noted.notes == ["a", "b"])
  }

  @Test(
    "a place is written as far as it is known",
    arguments: [
      (Diagnostics.SourceLocation(path: "a"), "a"), (Diagnostics.SourceLocation(path: "a", line: 2), "a:2"),
      (Diagnostics.SourceLocation(path: "a", line: 2, column: 3), "a:2:3"),
      (Diagnostics.SourceLocation(path: "a", column: 3), "a"),
      (
        Diagnostics.SourceLocation(path: "z!m.csv", line: 2, column: 3, byteOffset: 40),
        "z!m.csv:2:3 (byte 40)"
      ),
    ])
  func place(location: Diagnostics.SourceLocation, text: String) {
    #expect(location.description == text)
  }
}
