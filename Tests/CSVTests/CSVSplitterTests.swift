import CSV
import Testing

@Suite struct CSVSplitterTests {
  @Test(
    "rows and fields are found",
    arguments: [
      ("", []),
      ("a", [["a"]]),
      ("a,b\n", [["a", "b"]]),
      ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
      ("a,b\nc,d\r\ne,f", [["a", "b"], ["c", "d"], ["e", "f"]]),
      ("a,,c\n,,\n", [["a", nil, "c"], [nil, nil, nil]]),
      ("a,", [["a", nil]]),
      ("\"\",\n", [["", nil]]),
      ("\"a\",\"b\"\n", [["a", "b"]]),
      ("\"a\",\"b\"", [["a", "b"]]),
      ("\"a\",", [["a", nil]]),
      ("\"a,b\",\"c\nd\"\n", [["a,b", "c\nd"]]),
      ("\"c\r\nd\",e\r\n", [["c\r\nd", "e"]]),
      ("\"say \"\"hi\"\"\",\"\"\"\"\n", [["say \"hi\"", "\""]]),
      ("\"\"\"\"\"\"\n", [["\"\""]]),
      ("a\\,b\n", [["a\\", "b"]]),
      (" a , b \n", [[" a ", " b "]]),
      ("a\rb,c\n", [["a\rb", "c"]]),
      ("a,b\r", [["a", "b"]]),
      ("\"a\"\r", [["a"]]),
      ("\"a\"\r\n\"b\"", [["a"], ["b"]]),
      ("\n\na\n\r\n", [[nil], [nil], ["a"], [nil]]),
      ("\u{FEFF}a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("\u{FEFF}\"a\"\n", [["a"]]),
      ("\u{FEFF}", []),
      ("None,NA,null\n", [["None", "NA", "null"]]),
      ("Greek\u{A0}(modern),кино,映画,🎬\n", [["Greek\u{A0}(modern)", "кино", "映画", "🎬"]]),
    ] as [(String, [[String?]])])
  func splits(text: String, fields: [[String?]]) {
    let splitting = Splitting(text)
    #expect(splitting.fields == fields)
    #expect(splitting.faults.isEmpty)
  }

