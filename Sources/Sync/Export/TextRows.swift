import Parquet
import Storage

/// Writes rows as CSV or as one JSON object a line. A NULL is nothing in CSV, where the empty text is quoted.
struct TextRows {
  let format: ExportFormat
  let columns: [MappedColumn]

  /// The first line of a file.
  var header: [UInt8] {
    guard format == .csv else { return [] }
    var bytes: [UInt8] = []
    for (index, column) in columns.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      column.name.withUTF8Copy { Self.appendCSV($0, to: &bytes) }
    }
    return bytes + [UInt8(ascii: "\n")]
  }

  /// Appends the rows of batches of the columns' types.
  func append(_ batches: [ColumnBatch], to bytes: inout [UInt8]) {
    var values = [Int](repeating: 0, count: batches.count)
    for row in 0..<(batches.first?.rowCount ?? 0) {
      if format == .ndjson { bytes.append(UInt8(ascii: "{")) }
      for (index, batch) in batches.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        if format == .ndjson {
          columns[index].name.withUTF8Copy { Self.appendJSON($0, to: &bytes) }
          bytes.append(UInt8(ascii: ":"))
        }
        if let validity = batch.validity, validity[row] == 0 {
          if format == .ndjson { bytes.append(contentsOf: "null".utf8) }
          continue
        }
        append(batch.bytes(at: values[index]), columns[index].type, to: &bytes)
        values[index] += 1
      }
      if format == .ndjson { bytes.append(UInt8(ascii: "}")) }
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private func append(_ value: UnsafeRawBufferPointer, _ type: MappedType, to bytes: inout [UInt8]) {
    switch type {
    case .integer: bytes.append(contentsOf: String(value.loadUnaligned(as: Int64.self)).utf8)
    case .real:
      let number = value.loadUnaligned(as: Double.self)
      bytes.append(contentsOf: (format == .ndjson && !number.isFinite ? "null" : "\(number)").utf8)
    case .boolean: bytes.append(contentsOf: (value[0] != 0 ? "true" : "false").utf8)
    case .date: appendText(CalendarText.text(days: value.loadUnaligned(as: Int32.self)), to: &bytes)
    case .timestamp:
      appendText(CalendarText.text(microseconds: value.loadUnaligned(as: Int64.self)), to: &bytes)
    case .text: appendText(value, to: &bytes)
    case .binary:
      appendText(
        value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(), to: &bytes)
    }
  }

  private func appendText(_ text: String, to bytes: inout [UInt8]) {
    text.withUTF8Copy { appendText($0, to: &bytes) }
  }

  private func appendText(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    if format == .csv { Self.appendCSV(text, to: &bytes) } else { Self.appendJSON(text, to: &bytes) }
  }

  private static func appendCSV(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    let special: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    guard text.isEmpty || text.contains(where: { special.contains($0) }) else {
      bytes.append(contentsOf: text)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendJSON(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension String {
  fileprivate func withUTF8Copy(_ body: (UnsafeRawBufferPointer) -> Void) {
    var copy = self
    copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }
}
