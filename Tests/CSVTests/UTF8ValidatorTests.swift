import CSV
import Testing

@Suite struct UTF8ValidatorTests {
  private func firstInvalid(_ bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { UTF8Validator.firstInvalidOffset(in: $0) }
  }

  @Test(
    "what Unicode forbids is refused at its first byte, wherever it stands",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
      [0xE2, 0x82, 0x41],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x8E],
      [0xF0, 0x9F, 0x8E, 0x41],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]])
  func refuses(bytes: [UInt8]) {
    for prefix in 0..<40 {
      #expect(firstInvalid(Array(repeating: 0x61, count: prefix) + bytes) == prefix)
      #expect(
        firstInvalid(Array(repeating: 0x61, count: prefix) + bytes + Array(repeating: 0x62, count: 40))
          == prefix)
    }
  }

  @Test("every scalar is accepted")
  func accepts() {
    var text = ""
    for value in UInt32(0)...0x10FFFF {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    #expect(firstInvalid(Array(text.utf8)) == nil)
  }

  @Test("it agrees with the standard library on random bytes")
  func agrees() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SplitMix(state: seed)
    let alphabet: [UInt8] = [
      0x41, 0x42, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0x90, 0x8F,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      #expect(
        (firstInvalid(bytes) == nil) == (String(validating: bytes, as: UTF8.self) != nil),
        "seed \(seed), \(bytes)")
    }
  }
}
