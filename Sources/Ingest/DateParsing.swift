/// Reads days and points in time from the bytes of fields.
enum DateParsing {
  static let dateByteCount = 10
  /// `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`.
  static let longestTimestamp = 29

  /// Whether the bytes begin with a day of the Gregorian calendar, as `YYYY-MM-DD`.
  @inline(__always)
  private static func beginsWithDate(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= dateByteCount, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
      return false
    }
    let century = twoDigits(bytes, at: 0)
    let yearOfCentury = twoDigits(bytes, at: 2)
    let month = twoDigits(bytes, at: 5)
    let day = twoDigits(bytes, at: 8)
    guard century >= 0, yearOfCentury >= 0, month >= 1, month <= 12, day >= 1 else { return false }
    if day <= 28 { return true }
    let year = century * 100 + yearOfCentury
    return day <= dayCount(ofMonth: month, year: year)
  }

  private static func dayCount(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The number that two digits write, or a negative number where they are none.
  @inline(__always)
  private static func twoDigits(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    let tens = bytes[index] &- UInt8(ascii: "0")
    let ones = bytes[index + 1] &- UInt8(ascii: "0")
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : -1
  }

  /// Whether the bytes are a day: `YYYY-MM-DD`, or that day's midnight, which other tools write for it. The day is
  /// the first ten bytes.
  @inline(__always)
  static func isDate(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard beginsWithDate(bytes) else { return false }
    return bytes.count == dateByteCount || isMidnight(bytes)
  }

  private static func isMidnight(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let time = Time(bytes) else { return false }
    return bytes[11..<time.wholeEnd].allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ":") }
      && time.fractionEnd == time.wholeEnd
  }

  /// The parts of a time behind a day, as places in the bytes.
  private struct Time {
    /// Behind the minutes or seconds.
    let wholeEnd: Int
    let hasSeconds: Bool
    /// Behind the fraction's last digit that is not zero; `wholeEnd` where there is none.
    let fractionEnd: Int

    /// `[T ]HH:MM[:SS[.f…]][Z]`, with up to nine digits of fraction.
    init?(_ bytes: UnsafeRawBufferPointer) {
      let count = bytes.count
      guard count >= 16, bytes[10] == UInt8(ascii: " ") || bytes[10] | 0x20 == UInt8(ascii: "t"),
        bytes[13] == UInt8(ascii: ":")
      else { return nil }
      let hour = twoDigits(bytes, at: 11)
      let minute = twoDigits(bytes, at: 14)
      guard hour >= 0, hour < 24, minute >= 0, minute < 60 else { return nil }
      var index = 16
      var hasSeconds = false
      var fractionEnd = index
      if index + 2 < count, bytes[index] == UInt8(ascii: ":") {
        let second = twoDigits(bytes, at: index + 1)
        guard second >= 0, second < 60 else { return nil }
        index += 3
        hasSeconds = true
        fractionEnd = index
      }
      wholeEnd = index
      if hasSeconds, index < count, bytes[index] == UInt8(ascii: ".") {
        index += 1
        let start = index
        while index < count, bytes[index] &- UInt8(ascii: "0") < 10 {
          if bytes[index] != UInt8(ascii: "0") { fractionEnd = index + 1 }
          index += 1
        }
        guard index > start, index - start <= 9 else { return nil }
      }
      if index < count, bytes[index] | 0x20 == UInt8(ascii: "z") { index += 1 }
      guard index == count else { return nil }
      self.hasSeconds = hasSeconds
      self.fractionEnd = fractionEnd
    }
  }

  /// Writes a point in time as it is stored, `YYYY-MM-DD HH:MM:SS` with a fraction where there is one, and returns
  /// the number of bytes; nil where the bytes are none. A day stands for its midnight.
  ///
  /// - Parameter target: room for `longestTimestamp` bytes.
  static func timestamp(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> Int? {
    guard beginsWithDate(bytes), let source = bytes.baseAddress else { return nil }
    target.copyMemory(from: source, byteCount: dateByteCount)
    target.storeBytes(of: UInt8(ascii: " "), toByteOffset: 10, as: UInt8.self)
    let midnight: StaticString = "00:00:00"
    if bytes.count == dateByteCount {
      (target + 11).copyMemory(from: midnight.utf8Start, byteCount: 8)
      return 19
    }
    guard let time = Time(bytes) else { return nil }
    let end = max(time.wholeEnd, time.fractionEnd)
    (target + 11).copyMemory(from: source + 11, byteCount: end - 11)
    if time.hasSeconds { return end }
    (target + 16).copyMemory(from: midnight.utf8Start + 5, byteCount: 3)
    return 19
  }
}
