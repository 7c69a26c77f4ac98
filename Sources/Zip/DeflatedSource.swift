#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a compressed member needs while it is read: the decompressor, and the bytes read ahead.
struct DeflatedSource: ~Copyable {
  let buffer: UnsafeMutableRawBufferPointer
  /// The part of `buffer` that was read from the file and not yet decompressed.
  var unread = 0..<0
  private var inflater: Inflater

  /// How much is read from the file at once.
  private static let capacity = 128 * 1024
  /// Deflate's best ratio: two bits for 258 bytes.
  private static let largestRatio = 1032

  /// What reading `entry` needs: nil for a member that is stored.
  static func forEntry(_ entry: ZipEntry, in archive: ZipArchive) throws(ZipError) -> DeflatedSource? {
    func error(_ reason: ZipError.Reason) -> ZipError {
      ZipError(reason, path: archive.path, member: entry.name, byteOffset: entry.localHeaderOffset)
    }
    guard !entry.isEncrypted else { throw error(.encrypted) }
    switch entry.method {
    case .stored:
      guard entry.compressedSize == entry.uncompressedSize else {
        throw error(.damaged("it is stored, but its two sizes differ"))
      }
      return nil
    case .deflate:
      guard entry.uncompressedSize / largestRatio <= entry.compressedSize else {
        throw error(
          .damaged("\(entry.compressedSize) bytes cannot hold \(entry.uncompressedSize) of content"))
      }
      guard let inflater = Inflater() else { throw error(.system(operation: "inflate", errno: ENOMEM)) }
      return DeflatedSource(inflater: inflater, capacity: min(capacity, max(entry.compressedSize, 16)))
    default: throw error(.unsupportedMethod(entry.method))
    }
  }

  private init(inflater: consuming Inflater, capacity: Int) {
    self.inflater = inflater
    buffer = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    buffer.deallocate()
  }

  mutating func inflate(into target: UnsafeMutableRawBufferPointer) -> Inflater.Step {
    // SAFETY: unread lies within buffer, and was filled by the last read of the file.
    let step = inflater.inflate(UnsafeRawBufferPointer(rebasing: buffer[unread]), into: target)
    unread = max(0, unread.lowerBound + step.consumed)..<unread.upperBound
    return step
  }
}
