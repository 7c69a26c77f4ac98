/// Writes JSON with keys in the order of the alphabet, so that equal values have equal bytes.
package struct JSONWriter {
  private var bytes: [UInt8] = []

  private init() {}

  /// The value on one line.
  package static func bytes(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.bytes.reserveCapacity(1 << 12)
    writer.write(value)
    return writer.bytes
  }

  /// An object of fields whose values are written already.
  static func object(_ fields: [(key: String, bytes: [UInt8])]) -> [UInt8] {
    var writer = JSONWriter()
    writer.bytes.reserveCapacity(fields.reduce(2) { $0 + $1.key.utf8.count + $1.bytes.count + 6 })
    writer.bytes.append(UInt8(ascii: "{"))
    for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { writer.write(", ") }
      writer.writeString(field.key)
      writer.write(": ")
      writer.bytes += field.bytes
    }
    writer.bytes.append(UInt8(ascii: "}"))
    return writer.bytes
  }

  package static func text(_ value: JSONValue) -> String {
    String(decoding: bytes(value), as: UTF8.self)
  }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write("null")
    case .bool(let flag): write(flag ? "true" : "false")
    case .integer(let number): write(String(number))
    // JSON has no name for what is no number.
    case .real(let number): write(number.isFinite ? String(number) : "null")
    case .string(let text): writeString(text)
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { write(", ") }
        write(item)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let fields):
      bytes.append(UInt8(ascii: "{"))
      for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { write(", ") }
        writeString(field.key)
        write(": ")
        write(field.value)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func write(_ text: String) { bytes += text.utf8 }

  private mutating func writeString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    // Most texts need no escapes, and go as they are.
    let isPlain = text.utf8.withContiguousStorageIfAvailable { utf8 in
      guard utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
        return false
      }
      bytes.append(contentsOf: utf8)
      return true
    }
    if isPlain == true {
      bytes.append(UInt8(ascii: "\""))
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0..<0x20:
        write("\\u00")
        bytes.append(Self.digit(byte >> 4))
        bytes.append(Self.digit(byte & 0xF))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
