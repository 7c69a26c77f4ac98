#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads numbers from the bytes of fields. Spaces around them are the caller's affair.
enum NumberParsing {
  /// A decimal integer of 64 bits, with or without a sign.
  ///
  /// - Parameter allowsZeroFraction: whether `2023.0` is 2023, as pandas writes integers of a column with gaps.
  @inline(__always)
  static func integer(_ bytes: UnsafeRawBufferPointer, allowsZeroFraction: Bool = true) -> Int64? {
    let count = bytes.count
    guard count > 0 else { return nil }
    // SAFETY: index < count wherever a byte is read.
    var index = 0
    let sign = bytes[0]
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index = 1 }
    let firstDigit = index
    // Counted down from zero, since the smallest integer has no positive counterpart.
    var value: Int64 = 0
    while index < count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      if index &- firstDigit < 18 {
        value = value &* 10 &- Int64(digit)
      } else {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (difference, underflow) = product.subtractingReportingOverflow(Int64(digit))
        if overflow || underflow { return nil }
        value = difference
      }
      index &+= 1
    }
    guard index > firstDigit else { return nil }
    if index < count {
      guard allowsZeroFraction, isZeroFraction(bytes, from: index) else { return nil }
    }
    if sign == UInt8(ascii: "-") { return value }
    return value == .min ? nil : -value
  }

  private static func isZeroFraction(_ bytes: UnsafeRawBufferPointer, from point: Int) -> Bool {
    guard bytes[point] == UInt8(ascii: "."), point + 1 < bytes.count else { return false }
    return bytes[(point + 1)...].allSatisfy { $0 == UInt8(ascii: "0") }
  }

  private static let powersOfTen: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// A finite decimal number, rounded as `strtod` rounds it: `3`, `-3.5`, `.5`, `5.`, `1e-3`.
  static func real(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let count = bytes.count
    var index = 0
    var isNegative = false
    if index < count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    var mantissa: UInt64 = 0
    var digitCount = 0
    var significantCount = 0
    var fractionCount = 0
    var hasPoint = false
    while index < count {
      let byte = bytes[index]
      let digit = byte &- UInt8(ascii: "0")
      if digit < 10 {
        digitCount += 1
        if hasPoint { fractionCount += 1 }
        if significantCount > 0 || digit != 0 { significantCount += 1 }
        mantissa = mantissa &* 10 &+ UInt64(digit)
      } else if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        break
      }
      index += 1
    }
    guard digitCount > 0 else { return nil }
    var exponent = 0
    if index < count {
      guard let written = self.exponent(bytes, from: index) else { return nil }
      exponent = written
    }
    exponent -= fractionCount
    // Both operands are exact and there is one rounding, so the result is the nearest double (Clinger 1990).
    if significantCount <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      let magnitude = Double(mantissa)
      let value = exponent < 0 ? magnitude / powersOfTen[-exponent] : magnitude * powersOfTen[exponent]
      return isNegative ? -value : value
    }
    return slowReal(bytes)
  }

  /// The exponent written at `start`, clamped; nil where there is none or more than one.
  private static func exponent(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var index = start + 1
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < bytes.count else { return nil }
    var value = 0
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = min(value * 10 + Int(digit), 1_000_000)
      index += 1
    }
    return isNegative ? -value : value
  }

  /// `strtod` on a copy that ends in a zero byte; the syntax has been checked. No program here sets a locale.
  private static func slowReal(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { copy in
      for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
      copy[bytes.count] = 0
      return copy.baseAddress.map { strtod($0, nil) } ?? .nan
    }
    return value.isFinite ? value : nil
  }
}
