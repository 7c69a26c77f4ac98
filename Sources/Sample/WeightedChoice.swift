/// A choice among few things of unequal weight, by a table of even slots.
struct WeightedChoice: Sendable {
  private static let slotCount = 16384
  private let slots: [UInt16]

  init(_ weights: [Int]) {
    let total = weights.reduce(0, +)
    var slots: [UInt16] = []
    slots.reserveCapacity(Self.slotCount)
    var sum = 0
    for (index, weight) in weights.enumerated() {
      sum += weight
      let end = max(slots.count + 1, sum * Self.slotCount / max(total, 1))
      while slots.count < min(end, Self.slotCount) { slots.append(UInt16(index)) }
    }
    while slots.count < Self.slotCount { slots.append(0) }
    self.slots = slots
  }

  @inline(__always)
  func draw(_ random: inout SampleRandom) -> Int {
    Int(slots[Int(truncatingIfNeeded: random.next() >> 50)])
  }
}
