/// The 64-bit values of an entry's extra field, in the order of the saturated fields (APPNOTE 4.5.3).
struct Zip64Extra {
  var uncompressedSize: UInt64
  var compressedSize: UInt64
  var localHeaderOffset: UInt64

  /// Resolves the three 32-bit values of a record with its extra field; nil where a saturated value has no
  /// 64-bit counterpart.
  init?(
    uncompressedSize: UInt32, compressedSize: UInt32, localHeaderOffset: UInt32, extra: UnsafeRawBufferPointer
  ) {
    self.uncompressedSize = UInt64(uncompressedSize)
    self.compressedSize = UInt64(compressedSize)
    self.localHeaderOffset = UInt64(localHeaderOffset)
    let saturated = ZipFormat.saturated32
    let isSaturated = (
      uncompressedSize == saturated, compressedSize == saturated, localHeaderOffset == saturated
    )
    guard isSaturated != (false, false, false) else { return }
    // Without the field the values are taken as they are: an old archive may hold a member of 4 GiB - 1.
    guard let field = Self.field(in: extra) else { return }
    var cursor = 0
    func next() -> UInt64? {
      guard field.count - cursor >= 8 else { return nil }
      defer { cursor += 8 }
      return field.uint64(at: cursor)
    }
    if isSaturated.0 {
      guard let value = next() else { return nil }
      self.uncompressedSize = value
    }
    if isSaturated.1 {
      guard let value = next() else { return nil }
      self.compressedSize = value
    }
    if isSaturated.2 {
      guard let value = next() else { return nil }
      self.localHeaderOffset = value
    }
  }

  private static func field(in extra: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var cursor = 0
    while extra.count - cursor >= 4 {
      let count = Int(extra.uint16(at: cursor + 2))
      guard extra.count - cursor - 4 >= count else { return nil }
      if extra.uint16(at: cursor) == ZipFormat.zip64ExtraID {
        return extra.slice(at: cursor + 4, count: count)
      }
      cursor += 4 + count
    }
    return nil
  }
}
