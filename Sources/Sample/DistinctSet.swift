/// The numbers that were drawn for one film, so that none comes twice. Emptied in no time.
struct DistinctSet: ~Copyable {
  private static let slotCount = 8192
  /// Above this many numbers the set stays as it is, and says of every new one that it is new.
  private static let most = slotCount * 3 / 4

  private var keys: [Int]
  private var rounds: [UInt32]
  private var round: UInt32 = 0
  private var count = 0

  init() {
    keys = Array(repeating: 0, count: Self.slotCount)
    rounds = Array(repeating: 0, count: Self.slotCount)
  }

  mutating func removeAll() {
    count = 0
    round &+= 1
    if round == 0 {
      rounds = Array(repeating: 0, count: Self.slotCount)
      round = 1
    }
  }

  /// Takes in a number; false if it was in already.
  mutating func insert(_ key: Int) -> Bool {
    var slot = Int(
      truncatingIfNeeded: SampleRandom.mix(UInt64(bitPattern: Int64(key))) & UInt64(Self.slotCount - 1))
    while rounds[slot] == round {
      if keys[slot] == key { return false }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    guard count < Self.most else { return true }
    keys[slot] = key
    rounds[slot] = round
    count += 1
    return true
  }
}
