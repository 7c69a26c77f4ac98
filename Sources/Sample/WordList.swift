/// A list of short texts, side by side in memory, to be copied into a buffer by number.
///
/// `@unchecked Sendable`: the memory is written in `init` and never again; it is freed when the last owner goes.
final class WordList: @unchecked Sendable {
  let count: Int
  private let offsets: UnsafeMutablePointer<UInt32>
  private let bytes: UnsafeMutablePointer<UInt8>

  init(_ words: [String]) {
    precondition(!words.isEmpty, "a list has words")
    count = words.count
    offsets = .allocate(capacity: words.count + 1)
    bytes = .allocate(capacity: max(words.reduce(0) { $0 + $1.utf8.count }, 1))
    var offset = 0
    for (index, word) in words.enumerated() {
      offsets[index] = UInt32(offset)
      for byte in word.utf8 {
        bytes[offset] = byte
        offset += 1
      }
    }
    offsets[words.count] = UInt32(offset)
  }

  /// The parts of `text` between `separator`s.
  convenience init(_ text: String, separator: Character = " ") {
    self.init(Self.split(text, separator: separator))
  }

  deinit {
    offsets.deallocate()
    bytes.deallocate()
  }

  static func split(_ text: String, separator: Character = " ") -> [String] {
    text.split(separator: separator).map(String.init)
  }

  /// The bytes of a word; valid as long as the list.
  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    // SAFETY: offsets holds count + 1 ascending offsets into bytes.
    precondition(index >= 0 && index < count)
    let start = offsets[index]
    return UnsafeBufferPointer(start: bytes + Int(start), count: Int(offsets[index + 1] - start))
  }

  /// A word by chance, each as likely as the others.
  @inline(__always)
  func draw(_ random: inout SampleRandom) -> UnsafeBufferPointer<UInt8> {
    self[random.below(count)]
  }
}
