import CSV
import Foundation
import Testing

/// Python's csv module as the second opinion.
@Suite struct PythonComparisonTests {
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
    .first {
      FileManager.default.isExecutableFile(atPath: $0)
    }

  @Test("files that Python writes are read as Python reads them", .enabled(if: python != nil))
  func agrees() throws {
    let script = """
      import csv, io, json, random, sys
      random.seed(7)
      parts = ["a", ",", '"', "\\n", "\\r\\n", "\\u00e9", "\\u6620", " ", "word", "'", ";"]
      cases = []
      for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
          for ending in ("\\r\\n", "\\n"):
              for _ in range(50):
                  rows = [["".join(random.choice(parts) for _ in range(random.randint(0, 4))) for _ in range(3)]
                          for _ in range(random.randint(1, 6))]
                  text = io.StringIO(newline="")
                  csv.writer(text, quoting=quoting, lineterminator=ending).writerows(rows)
                  text = text.getvalue()
                  cases.append({"text": text, "rows": list(csv.reader(io.StringIO(text, newline="")))})
      json.dump(cases, sys.stdout)
      """
    struct Case: Decodable {
      let text: String
      let rows: [[String]]
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = ["-c", script]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let cases = try JSONDecoder().decode([Case].self, from: output.fileHandleForReading.readDataToEndOfFile())
    #expect(cases.count == 300)
    for one in cases {
      #expect(Splitting(one.text).fields.map { $0.map { $0 ?? "" } } == one.rows, "\(one.text)")
    }
  }
}
