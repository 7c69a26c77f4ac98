/// An array without the checks and reference counts of one, for trivial elements.
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>?
  private var capacity = 0
  var count = 0

  init() {}

  deinit {
    base?.deallocate()
  }

  var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    // SAFETY: count < capacity, so there is a base.
    (base.unsafelyUnwrapped + count).initialize(to: element)
    count &+= 1
  }

  @inline(never)
  private mutating func grow() {
    let largerCapacity = max(capacity * 2, 1024)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: largerCapacity)
    if let base {
      larger.moveInitialize(from: base, count: count)
      base.deallocate()
    }
    base = larger
    capacity = largerCapacity
  }
}
