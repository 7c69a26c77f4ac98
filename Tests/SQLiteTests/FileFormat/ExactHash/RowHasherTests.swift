import SQLite
import Testing

@Suite struct RowHasherTests {
  /// The hash of bytes with others behind them.
  private func hash(_ bytes: [UInt8], key: Int64 = 0, behind: UInt8 = 0) -> UInt128 {
    (bytes + [UInt8](repeating: behind, count: 16)).withUnsafeBytes {
      RowHasher.hash($0.baseAddress!, count: bytes.count, key: key)
    }
  }

  @Test("a record in pieces has the hash of the record in one piece, whatever lies behind it")
  func pieces() {
    var random = CaseRandom(seed: 1)
    for count in 1..<200 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let whole = hash(bytes, key: 7)
      #expect(hash(bytes, key: 7, behind: 0xFF) == whole)
      for _ in 0..<10 {
        var hasher = RowHasher(key: 7)
        var start = 0
        while start < count {
          let end = min(count, start + random.below(40))
          bytes[start..<end].withUnsafeBytes { hasher.append($0) }
          start = end
        }
        #expect(hasher.finish() == whole, "\(count) bytes")
      }
    }
  }

  @Test("each bit of a record and of its key turns each bit of the hash half of the time")
  func avalanche() {
    var random = CaseRandom(seed: 2)
    let rounds = 400
    for count in [1, 3, 8, 9, 16, 17, 31, 48] {
      for bit in 0..<(count + 8) * 8 {
        var turned = [Int](repeating: 0, count: 128)
        for _ in 0..<rounds {
          var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
          var key = Int64(truncatingIfNeeded: random.next())
          let before = hash(bytes, key: key)
          if bit < count * 8 { bytes[bit / 8] ^= 1 << (bit % 8) } else { key ^= 1 << (bit - count * 8) }
          var difference = before ^ hash(bytes, key: key)
          while difference != 0 {
            turned[difference.trailingZeroBitCount] += 1
            difference &= difference - 1
          }
        }
        // Seven standard deviations.
        #expect(turned.allSatisfy { abs($0 - rounds / 2) < 70 }, "bit \(bit) of \(count) bytes: \(turned)")
      }
    }
  }

  /// Records that differ as little as those of real tables do.
  private static func nearlyEqual(_ number: Int, _ kind: Int) -> (bytes: [UInt8], key: Int64) {
    let word = withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0) }
    switch kind {
    case 0: return ([2, 6] + word, 0)
    case 1: return ([2, 1, 5], Int64(number))
    case 2: return ([3, 91, 1] + Array("a title of forty bytes, always the same:".utf8) + word + [0], 0)
    case 3: return ([3, 4, 4] + word[4...] + word[4...].reversed(), 0)
    default: return ([2] + [UInt8](repeating: 0, count: number / 256) + [UInt8(number % 256)], 0)
    }
  }

  @Test("millions of nearly equal records collide in neither half of the hash", arguments: 0...4)
  func collisions(kind: Int) {
    let count = kind == 4 ? 100_000 : 1_000_000
    let hashes = (0..<count).map { number in
      let (bytes, key) = Self.nearlyEqual(number, kind)
      return hash(bytes, key: key)
    }
    #expect(Set(hashes.map { UInt64(truncatingIfNeeded: $0) }).count == count)
    #expect(Set(hashes.map { UInt64(truncatingIfNeeded: $0 >> 64) }).count == count)
    // The lowest bits are spread as well: 2^20 buckets hold about as many as chance would have it.
    var buckets = [UInt8](repeating: 0, count: 1 << 20)
    for hash in hashes { buckets[Int(truncatingIfNeeded: hash & 0xF_FFFF)] &+= 1 }
    #expect(buckets.allSatisfy { $0 < 16 })
  }
}
