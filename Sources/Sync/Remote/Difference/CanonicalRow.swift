import Storage

/// A row by its canonical text, taken apart into its values.
package struct CanonicalRow: Sendable, Hashable {
  /// A value's bytes as the canonical text has them; nil for NULL.
  package typealias Field = [UInt8]?

  /// The canonical text.
  package let text: [UInt8]
  package let fields: [Field]

  /// Takes a text apart; nil where it is not one of so many columns. A field `!`, which Snowflake's SQL writes for a value
  /// that has no canonical form, is that.
  package init?(_ text: [UInt8], columnCount: Int) {
    var fields: [Field] = []
    var rest = text[...]
    while let first = rest.first {
      switch first {
      case UInt8(ascii: "~"):
        fields.append(nil)
        rest.removeFirst()
      case UInt8(ascii: "!"):
        fields.append([first])
        rest.removeFirst()
      default:
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        guard (1...18).contains(digits.count), rest.popFirst() == UInt8(ascii: ":"),
          let count = Int(String(decoding: digits, as: UTF8.self)), count <= rest.count
        else { return nil }
        fields.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      guard fields.count <= columnCount else { return nil }
    }
    guard fields.count == columnCount else { return nil }
    self.text = text
    self.fields = fields
  }

  /// A value for people, in the form of its column's type.
  static func shown(_ field: Field, _ type: MappedType) -> String {
    guard let field else { return "NULL" }
    let text = String(decoding: field, as: UTF8.self)
    if field == [UInt8(ascii: "!")], type != .text { return "a value without canonical form" }
    switch type {
    case .integer, .date, .text: return text
    case .boolean: return text == "1" ? "true" : "false"
    case .binary: return "x'\(text)'"
    case .real: return millionths(text)
    case .timestamp: return Int64(text).map { CalendarText.text(microseconds: $0) } ?? text
    }
  }

  /// An integer of millionths as a number: `1500000` is `1.5`. The hash knows reals no finer.
  private static func millionths(_ digits: String) -> String {
    let isNegative = digits.hasPrefix("-")
    var places = isNegative ? String(digits.dropFirst()) : digits
    if places.utf8.count < 7 { places = String(repeating: "0", count: 7 - places.utf8.count) + places }
    var fraction = String(places.suffix(6))
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let whole = places.dropLast(6)
    return "\(isNegative ? "-" : "")\(whole)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
