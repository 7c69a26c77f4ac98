import Diagnostics
import Parquet
import Threads

/// An object of a remote, read by ranges: only what a reader asks for is fetched, in blocks that are kept for a while.
///
/// `@unchecked Sendable`: the blocks are only touched with the monitor locked.
final class RemoteBytes: ByteSource, @unchecked Sendable {
  private let remote: Remote
  private let key: ObjectKey
  let byteCount: Int
  private let monitor = Monitor()
  private var blocks: [Int: [UInt8]] = [:]
  /// The oldest first.
  private var order: [Int] = []
  private static let blockByteCount = 512 << 10
  private static let blockLimit = 32

  var name: String { key.text }

  init(_ remote: Remote, _ object: RemoteManifest.Object) throws {
    guard let key = ObjectKey(object.key) else { throw remote.damaged("'\(object.key)' is no key", "") }
    self.remote = remote
    self.key = key
    byteCount = object.byteCount
  }

  func read(at offset: Int, count: Int, into target: UnsafeMutableRawPointer) throws(ParquetError) {
    var done = 0
    while done < count {
      let place = offset + done
      let block = try block(place / Self.blockByteCount)
      let start = place % Self.blockByteCount
      let taken = min(count - done, block.count - start)
      guard taken > 0 else {
        throw ParquetError(.truncated("it is shorter than its manifest says"), path: name)
      }
      block.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(start: target + done, count: taken)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + taken]))
      }
      done += taken
    }
  }

  private func block(_ number: Int) throws(ParquetError) -> [UInt8] {
    if let known = monitor.locked({ blocks[number] }) { return known }
    let start = number * Self.blockByteCount
    let end = min(byteCount, start + Self.blockByteCount)
    var bytes: [UInt8] = []
    do {
      let status = try remote.destination.get(key, range: start..<end) { bytes.append(contentsOf: $0) }
      if status == nil { throw remote.damaged("'\(key)' is missing", "") }
    } catch {
      let diagnostic = Diagnostic.all(of: error).first
      throw ParquetError(.source(diagnostic ?? Diagnostic(.internalError, "\(error)")), path: name)
    }
    guard bytes.count == end - start else {
      throw ParquetError(.truncated("it is shorter than its manifest says"), path: name)
    }
    let fetched = bytes
    monitor.locked {
      blocks[number] = fetched
      order.append(number)
      if order.count > Self.blockLimit { blocks[order.removeFirst()] = nil }
    }
    return bytes
  }
}
