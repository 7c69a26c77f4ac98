import Diagnostics
import Testing

@Suite struct DiagnosticCodeTests {
  @Test("every code is RH and four digits", arguments: DiagnosticCode.allCases)
  func form(_ code: DiagnosticCode) {
    #expect(code.rawValue.wholeMatch(of: /RH[0-9]{4}/) != nil)
  }

  @Test("no number is given twice, and they stand in order")
  func unique() {
    let numbers = DiagnosticCode.allCases.map(\.rawValue)
    #expect(numbers == Set(numbers).sorted())
  }
}
