/// Guesses what a file that is no zip archive holds, from its first bytes.
enum FileContent {
  /// How many bytes of a file's beginning are looked at.
  static let headByteCount = 512

  /// What the file is, for the end of a sentence, or nil where that is not plain.
  static func describe(_ head: [UInt8]) -> String? {
    if head.isEmpty { return "an empty file" }
    for (magic, description) in magics where head.starts(with: magic) { return description }
    if head.count >= 262, head[257..<262].elementsEqual("ustar".utf8) { return "a tar archive" }
    if head.allSatisfy({ $0 == 0 }) { return "a file of zero bytes (space reserved for a download?)" }
    return describeText(head)
  }

  private static let magics: [([UInt8], String)] = [
    ([0x1F, 0x8B], "a gzip file"),
    ([0x42, 0x5A, 0x68], "a bzip2 file"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz file"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
    (Array("Rar!".utf8), "a RAR archive"),
    (Array("PAR1".utf8), "a Parquet file"),
    (Array("%PDF-".utf8), "a PDF document"),
    (Array("SQLite format 3\0".utf8), "an SQLite database"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer: run `git lfs pull`"),
  ]

  private static func describeText(_ head: [UInt8]) -> String? {
    let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    guard isText else { return nil }
    let text = String(decoding: head, as: UTF8.self)
    let start = String(text.drop { $0 == "\u{FEFF}" || $0.isWhitespace })
    let lower = start.lowercased()
    if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") {
      return "an HTML page (a log-in or error page saved in its place?)"
    }
    if start.hasPrefix("<?xml") || start.hasPrefix("<") { return "an XML text (a server's error message?)" }
    if start.hasPrefix("{") { return "a JSON text (a server's error message?)" }
    let line = start.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
    return "a text file that begins with '\(line.prefix(60))'"
  }
}
