#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The least and the greatest of some values, as places among them.
struct ValueBounds {
  var least: Int
  var greatest: Int
}

/// Finds bounds without making a value of any of them.
///
/// A value that has no order, NaN, is passed over; where there is nothing else, there are no bounds.
enum BoundsFinder {
  /// The bounds of `values[start..<end]` in the order of their column.
  static func find(_ values: ValueBytes, _ order: ValueOrder, from start: Int, to end: Int) -> ValueBounds? {
    guard start < end else { return nil }
    switch order {
    case .boolean: return find(values, UInt8.self, start, end)
    case .int32: return find(values, Int32.self, start, end)
    case .int64: return find(values, Int64.self, start, end)
    case .uint32: return find(values, UInt32.self, start, end)
    case .uint64: return find(values, UInt64.self, start, end)
    case .float: return findReal(values, Float.self, start, end)
    case .double: return findReal(values, Double.self, start, end)
    case .bytes: return findBytes(values, start, end)
    case .signedBytes: return findSigned(values, start, end)
    }
  }

  private static func find<Value: Comparable & BitwiseCopyable>(
    _ values: ValueBytes, _ type: Value.Type, _ start: Int, _ end: Int
  ) -> ValueBounds {
    let elements = values.base.assumingMemoryBound(to: type)
    var (least, greatest) = (elements[start], elements[start])
    // Two passes: the first one has no branch.
    for index in start..<end {
      let value = elements[index]
      least = min(least, value)
      greatest = max(greatest, value)
    }
    var bounds = ValueBounds(least: start, greatest: start)
    while elements[bounds.least] != least { bounds.least &+= 1 }
    while elements[bounds.greatest] != greatest { bounds.greatest &+= 1 }
    return bounds
  }

  private static func findReal<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ values: ValueBytes, _ type: Value.Type, _ start: Int, _ end: Int
  ) -> ValueBounds? {
    let elements = values.base.assumingMemoryBound(to: type)
    var bounds: ValueBounds?
    for index in start..<end {
      let value = elements[index]
      guard let found = bounds else {
        if !value.isNaN { bounds = ValueBounds(least: index, greatest: index) }
        continue
      }
      // NaN is neither less nor greater.
      if value < elements[found.least] { bounds?.least = index }
      if value > elements[found.greatest] { bounds?.greatest = index }
    }
    return bounds
  }

  private static func findBytes(_ values: ValueBytes, _ start: Int, _ end: Int) -> ValueBounds {
    var bounds = ValueBounds(least: start, greatest: start)
    var least = values.prefix(start)
    var greatest = least
    for index in start &+ 1..<max(end, start &+ 1) {
      let prefix = values.prefix(index)
      if prefix < least || prefix == least && values.isLess(index, bounds.least) {
        least = prefix
        bounds.least = index
      }
      if prefix > greatest || prefix == greatest && values.isLess(bounds.greatest, index) {
        greatest = prefix
        bounds.greatest = index
      }
    }
    return bounds
  }

  private static func findSigned(_ values: ValueBytes, _ start: Int, _ end: Int) -> ValueBounds {
    var bounds = ValueBounds(least: start, greatest: start)
    for index in start..<end {
      if isLess(values, .signedBytes, index, bounds.least) { bounds.least = index }
      if isLess(values, .signedBytes, bounds.greatest, index) { bounds.greatest = index }
    }
    return bounds
  }

  /// Whether one value comes before another.
  static func isLess(_ values: ValueBytes, _ order: ValueOrder, _ left: Int, _ right: Int) -> Bool {
    func compare<Value: Comparable & BitwiseCopyable>(_ type: Value.Type) -> Bool {
      let elements = values.base.assumingMemoryBound(to: type)
      return elements[left] < elements[right]
    }
    switch order {
    case .boolean: return compare(UInt8.self)
    case .int32: return compare(Int32.self)
    case .int64: return compare(Int64.self)
    case .uint32: return compare(UInt32.self)
    case .uint64: return compare(UInt64.self)
    case .float: return compare(Float.self)
    case .double: return compare(Double.self)
    case .bytes: return values.isLess(left, right)
    case .signedBytes:
      let signs = (
        values.pointer(left).load(as: Int8.self) < 0, values.pointer(right).load(as: Int8.self) < 0
      )
      return signs.0 == signs.1 ? values.isLess(left, right) : signs.0
    }
  }

  /// The bytes of a bound as they are stored. Byte arrays are cut to `limit`; a cut maximum is counted up, so that it
  /// still bounds, and is nil where that is not possible.
  static func stored(
    _ values: ValueBytes, _ index: Int, _ order: ValueOrder, isMaximum: Bool, isText: Bool, limit: Int
  ) -> (bytes: [UInt8]?, isExact: Bool) {
    let count = values.count(index)
    var bytes = Array(UnsafeRawBufferPointer(start: values.pointer(index), count: min(count, limit + 4)))
    switch order {
    case .float where bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes[3] & 0x7F == 0:
      bytes[3] = isMaximum ? 0 : 0x80
    case .double where bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes[7] & 0x7F == 0:
      bytes[7] = isMaximum ? 0 : 0x80
    case .bytes where count > limit:
      let cut = cut(bytes, limit, isText: isText)
      return (isMaximum ? increment(cut, isText: isText) : cut, false)
    default: break
    }
    return (bytes, true)
  }

  private static func cut(_ bytes: [UInt8], _ limit: Int, isText: Bool) -> [UInt8] {
    var count = limit
    // A text is not cut within a character.
    if isText { while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 } }
    return Array(bytes[..<count])
  }

  /// The least bytes of at most the same length that come after everything that begins with these.
  private static func increment(_ bytes: [UInt8], isText: Bool) -> [UInt8]? {
    var bytes = bytes
    while let last = bytes.last {
      // In a text only ASCII is counted up, which leaves it a text.
      if isText ? last < 0x7F : last < 0xFF {
        bytes[bytes.count - 1] = last + 1
        return bytes
      }
      bytes.removeLast()
    }
    return nil
  }
}
