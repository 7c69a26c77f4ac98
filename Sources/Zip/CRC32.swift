import CIgzip
import CZlib

/// The checksum of zip members (CRC-32 of ISO 3309), taken piece by piece.
package struct CRC32: Sendable, Equatable {
  /// Of the bytes so far.
  package private(set) var value: UInt32 = 0

  package init() {}

  package init(of bytes: UnsafeRawBufferPointer) {
    add(bytes)
  }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    switch Inflater.Library.best {
    case .isal: value = cigzip_crc32(value, base, bytes.count)
    case .zlib:
      value = UInt32(
        truncatingIfNeeded: crc32_z(UInt(value), base.assumingMemoryBound(to: Bytef.self), bytes.count))
    }
  }
}
