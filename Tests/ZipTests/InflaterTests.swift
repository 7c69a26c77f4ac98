import Testing
import Zip

@Suite struct InflaterTests {
  /// Those that this machine has: zlib always, ISA-L where it is installed.
  static let libraries = Inflater.Library.allCases.filter(\.isAvailable)

  /// The raw deflate stream of a member that holds `bytes`.
  private static func deflated(_ bytes: [UInt8], level: Int) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    try writeArchive([("a", bytes)], to: path, compression: .deflate(level: level))
    let entry = try #require(try ZipArchive(path: path).entries().first)
    let start = entry.localHeaderOffset + 30 + entry.rawName.count
    return Array(try contents(of: path)[start..<(start + entry.compressedSize)])
  }

  private struct NoMemory: Error {}

  private struct Inflated: Equatable {
    var bytes: [UInt8] = []
    var consumed = 0
    var outcome = Inflater.Outcome.more
  }

  /// Decompresses in steps of random sizes up to those given, until the end, an error, or no progress.
  private static func inflate(
    _ input: [UInt8], _ library: Inflater.Library, inputStep: Int, outputStep: Int, seed: UInt64
  ) throws -> Inflated {
    var random = TestRandom(state: seed)
    guard var inflater = Inflater(library) else { throw NoMemory() }
    var inflated = Inflated()
    var position = 0
    var buffer = [UInt8](repeating: 0, count: outputStep)
    while inflated.outcome == .more, inflated.bytes.count < 10_000_000 {
      let end = min(input.count, position + .random(in: 1...inputStep, using: &random))
      let room = Int.random(in: 1...outputStep, using: &random)
      let step = input.withUnsafeBytes { input in
        buffer.withUnsafeMutableBytes { buffer in
          inflater.inflate(
            UnsafeRawBufferPointer(rebasing: input[position..<end]),
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        }
      }
      inflated.bytes += buffer[..<step.produced]
      inflated.consumed += step.consumed
      inflated.outcome = step.outcome
      position = max(0, position + step.consumed)
      if step.consumed == 0, step.produced == 0, position == input.count { break }
    }
    return inflated
  }

  @Test(
    "content comes out whole in steps of any size, and not a byte behind the stream is taken",
    arguments: libraries)
  func steps(library: Inflater.Library) throws {
    var random = TestRandom(state: 7)
    let noise = (0..<40_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let contents = [[], [65], sampleText(byteCount: 300_000), noise, [UInt8](repeating: 0, count: 100_000)]
    for content in contents {
      for level in [1, 6, 9] {
        let stream = try Self.deflated(content, level: level)
        for (inputStep, outputStep) in [(1, 1000), (3, 70_000), (1000, 7), (1 << 20, 1 << 20)] {
          for behind in [0, 1, 9, 100] {
            let inflated = try Self.inflate(
              stream + [UInt8](repeating: 0xA5, count: behind), library, inputStep: inputStep,
              outputStep: outputStep, seed: UInt64(behind))
            #expect(inflated == Inflated(bytes: content, consumed: stream.count, outcome: .end))
          }
        }
      }
    }
  }

  @Test("a stream that is cut off never ends, and what came out is the beginning", arguments: libraries)
  func cutOff(library: Inflater.Library) throws {
    let content = sampleText(byteCount: 20_000)
    let stream = try Self.deflated(content, level: 6)
    for count in stride(from: 0, to: stream.count, by: 61) {
      let inflated = try Self.inflate(
        Array(stream[..<count]), library, inputStep: 512, outputStep: 4096, seed: 1)
      #expect(inflated.outcome == .more)
      #expect(content.starts(with: inflated.bytes))
    }
  }

  @Test("flipped bits are an error or other content, the same with each library")
  func damage() throws {
    let stream = try Self.deflated(sampleText(byteCount: 5000), level: 6)
    var random = TestRandom(state: 3)
    for round in 0..<2000 {
      var damaged = stream
      damaged[.random(in: 0..<stream.count, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
      let results = try Self.libraries.map {
        try Self.inflate(damaged, $0, inputStep: 700, outputStep: 900, seed: UInt64(round))
      }
      for result in results.dropFirst() {
        let (isEnd, wasEnd) = (result.outcome == .end, results[0].outcome == .end)
        #expect(isEnd == wasEnd, "round \(round): \(result.outcome) and \(results[0].outcome)")
        if isEnd, wasEnd { #expect(result == results[0]) }
      }
    }
  }

  @Test("the checksum is CRC-32, in pieces of any size")
  func checksum() {
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32(of: $0).value } == 0xCBF4_3926)
    #expect(CRC32().value == 0)
    let bytes = sampleText(byteCount: 100_000)
    bytes.withUnsafeBytes { bytes in
      let whole = CRC32(of: bytes)
      for step in [1, 7, 64, 4099, 65_536] {
        var pieces = CRC32()
        for start in stride(from: 0, to: bytes.count, by: step) {
          pieces.add(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + step)]))
        }
        #expect(pieces == whole)
      }
    }
  }
}
