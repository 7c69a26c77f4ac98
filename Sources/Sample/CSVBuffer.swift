/// Rows of CSV being put together: a growing buffer of bytes.
struct CSVBuffer: ~Copyable {
  private(set) var rowCount = 0
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 4096)
    base = .allocate(capacity: self.capacity)
  }

  deinit {
    base.deallocate()
  }

  /// All rows so far; valid until the buffer is next changed.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  mutating func removeAll() {
    count = 0
    rowCount = 0
  }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    self.capacity = capacity
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    // SAFETY: reserve made room for one byte more.
    base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
    guard let start = source.baseAddress else { return }
    reserve(source.count)
    // SAFETY: reserve made room for source.count bytes more.
    (base + count).update(from: start, count: source.count)
    count += source.count
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  mutating func append(_ list: WordList, _ index: Int) {
    append(list[index])
  }

  /// Appends a number in decimal.
  mutating func append(_ number: Int) {
    reserve(20)
    // SAFETY: reserve made room for the 20 digits of the largest number.
    var start = count + 20
    var rest = number.magnitude
    repeat {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      start -= 1
      base[start] = UInt8(truncatingIfNeeded: 48 + remainder)
      rest = quotient
    } while rest > 0
    let digits = count + 20 - start
    for index in 0..<digits { base[count + index] = base[start + index] }
    count += digits
  }

  /// Appends a number of `width` digits, with zeros in front.
  mutating func append(_ number: Int, width: Int) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(truncatingIfNeeded: 48 + number / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends hundredths as Python writes a float: `3.07`, `3.5`, `4.0`.
  mutating func append(hundredths value: Int) {
    append(value / 100)
    append(UInt8(ascii: "."))
    append(UInt8(truncatingIfNeeded: 48 + value / 10 % 10))
    if value % 10 != 0 { append(UInt8(truncatingIfNeeded: 48 + value % 10)) }
  }

  /// Appends the bytes that were appended from `start` on once more.
  mutating func repeatRow(from start: Int) {
    let length = count - start
    reserve(length)
    // SAFETY: reserve made room for length bytes behind count; the two ranges do not overlap.
    (base + count).update(from: base + start, count: length)
    count += length
    rowCount += 1
  }

  /// Makes the letter at `position` a capital, where it is an ASCII letter.
  mutating func capitalize(at position: Int) {
    guard position < count else { return }
    if base[position] &- UInt8(ascii: "a") < 26 { base[position] &-= 32 }
  }

  /// Cuts off what is behind `end`.
  mutating func truncate(to end: Int) {
    count = min(end, count)
  }

  /// Puts the field that began at `start` in quotes if its bytes need them (RFC 4180), and doubles quotes in it.
  mutating func quoteField(from start: Int) {
    var quoteCount = 0
    var isQuoted = false
    for index in start..<count {
      let byte = base[index]
      if byte == UInt8(ascii: "\"") { quoteCount += 1 }
      if byte == UInt8(ascii: ",") { isQuoted = true }
    }
    guard isQuoted || quoteCount > 0 else { return }
    reserve(quoteCount + 2)
    var source = count
    var target = count + quoteCount + 2
    count = target
    target -= 1
    base[target] = UInt8(ascii: "\"")
    while source > start {
      source -= 1
      target -= 1
      base[target] = base[source]
      if base[source] == UInt8(ascii: "\"") {
        target -= 1
        base[target] = UInt8(ascii: "\"")
      }
    }
    base[start] = UInt8(ascii: "\"")
  }

  @inline(__always)
  mutating func endRow() {
    append(UInt8(ascii: "\r"))
    append(UInt8(ascii: "\n"))
    rowCount += 1
  }
}
