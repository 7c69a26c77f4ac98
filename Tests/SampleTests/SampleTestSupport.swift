import Foundation
import Sample
import Zip

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sample-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// A sample archive, written and read back.
struct WrittenSample: Sendable {
  let summary: SampleSummary
  let path: String
  private let folder: TemporaryFolder

  init(_ options: SampleOptions, threadCount: Int? = nil) throws {
    folder = try TemporaryFolder()
    path = folder.file("archive.zip")
    summary = try SampleArchive.write(options, to: path, threadCount: threadCount)
  }

  func archiveBytes() throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The whole content of a member.
  func content(_ name: String) throws -> [UInt8] {
    let archive = try ZipArchive(path: path)
    let wanted = Array(name.utf8)
    let entry = try archive.entries { $0.elementsEqual(wanted) }[0]
    var reader = try archive.reader(of: entry)
    var bytes = [UInt8](repeating: 0, count: entry.uncompressedSize)
    _ = try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
    return bytes
  }

  /// The rows of a CSV, header first.
  func rows(_ name: String) throws -> [[String]] {
    try strictRows(content(name))
  }
}

struct MalformedCSV: Error {
  var what: String
  var offset: Int
}

/// Splits CSV that must be as the real files are: CRLF, quotes only where they are needed, no line breaks within.
func strictRows(_ bytes: [UInt8]) throws -> [[String]] {
  var rows: [[String]] = []
  var row: [String] = []
  var index = 0
  while index < bytes.count {
    var field: [UInt8] = []
    var needsQuotes = false
    let isQuoted = bytes[index] == UInt8(ascii: "\"")
    if isQuoted { index += 1 }
    while true {
      guard index < bytes.count else { throw MalformedCSV(what: "no line break at the end", offset: index) }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        guard isQuoted else { throw MalformedCSV(what: "a bare quote", offset: index) }
        guard index + 1 < bytes.count, bytes[index + 1] == byte else { break }
        needsQuotes = true
        index += 1
      } else if byte == 13 || byte == 10 || byte == UInt8(ascii: ",") {
        if !isQuoted { break }
        guard byte == UInt8(ascii: ",") else {
          throw MalformedCSV(what: "a line break in quotes", offset: index)
        }
        needsQuotes = true
      }
      field.append(byte)
      index += 1
    }
    if isQuoted {
      guard needsQuotes else { throw MalformedCSV(what: "quotes without need", offset: index) }
      index += 1
    }
    guard let text = String(validating: field, as: UTF8.self) else {
      throw MalformedCSV(what: "no UTF-8", offset: index)
    }
    row.append(text)
    if bytes[index] == UInt8(ascii: ",") {
      index += 1
    } else {
      guard bytes[index...].starts(with: [13, 10]) else { throw MalformedCSV(what: "no CRLF", offset: index) }
      index += 2
      rows.append(row)
      row = []
    }
  }
  return rows
}
