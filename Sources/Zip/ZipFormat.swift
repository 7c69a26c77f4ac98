/// Signatures and record sizes of the zip format (APPNOTE 4.3).
enum ZipFormat {
  static let localHeaderSignature: UInt32 = 0x0403_4B50
  static let directorySignature: UInt32 = 0x0201_4B50
  static let digitalSignature: UInt32 = 0x0505_4B50
  static let endSignature: UInt32 = 0x0605_4B50
  static let zip64EndSignature: UInt32 = 0x0606_4B50
  static let zip64LocatorSignature: UInt32 = 0x0706_4B50
  static let spanSignature: UInt32 = 0x0807_4B50

  static let localHeaderSize = 30
  static let directoryRecordSize = 46
  static let endSize = 22
  static let zip64EndSize = 56
  static let zip64LocatorSize = 20

  /// The value of a 32-bit field whose true value is in a Zip64 record.
  static let saturated32: UInt32 = 0xFFFF_FFFF
  /// The value of a 16-bit field whose true value is in a Zip64 record.
  static let saturated16: UInt16 = 0xFFFF
  /// The id of the extra field with 64-bit sizes and offsets (APPNOTE 4.5.3).
  static let zip64ExtraID: UInt16 = 0x0001
}

extension UnsafeRawBufferPointer {
  /// The little-endian number at `offset`; the caller has checked that it lies within the buffer.
  @inline(__always)
  func uint16(at offset: Int) -> UInt16 {
    UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The little-endian number at `offset`; the caller has checked that it lies within the buffer.
  @inline(__always)
  func uint32(at offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The little-endian number at `offset`; the caller has checked that it lies within the buffer.
  @inline(__always)
  func uint64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The part `offset ..< offset + count`; the caller has checked that it lies within the buffer.
  @inline(__always)
  func slice(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[offset..<(offset + count)])
  }
}

extension [UInt8] {
  /// `withUnsafeBytes` that keeps the error's type.
  func withBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(ZipError) -> Value
  ) throws(ZipError) -> Value {
    try withUnsafeBytes { bytes in Result { () throws(ZipError) in try body(bytes) } }.get()
  }

  /// Appends the number's bytes, least significant first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Overwrites the bytes at `offset` with the number's, least significant first.
  mutating func replace(at offset: Int, littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) {
      replaceSubrange(offset..<(offset + $0.count), with: $0)
    }
  }
}
