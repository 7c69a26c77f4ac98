/// Where a reader's bytes come from, if neither from a file nor from memory: a server, say. Any thread may read.
package protocol ByteSource: Sendable {
  /// The place in words.
  var name: String { get }
  var byteCount: Int { get }
  /// Reads exactly `count` bytes at `offset`, which are there, to where `target` has room for them.
  func read(at offset: Int, count: Int, into target: UnsafeMutableRawPointer) throws(ParquetError)
}
