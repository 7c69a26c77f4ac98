/// The hybrid of run lengths and bit packing ("RLE" in Encodings.md): levels, dictionary indices, booleans.
enum RunLengthEncoder {
  /// Appends the runs of `count` values of at most `width` bits.
  static func encode<Value: UnsignedInteger & FixedWidthInteger>(
    _ values: UnsafePointer<Value>, count: Int, width: Int, into output: inout ByteBuffer
  ) {
    var literalStart = 0
    var index = 0
    // SAFETY: `index` and `end` stay within `count`.
    while index < count {
      let value = values[index]
      var end = index &+ 1
      while end < count, values[end] == value { end &+= 1 }
      // Literals come in groups of eight: a run lends them what they lack.
      let lent = (8 &- (index &- literalStart) & 7) & 7
      if end &- index &- lent >= 8 {
        appendLiterals(
          values + literalStart, count: index &+ lent &- literalStart, width: width, into: &output)
        appendRun(UInt32(truncatingIfNeeded: value), count: end &- index &- lent, width: width, into: &output)
        literalStart = end
      }
      index = end
    }
    appendLiterals(values + literalStart, count: count - literalStart, width: width, into: &output)
  }

  private static func appendRun(_ value: UInt32, count: Int, width: Int, into output: inout ByteBuffer) {
    output.append(varint: UInt64(count) << 1)
    var rest = value
    for _ in 0..<(width + 7) / 8 {
      output.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  private static func appendLiterals<Value: UnsignedInteger & FixedWidthInteger>(
    _ values: UnsafePointer<Value>, count: Int, width: Int, into output: inout ByteBuffer
  ) {
    guard count > 0 else { return }
    let groups = (count + 7) / 8
    output.append(varint: UInt64(groups) << 1 | 1)
    BitPacking.pack(values, count: count, width: width, into: &output)
    output.append(repeating: 0, count: groups * width - BitPacking.byteCount(count, width: width))
  }

  /// The bits that the greatest of the values needs.
  static func width(of greatest: Int) -> Int { Int.bitWidth - greatest.leadingZeroBitCount }
}
