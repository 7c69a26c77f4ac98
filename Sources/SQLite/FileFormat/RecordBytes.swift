#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The integers of variable length of the file format (section 1.6 of "Database File Format").
enum Varint {
  @inline(__always)
  static func length(_ value: UInt64) -> Int {
    if value < 0x80 { return 1 }
    if value < 0x4000 { return 2 }
    if value >= 1 << 56 { return 9 }
    return (70 &- value.leadingZeroBitCount) / 7
  }

  /// Writes `value` and returns the number of bytes written, at most nine.
  @inline(__always)
  static func write(_ value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
    if value < 0x80 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      return 1
    }
    if value < 0x4000 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: value >> 7) | 0x80, as: UInt8.self)
      target.storeBytes(of: UInt8(truncatingIfNeeded: value) & 0x7F, toByteOffset: 1, as: UInt8.self)
      return 2
    }
    if value < 0x20_0000 {
      let high = UInt16(truncatingIfNeeded: value >> 6 & 0x7F00 | value >> 7 & 0x7F | 0x8080)
      target.storeBytes(of: high.bigEndian, as: UInt16.self)
      target.storeBytes(of: UInt8(truncatingIfNeeded: value) & 0x7F, toByteOffset: 2, as: UInt8.self)
      return 3
    }
    if value < 0x1000_0000 {
      let high = (value >> 21) << 24 | (value >> 14 & 0x7F) << 16
      let bytes = high | (value >> 7 & 0x7F) << 8 | value & 0x7F | 0x8080_8000
      target.storeBytes(of: UInt32(truncatingIfNeeded: bytes).bigEndian, as: UInt32.self)
      return 4
    }
    return writeLong(value, to: target)
  }

  @inline(never)
  private static func writeLong(_ value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
    let count = length(value)
    var rest = value
    var index = count &- 1
    if count == 9 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: 8, as: UInt8.self)
      rest >>= 8
      index = 7
    }
    while index >= 0 {
      let more: UInt8 = index == count &- 1 ? 0 : 0x80
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: rest & 0x7F) | more, toByteOffset: index, as: UInt8.self)
      rest >>= 7
      index &-= 1
    }
    return count
  }

  /// Reads a value and returns it with its length.
  @inline(__always)
  static func read(_ source: UnsafeRawPointer) -> (value: UInt64, count: Int) {
    var value: UInt64 = 0
    for index in 0..<8 {
      let byte = source.load(fromByteOffset: index, as: UInt8.self)
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { return (value, index &+ 1) }
    }
    return (value << 8 | UInt64(source.load(fromByteOffset: 8, as: UInt8.self)), 9)
  }
}

/// How a value is stored in a record (section 2.1 of "Database File Format").
enum SerialType {
  static let null: UInt8 = 0
  static let real: UInt8 = 7
  /// Stands for all texts and blobs, whose serial types hold their lengths.
  static let bytes: UInt8 = 12

  /// The shortest serial type of an integer.
  @inline(__always)
  static func shortest(for value: Int64) -> UInt8 {
    let magnitude = UInt64(bitPattern: value < 0 ? ~value : value)
    if magnitude < 128 {
      if UInt64(bitPattern: value) < 2 { return 8 &+ UInt8(truncatingIfNeeded: value) }
      return 1
    }
    if magnitude < 1 << 15 { return 2 }
    if magnitude < 1 << 23 { return 3 }
    if magnitude < 1 << 31 { return 4 }
    if magnitude < 1 << 47 { return 5 }
    return 6
  }

  /// The number of bytes of a number in the body of a record.
  @inline(__always)
  static func byteCount(_ serial: UInt8) -> Int {
    // A nibble for each of 0...9: 0 1 2 3 4 6 8 8 0 0.
    Int(truncatingIfNeeded: (0x00_8864_3210 as UInt64) >> (UInt64(serial) &* 4) & 0xF)
  }
}

/// Bytes as the file format wants them: numbers big-endian, never more written than asked for.
enum RecordBytes {
  @inline(__always)
  static func store16(_ value: Int, to target: UnsafeMutableRawPointer, at offset: Int) {
    target.storeBytes(of: UInt16(truncatingIfNeeded: value).bigEndian, toByteOffset: offset, as: UInt16.self)
  }