  @Test("another delimiter makes the comma an ordinary byte", arguments: [";", "\t", "|"])
  func delimiter(character: String) {
    let dialect = CSVDialect(delimiter: Array(character.utf8)[0])
    #expect(
      Splitting("a,b\(character)\"c\(character)d\"\n", dialect: dialect).fields == [
        ["a,b", "c\(character)d"]
      ])
  }

  @Test("a row knows its line, its byte and its text, line breaks inside fields counted")
  func places() {
    let splitting = Splitting("\u{FEFF}id,text\r\n1,\"two\nlines\"\r\n2,\"кино\"\n3,x")
    #expect(splitting.rows.map(\.line) == [1, 2, 4, 5])
    #expect(splitting.rows.map(\.byteOffset) == [3, 12, 27, 40])
    #expect(splitting.rows.map(\.raw) == ["id,text", "1,\"two\nlines\"", "2,\"кино\"", "3,x"])
  }

  @Test(
    "what is no sound CSV is told with its place, and the next line is a row again",
    arguments: [
      ("a,b\n1,\"x\n2,y\n", .unterminatedQuote, 1, 6, 2, [["a", "b"], ["1", "\"x"], ["2", "y"]]),
      ("a\n\"p\nq\",\"r\ns\n", .unterminatedQuote, 1, 8, 3, [["a"], ["p\nq", "\"r"], ["s"]]),
      ("\"", .unterminatedQuote, 0, 0, 1, [["\""]]),
      ("a,\"b\"c,d\ne\n", .textAfterQuote, 0, 5, 1, [["a", "\"b\"c", "d"], ["e"]]),
      ("\"b\"\rc\ne\n", .textAfterQuote, 0, 3, 1, [["\"b\"\rc"], ["e"]]),
      ("a,b\"c\"\ne\n", .strayQuote, 0, 3, 1, [["a", "b\"c\""], ["e"]]),
      ("a, \"b\"\ne\n", .strayQuote, 0, 3, 1, [["a", " \"b\""], ["e"]]),
    ] as [(String, CSVFault.Kind, Int, Int, Int, [[String?]])])
  func faults(
    text: String, kind: CSVFault.Kind, row: Int, byteOffset: Int, line: Int, fields: [[String?]]
  ) {
    let splitting = Splitting(text)
    #expect(splitting.faults == [.init(kind: kind, row: row, byteOffset: byteOffset, line: line)])
    #expect(splitting.fields == fields)
  }

  @Test("bytes that are not UTF-8 are told with their exact place, one fault a row")
  func encoding() {
    let bytes =
      Array("a,b\n\"x\n".utf8) + [0xFF, 0xFE] + Array("\",y\nz,".utf8) + [0xED, 0xA0, 0x80]
      + Array("\n1,2\n".utf8)
    let splitting = Splitting(bytes)
    #expect(
      splitting.faults == [
        .init(kind: .invalidUTF8, row: 1, byteOffset: 7, line: 3),
        .init(kind: .invalidUTF8, row: 2, byteOffset: 15, line: 4),
      ])
    #expect(splitting.fields[3] == ["1", "2"])
  }

  @Test("a field beyond the limit ends the reading, whether it is whole or not", arguments: [1, 3, 8, 100])
  func largeField(byteCapacity: Int) {
    let dialect = CSVDialect(maximumFieldByteCount: 10)
    for large in ["12345678901", "12345678901234567890", "\"1234\n567890\"", "\"1234\n5678901"] {
      let splitting = Splitting(
        Array("a,b\nc,\(large)\nd,e\n".utf8), byteCapacity: byteCapacity, dialect: dialect)
      let offset = large.hasPrefix("\"") ? 7 : 6
      #expect(splitting.faults == [.init(kind: .fieldTooLarge, row: 1, byteOffset: offset, line: 2)])
      #expect(splitting.fields == [["a", "b"]])
    }
    #expect(Splitting("1234567890\r\n", dialect: dialect).faults.isEmpty)
  }

  @Test("a row beyond the limit ends the reading", arguments: [1, 7, 1000])
  func largeRow(byteCapacity: Int) {
    let text = "a,b\n" + String(repeating: "1234,", count: 10)
    let splitting = Splitting(
      Array(text.utf8), byteCapacity: byteCapacity, dialect: CSVDialect(maximumFieldByteCount: 10))
    #expect(splitting.faults == [.init(kind: .rowTooLarge, row: 1, byteOffset: 4, line: 2)])
  }

  @Test("a row far beyond a batch's usual size is carried over whole")
  func longRow() {
    let long = String(repeating: "x\n\"\"", count: 50_000)
    let splitting = Splitting(Array("1,\"\(long)\"\n2,y\n".utf8), byteCapacity: 64)
    #expect(splitting.faults.isEmpty)
    #expect(splitting.rows.count == 2)
    #expect(splitting.fields[0][1]?.utf8.count == 150_000)
    #expect(splitting.rows[1].line == 50_002)
  }

  private static let samples = [
    "id,name\r\n1,\"a \"\"b\"\" c\"\r\n2,\"x\r\ny\"\n\n3,\"\",\r\n",
    "\u{FEFF}\"h\",k\n\"1\",\"\"\"\"\nкино,\"映\n画\"\r\n,,\r",
    "a,b\nx\"y,1\n\"z\"z,2\nq,\"open\nnever,closed\nlast,one",
    "\u{FEFF}",
    "a,\"b\"\r\"c\"\n\"\"\"\n\"",
  ]

  @Test("the result is the same at every size of batch and piece", arguments: samples)
  func everyChunkSize(text: String) {
    let bytes = Array(text.utf8)
    let whole = Splitting(bytes)
    for byteCapacity in 1...(bytes.count + 1) {
      #expect(Splitting(bytes, byteCapacity: byteCapacity) == whole, "capacity \(byteCapacity)")
      #expect(
        Splitting(bytes, byteCapacity: byteCapacity, pieceByteCount: 1) == whole, "capacity \(byteCapacity)")
    }
  }

  @Test("random bytes are split the same way whatever the sizes, and every byte is accounted for")
  func randomBytes() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SplitMix(state: seed)
    let alphabet = Array("a,\"\n\r\"\n,b".utf8) + [0xC3, 0xA9, 0xFF, 0xEF, 0xBB, 0xBF, 0]
    for round in 0..<3000 {
      let count = Int.random(in: 0...60, using: &generator)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      let whole = Splitting(bytes)
      let byteCapacity = Int.random(in: 1...20, using: &generator)
      let pieces = Splitting(
        bytes, byteCapacity: byteCapacity, pieceByteCount: Int.random(in: 1...9, using: &generator))
      #expect(pieces == whole, "seed \(seed), round \(round), capacity \(byteCapacity), bytes \(bytes)")
      let starts = whole.rows.map(\.byteOffset)
      #expect(starts == starts.sorted() && Set(starts).count == starts.count, "seed \(seed), round \(round)")
    }
  }

  @Test("what was written with quotes where needed is read back")
  func roundTrip() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SplitMix(state: seed)
    let pieces = ["a", ",", "\"", "\n", "\r\n", "é", "映", " ", "bc"]
    for _ in 0..<500 {
      let rows: [[String]] = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        (0..<3).map { _ in
          (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
          }
          .joined()
        }
      }
      let text = rows.map { $0.map { CSVQuoting.field($0) }.joined(separator: ",") + "\r\n" }.joined()
      #expect(Splitting(text).fields == rows, "seed \(seed)")
    }
  }
}

/// A generator whose whole state is a printable seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
