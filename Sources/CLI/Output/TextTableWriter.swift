import SQLite

/// Rows as a table for people: numbers to the right, columns as wide as the first rows need.
struct TextTableWriter {
  enum Style {
    case box
    case markdown
  }

  let style: Style
  let console: Console

  /// Rows that are looked at before the widths are fixed; what comes later flows on with those.
  private static let sampleCount = 1000
  /// No column of a box is wider; longer texts end in `…`.
  private static let widthLimit = 60

  func write(_ statement: borrowing Statement) throws -> Int {
    let names = statement.columnNames.map { shown($0) }
    var sample: [[String]] = []
    var isNumeric = Array(repeating: true, count: names.count)
    var hasMore = false
    while try statement.step() {
      let row = cells(statement, &isNumeric)
      sample.append(row)
      if sample.count == Self.sampleCount {
        hasMore = true
        break
      }
    }
    var widths = names.map { TextWidth.of($0) }
    for row in sample {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], TextWidth.of(cell)) }
    }
    var buffer = OutputBuffer()
    writeHead(names, widths, isNumeric, &buffer)
    for row in sample { buffer.append(line(row, widths, isNumeric)) }
    var count = sample.count
    var later = isNumeric
    while hasMore, try statement.step() {
      buffer.append(line(cells(statement, &later), widths, isNumeric))
      count += 1
    }
    buffer.flush()
    return count
  }

  private func cells(_ statement: borrowing Statement, _ isNumeric: inout [Bool]) -> [String] {
    (0..<statement.columnCount).map { column in
      let value = statement.value(column)
      switch value {
      case .integer, .real: break
      case .null: return style == .box ? "NULL" : ""
      case .text, .blob: isNumeric[column] = false
      }
      return shown(CellText.plain(value))
    }
  }

  /// One line of a bounded width, with nothing in it that moves the cursor.
  private func shown(_ text: String) -> String {
    var result = String(text.map { $0.isNewline || $0 == "\t" ? " " : Self.isControl($0) ? "\u{FFFD}" : $0 })
    if style == .markdown { return result.replacing("|", with: "\\|") }
    if TextWidth.of(result) > Self.widthLimit {
      while TextWidth.of(result) >= Self.widthLimit { result.removeLast() }
      result += "…"
    }
    return result
  }

  private static func isControl(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first?.value else { return false }
    return scalar < 0x20 || (0x7F...0x9F).contains(scalar)
  }

  private func writeHead(
    _ names: [String], _ widths: [Int], _ isNumeric: [Bool], _ buffer: inout OutputBuffer
  ) {
    buffer.append(line(names, widths, isNumeric))
    let rules = zip(widths, isNumeric).map { width, isNumeric in
      switch style {
      case .box: String(repeating: "─", count: width)
      case .markdown: String(repeating: "-", count: max(1, width - 1)) + (isNumeric ? ":" : "-")
      }
    }
    buffer.append(
      style == .box ? rules.joined(separator: "  ") + "\n" : "| " + rules.joined(separator: " | ") + " |\n")
  }

  private func line(_ cells: [String], _ widths: [Int], _ isNumeric: [Bool]) -> String {
    var padded: [String] = []
    for (column, cell) in cells.enumerated() {
      let blank = String(repeating: " ", count: max(0, widths[column] - TextWidth.of(cell)))
      padded.append(isNumeric[column] ? blank + cell : cell + blank)
    }
    if style == .markdown { return "| " + padded.joined(separator: " | ") + " |\n" }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}

/// How many cells of a terminal a text takes.
enum TextWidth {
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { sum, character in
      sum + (character.unicodeScalars.contains { isWide($0.value) } ? 2 : 1)
    }
  }

  /// The blocks that East Asian Width (UAX #11) calls wide, as far as names of films use them.
  private static func isWide(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
