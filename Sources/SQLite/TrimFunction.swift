import CSQLite

/// SQLite's `trim(text, characters)`, which every row of a cleaned model calls, without the memory that SQLite allocates
/// for the characters at each call: half the time. The results are SQLite's, byte for byte.
enum TrimFunction {
  static func register(_ handle: OpaquePointer) {
    let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
    sqlite3_create_function_v2(
      handle, "trim", 2, flags, nil,
      { context, _, values in
        guard let context, let values, let value = values[0], let second = values[1] else { return }
        // SAFETY: the texts stay in place until the values are used again, which is after this call.
        guard let text = sqlite3_value_text(value), let set = sqlite3_value_text(second) else { return }
        let range = TrimFunction.kept(of: text, Int(sqlite3_value_bytes(value)), set)
        text.withMemoryRebound(to: CChar.self, capacity: range.upperBound) {
          reelhouse_result_text(context, $0 + range.lowerBound, UInt64(range.count))
        }
      }, nil, nil, nil)
  }

  /// The bytes of a text that are left: first those at its beginning are taken away, then those at its end.
  ///
  /// - Parameter set: characters, up to a zero byte.
  @inline(__always)
  private static func kept(
    of text: UnsafePointer<UInt8>, _ count: Int, _ set: UnsafePointer<UInt8>
  ) -> Range<Int> {
    var start = 0
    var end = count
    while start < end {
      let length = match(text + start, end - start, atEnd: false, set)
      if length == 0 { break }
      start += length
    }
    while start < end {
      let length = match(text + start, end - start, atEnd: true, set)
      if length == 0 { break }
      end -= length
    }
    return start..<end
  }

  /// The length of the first character of a set that stands at an end of a text; 0 where none does.
  @inline(__always)
  private static func match(
    _ text: UnsafePointer<UInt8>, _ count: Int, atEnd: Bool, _ set: UnsafePointer<UInt8>
  ) -> Int {
    var next = set
    while next.pointee != 0 {
      let character = next
      next += 1
      // What follows a first byte of several, as SQLite counts it.
      if character.pointee >= 0xC0 { while next.pointee & 0xC0 == 0x80 { next += 1 } }
      let length = next - character
      guard length <= count else { continue }
      let place = atEnd ? text + (count - length) : text
      var index = 0
      while index < length, place[index] == character[index] { index += 1 }
      if index == length { return length }
    }
    return 0
  }
}