  @inline(__always)
  static func store32(_ value: Int, to target: UnsafeMutableRawPointer, at offset: Int) {
    target.storeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian, toByteOffset: offset, as: UInt32.self)
  }

  @inline(__always)
  static func load16(_ source: UnsafeRawPointer, at offset: Int) -> Int {
    Int(UInt16(bigEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  @inline(__always)
  static func load32(_ source: UnsafeRawPointer, at offset: Int) -> Int {
    Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  /// Reads an integer of serial type 1...6, 8 or 9.
  ///
  /// SAFETY: eight bytes are read whatever its length.
  @inline(__always)
  static func loadInteger(_ source: UnsafeRawPointer, serial: UInt8) -> Int64 {
    if serial >= 8 { return Int64(serial) &- 8 }
    // Its bytes are the upper ones of eight.
    let word = Int64(bitPattern: UInt64(bigEndian: source.loadUnaligned(as: UInt64.self)))
    return word &>> (64 &- 8 &* Int64(truncatingIfNeeded: SerialType.byteCount(serial)))
  }

  /// Writes the body of a number of serial type 0...9 and returns its length.
  @inline(__always)
  static func storeNumber(_ bits: UInt64, serial: UInt8, to target: UnsafeMutableRawPointer) -> Int {
    switch serial {
    case 1:
      target.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
      return 1
    case 2:
      target.storeBytes(of: UInt16(truncatingIfNeeded: bits).bigEndian, as: UInt16.self)
      return 2
    case 3:
      target.storeBytes(of: UInt8(truncatingIfNeeded: bits >> 16), as: UInt8.self)
      target.storeBytes(of: UInt16(truncatingIfNeeded: bits).bigEndian, toByteOffset: 1, as: UInt16.self)
      return 3
    case 4:
      target.storeBytes(of: UInt32(truncatingIfNeeded: bits).bigEndian, as: UInt32.self)
      return 4
    case 5:
      target.storeBytes(of: UInt16(truncatingIfNeeded: bits >> 32).bigEndian, as: UInt16.self)
      target.storeBytes(of: UInt32(truncatingIfNeeded: bits).bigEndian, toByteOffset: 2, as: UInt32.self)
      return 6
    case 6, 7:
      target.storeBytes(of: bits.bigEndian, as: UInt64.self)
      return 8
    default:
      return 0
    }
  }

  /// Copies short runs of bytes without a call; neither reads nor writes beyond `count`.
  @inline(__always)
  static func copy(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int) {
    if count > 32 {
      memcpy(target, source, count)
    } else if count >= 16 {
      let last = count &- 16
      let head = source.loadUnaligned(as: SIMD16<UInt8>.self)
      let tail = source.loadUnaligned(fromByteOffset: last, as: SIMD16<UInt8>.self)
      target.storeBytes(of: head, as: SIMD16<UInt8>.self)
      target.storeBytes(of: tail, toByteOffset: last, as: SIMD16<UInt8>.self)
    } else if count >= 8 {
      let last = count &- 8
      let head = source.loadUnaligned(as: UInt64.self)
      let tail = source.loadUnaligned(fromByteOffset: last, as: UInt64.self)
      target.storeBytes(of: head, as: UInt64.self)
      target.storeBytes(of: tail, toByteOffset: last, as: UInt64.self)
    } else if count >= 4 {
      let last = count &- 4
      let head = source.loadUnaligned(as: UInt32.self)
      let tail = source.loadUnaligned(fromByteOffset: last, as: UInt32.self)
      target.storeBytes(of: head, as: UInt32.self)
      target.storeBytes(of: tail, toByteOffset: last, as: UInt32.self)
    } else if count > 0 {
      let middle = count >> 1
      let first = source.load(as: UInt8.self)
      let second = source.load(fromByteOffset: middle, as: UInt8.self)
      let third = source.load(fromByteOffset: count &- 1, as: UInt8.self)
      target.storeBytes(of: first, as: UInt8.self)
      target.storeBytes(of: second, toByteOffset: middle, as: UInt8.self)
      target.storeBytes(of: third, toByteOffset: count &- 1, as: UInt8.self)
    }
  }
}
