import SQLite
import Testing

@Suite struct ColumnFactsTests {
  private let folder = DatabaseFolder()

  private func facts(_ values: [SQLiteValue], type: String = "") throws -> ColumnFacts {
    defer { unlinkFile(folder.file("a.db")) }
    let definition = try TableDefinition("t", [.init("x", type)])
    return try writeTable(folder.file("a.db"), definition, values.map { [$0] }).columns[0]
  }

  // MARK: Texts

  private static let long = "sixteen bytes and more"

  @Test("texts of up to sixteen bytes are told whole")
  func exactBounds() throws {
    let bounds = try #require(try facts(["b", "", "zz", .null, "ä", "sixteen bytes 16"]).texts)
    #expect(bounds.lower == "")
    #expect(bounds.upper == "ä")
    #expect(bounds.isLowerExact && bounds.isUpperExact)
    #expect(try facts([.null, 1, .blob([0])]).texts == nil)
    let zeros = try #require(try facts(["a\u{0}", "a\u{0}\u{0}", "a\u{0}\u{0}\u{0}"]).texts)
    #expect(zeros.lower == "a\u{0}")
    #expect(zeros.upper == "a\u{0}\u{0}\u{0}")
  }

  @Test("longer texts give a beginning below and a text above all of them")
  func roundedBounds() throws {
    let bounds = try #require(try facts([.text(Self.long), .text(Self.long + "!")]).texts)
    #expect(bounds.lower == "sixteen bytes an")
    #expect(bounds.upper == "sixteen bytes ao")
    #expect(!bounds.isLowerExact && !bounds.isUpperExact)
    // The sixteenth byte is the first of a letter's two.
    let cut = try #require(try facts([.text("fifteen bytes, ä")]).texts)
    #expect(cut.lower == "fifteen bytes, ")
    #expect(cut.upper == "fifteen bytes,!")
    let greatest = String(repeating: "\u{10FFFF}", count: 5)
    #expect(try facts([.text(greatest)]).texts?.upper == nil)
    let surrogates = "fourteen bytes\u{D7FF}"
    #expect(try facts([.text(surrogates)]).texts?.upper == "fourteen bytet")
    let before = String(repeating: "a", count: 13) + "\u{D7FF}more"
    #expect(try facts([.text(before)]).texts?.upper == String(repeating: "a", count: 13) + "\u{E000}")
  }

  @Test("random texts lie between their bounds, whatever their bytes")
  func randomBounds() throws {
    var random = CaseRandom(seed: 4)
    for _ in 0..<300 {
      let isAny = random.once(in: 2)
      let texts = (0..<(1 + random.below(20))).map { _ in
        (0..<random.below(24)).map { _ in
          isAny ? UInt8(truncatingIfNeeded: random.next()) : UInt8(97 + random.below(2))
        }
      }
      let pieces = texts.map { bytes in
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        piece.copyBytes(from: bytes)
        return piece
      }
      defer { for piece in pieces { piece.deallocate() } }
      var database = try DatabaseFileWriter(path: folder.file("a.db"))
      var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
      let cells = pieces.map { RecordCell.text($0.baseAddress, count: $0.count) }
      try cells.withUnsafeBufferPointer { try table.append($0) }
      let bounds = try #require(try table.finish().columns[0].texts)
      let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
      let lower = Array(bounds.lower.utf8)
      #expect(!sorted[0].lexicographicallyPrecedes(lower))
      #expect(bounds.isLowerExact == (lower == sorted[0]))
      if let upper = bounds.upper {
        let upper = Array(upper.utf8)
        #expect(!upper.lexicographicallyPrecedes(sorted[sorted.count - 1]))
        #expect(bounds.isUpperExact == (upper == sorted[sorted.count - 1]))
      }
    }
  }

  // MARK: Different values

  @Test("few different values are counted nearly to the value")
  func fewValues() throws {
    #expect(try facts([]).distinctEstimate == 0)
    #expect(try facts([.null, .null]).distinctEstimate == 0)
    #expect(try facts(["", "", .null]).distinctEstimate == 1)
    #expect(try facts(["", .blob([]), 0, .real(0.5), "0"]).distinctEstimate == 5)
    #expect(try facts([.real(0), .real(-0.0)]).distinctEstimate == 1)
    #expect(abs(try facts((0..<5000).map { .integer($0 % 100) }).distinctEstimate - 100) <= 2)
  }

  private static let kinds: [@Sendable (Int) -> SQLiteValue] = [
    { .integer(Int64($0)) }, { .integer(Int64($0) << 40) }, { .integer(-Int64($0) * 1_000_003) },
    { .real(Double($0) / 8) }, { .real(1 / Double($0 + 1)) }, { .text("\($0)") },
    { .text("movie number \($0)") },
    { .text("https://example.com/posters/of/some/film/\($0).jpg") },
    { .blob([UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8 & 255), UInt8($0 >> 16)]) },
  ]

  @Test("many different values are estimated within four standard errors", arguments: kinds.indices)
  func manyValues(kind: Int) throws {
    for count in [1000, 20_000, 100_000] {
      let estimate = try facts((0..<count).map(Self.kinds[kind])).distinctEstimate
      #expect(abs(Double(estimate) / Double(count) - 1) < 0.065, "\(estimate) of \(count)")
    }
  }

  @Test("what was seen of parts is merged to what was seen of the whole")
  func merge() throws {
    let values: [SQLiteValue] = (0..<3000).map {
      switch $0 % 5 {
      case 0: .null
      case 1: .integer(Int64($0) - 1000)
      case 2: .real(Double($0) / 3)
      case 3: .text("text \($0) of some length")
      default: .blob([UInt8($0 % 256)])
      }
    }
    var merged = ColumnFacts()
    for start in stride(from: 0, to: values.count, by: 700) {
      merged.merge(try facts(Array(values[start..<min(start + 700, values.count)])))
    }
    #expect(try merged == facts(values))
    merged.merge(ColumnFacts())
    #expect(try merged == facts(values))
  }
}
