import Jinja
import Testing

/// A small generator of random numbers whose runs can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct FuzzTests {
  private static let pieces: [String] = [
    "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "\r\n", "'", "\"", "\\", "(", ")", "[", "]", "{",
    "}", ",", ":",
    ".", "|", "~", "*", "**", "/", "//", "%", "==", "!=", "<", ">=", "=", "if", "elif", "else", "endif",
    "for", "in", "endfor",
    "set", "endset", "macro", "endmacro", "call", "endcall", "filter", "endfilter", "do", "raw", "endraw",
    "with", "endwith",
    "not", "and", "or", "is", "x", "xs", "d", "s", "n", "loop", "range", "namespace", "join", "map", "sort",
    "upper", "0", "1",
    "-1", "9223372036854775807", "1e308", "0.1", "true", "none", "é", "\u{1F600}", "\u{0}", "docs", "enddocs",
    "recursive",
    "format", "'%s'", "'{}'", ".format(", "[::", "loop.last", "break", "caller()", "xs.append(xs)", "m(",
    "m()",
  ]

  private func run(_ text: String) {
    var syntax = Syntax(blockTags: [
      BlockTag("docs", header: .options, body: .raw), BlockTag("test", header: .signature),
    ])
    syntax.limits.nesting = 60
    var limits = Limits()
    limits.outputByteCount = 1 << 16
    limits.stepCount = 20_000
    limits.rangeCount = 1000
    guard let template = try? Template(text, name: "fuzz", syntax: syntax) else { return }
    _ = template.staticCalls()
    for definition in template.definitions { _ = (definition.text, definition.bodyText) }
    let renderer = Renderer(environment: Environment(limits: limits), scope: Fixture.scope())
    do {
      let rendered = try renderer.render(template)
      for offset in stride(
        from: 0, through: rendered.text.utf8.count, by: max(1, rendered.text.utf8.count / 5))
      {
        _ = rendered.sourceMap.location(ofByte: offset)
      }
    } catch let error as TemplateError {
      #expect(error.location != nil, "\(error) of \(text.debugDescription)")
    } catch {
      Issue.record("\(error) of \(text.debugDescription)")
    }
  }

  @Test("random bytes and pieces never crash", arguments: [UInt64.random(in: 0...UInt64.max), 1, 2, 3])
  func random(_ seed: UInt64) {
    print("fuzz seed \(seed)")
    var generator = SeededGenerator(state: seed)
    for _ in 0..<4000 {
      let count = Int.random(in: 1...30, using: &generator)
      var text = ""
      for _ in 0..<count {
        if Int.random(in: 0..<10, using: &generator) == 0 {
          let bytes = (0..<3).map { _ in UInt8.random(in: 0...255, using: &generator) }
          text += String(decoding: bytes, as: UTF8.self)
        } else {
          text += Self.pieces.randomElement(using: &generator) ?? ""
          if Bool.random(using: &generator) { text += " " }
        }
      }
      run(text)
      run("{{ \(text) }}")
      run("{% \(text) %}")
    }
  }

  @Test("changed templates never crash", arguments: [UInt64.random(in: 0...UInt64.max), 4, 5])
  func mutated(_ seed: UInt64) {
    print("fuzz seed \(seed)")
    var generator = SeededGenerator(state: seed)
    let valid =
      (StatementTests.cases + FilterTests.cases + MethodTests.cases + FormatTests.cases + OperatorTests.cases)
      .map { Array($0.template.utf8) }
    for _ in 0..<12_000 {
      guard var bytes = valid.randomElement(using: &generator), !bytes.isEmpty else { continue }
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1 where !bytes.isEmpty: bytes.remove(at: place)
        case 2:
          bytes.insert(
            contentsOf: Array((Self.pieces.randomElement(using: &generator) ?? "").utf8),
            at: min(place, bytes.count))
        default:
          if let other = valid.randomElement(using: &generator), !other.isEmpty {
            let cut = Int.random(in: 0..<other.count, using: &generator)
            bytes = Array(bytes.prefix(place)) + other[cut...]
          }
        }
      }
      run(String(decoding: bytes, as: UTF8.self))
    }
  }
}
