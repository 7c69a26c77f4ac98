import Files
import Parquet
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two sides of `Tests/Conformance/parquet.py`, which names a folder in `PARQUET_EXCHANGE`: files that others read
/// are written to its `ours`, files that others wrote are read from its `theirs`. Beside each lies a text with a line
/// for each row, its values in a form that every language can make.
@Suite(.enabled(if: getenv("PARQUET_EXCHANGE") != nil)) struct ExchangeTests {
  private static var folder: String { getenv("PARQUET_EXCHANGE").map { String(cString: $0) } ?? "" }

  @Test("files of every type, encoding, codec and page version are written for others")
  func write() throws {
    let folder = Path.join(Self.folder, "ours")
    try FileSystem.createDirectory(folder)
    for codec in CompressionCodec.allCases {
      for version in [WriterProperties.PageVersion.v1, .v2] {
        for pattern in Pattern.allCases {
          for count in [0, 1, 2500] {
            for mode in Mode.allCases { try write(codec, version, pattern, count, mode, to: folder) }
          }
        }
      }
    }
  }

  /// How the encodings of a file are chosen: by the writer, by the writer among those of the first readers, or each in
  /// turn.
  private enum Mode: String, CaseIterable {
    case automatic
    case classic
    case forced
  }

  /// Writes one file of all types.
  private func write(
    _ codec: CompressionCodec, _ version: WriterProperties.PageVersion, _ pattern: Pattern, _ count: Int,
    _ mode: Mode, to folder: String
  ) throws {
    var properties = WriterProperties()
    properties.compression = Compression(codec)
    properties.pageVersion = version
    properties.pageByteLimit = 4000
    properties.rowGroupRowLimit = 1100
    let round = Pattern.allCases.firstIndex(of: pattern) ?? 0
    var rows = SampleRows(seed: UInt64(round + 1))
    let columns = SampleRows.types.map { type in
      var column = type
      column.isNullable = pattern == .allNull || round % 2 == 0
      return column
    }
    switch mode {
    case .automatic: break
    case .classic: properties.encoding = .dictionary
    case .forced:
      for (index, column) in columns.enumerated() {
        // DuckDB and Polars do not read values of fixed length by split bytes.
        let encodings = SampleRows.encodings(of: column).filter { encoding in
          if case .fixedLengthByteArray = column.physicalType { encoding != .byteStreamSplit } else { true }
        }
        properties.encodings[column.name] = encodings[(index + round + codec.rawValue) % encodings.count]
      }
    }
    let values = columns.map { rows.values($0, count, pattern) }
    let path = Path.join(
      folder, "\(codec.name)-v\(version.rawValue)-\(mode.rawValue)-\(pattern.rawValue)-\(count)")
    try FileSystem.write(
      try SampleRows.write(columns, values, properties), to: "\(path).parquet", isDurable: false)
    try FileSystem.write(Array(Self.text(columns, values, count).utf8), to: "\(path).tsv", isDurable: false)
  }

  @Test("files of other writers are read with their values")
  func read() throws {
    let folder = Path.join(Self.folder, "theirs")
    let names = try FileSystem.list(folder).filter { $0.hasSuffix(".parquet") }
    #expect(!names.isEmpty)
    for name in names {
      let reader = try FileReader(path: Path.join(folder, name))
      let values = try reader.schema.columns.indices.map {
        try SampleRows.read(reader, column: $0, batchRows: 777)
      }
      let text = Self.text(reader.schema.columns, values, reader.metadata.rowCount)
      let expected = try FileSystem.readText(Path.join(folder, name.replacing(".parquet", with: ".tsv")))
      guard text != expected else { continue }
      let difference = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
      Issue.record("\(name): ours \(difference?.0 ?? "ends"), theirs \(difference?.1 ?? "ends")")
    }
    print("\(names.count) passed, 0 failed to be opened")
  }

  // MARK: Size

  /// The rows of the long file: `PARQUET_LARGE_ROWS`, else 10 million.
  private static var largeRowCount: Int {
    getenv("PARQUET_LARGE_ROWS").flatMap { Int(String(cString: $0)) } ?? 10_000_000
  }
  private static let longTextByteCount = 20 << 20

  @Test("a file of 10 million rows and one of texts of 20 MiB are written for others")
  func writeLarge() throws {
    let folder = Path.join(Self.folder, "large")
    try FileSystem.createDirectory(folder)
    try Self.write(Self.largeRowCount, to: Path.join(folder, "ours-rows.parquet")) { "t\($0 % 1000)" }
    try Self.write(5, to: Path.join(folder, "ours-texts.parquet")) {
      String(repeating: ["a", "b", "c", "d", "e"][$0], count: Self.longTextByteCount)
    }
  }

  /// Writes rows of a number from 0 on and a text.
  private static func write(_ count: Int, to path: String, _ text: (Int) -> String) throws {
    let columns = [Column("n", .int64), Column("text", .byteArray, .string)]
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var writer = try FileWriter(DescriptorSink(descriptor, path: path), schema: Schema(columns))
    let batches = columns.map { ColumnBatch($0) }
    for number in 0..<count {
      batches[0].append(Int64(number))
      Array(text(number).utf8).withUnsafeBytes { batches[1].append($0) }
      if batches[1].byteCount > 1 << 20 || number == count - 1 {
        try writer.write(batches)
        for batch in batches { batch.removeAll() }
      }
    }
    try writer.close()
  }

  @Test("a file of 10 million rows and one of texts of 20 MiB that others wrote are read")
  func readLarge() throws {
    let folder = Path.join(Self.folder, "large")
    try Self.check(Path.join(folder, "theirs-rows.parquet"), Self.largeRowCount) { "t\($0 % 1000)" }
    try Self.check(Path.join(folder, "theirs-texts.parquet"), 5) {
      String(repeating: ["a", "b", "c", "d", "e"][$0], count: Self.longTextByteCount)
    }
  }

  private static func check(_ path: String, _ count: Int, _ text: (Int) -> String) throws {
    let reader = try FileReader(path: path)
    #expect(reader.metadata.rowCount == count)
    let batches = reader.schema.columns.map { ColumnBatch($0) }
    var number = 0
    for group in reader.metadata.rowGroups.indices {
      let columns = try [0, 1].map { try reader.column($0, rowGroup: group) }
      while columns[0].remainingRowCount > 0 {
        for (column, batch) in zip(columns, batches) {
          batch.removeAll()
          _ = try column.read(count < 10 ? 1 : 4096, into: batch)
        }
        let numbers = batches[0].values(as: Int64.self)
        for index in numbers.indices {
          let expected = Array(text(number).utf8)
          guard numbers[index] == number, batches[1].bytes(at: index).elementsEqual(expected) else {
            Issue.record("\(path): row \(number) is another")
            return
          }
          number += 1
        }
      }
    }
    #expect(number == count)
  }

  @Test("the public files are read or refused")
  func publicFiles() throws {
    let folder = Path.join(Self.folder, "public")
    var lines: [String] = []
    for name in (try? FileSystem.list(folder)) ?? [] where !name.hasSuffix(".tsv") && !name.hasSuffix(".txt")
    {
      do {
        let reader = try FileReader(path: Path.join(folder, name))
        let columns = try reader.columnIndices()
        let values = try columns.map { try SampleRows.read(reader, column: $0) }
        let text = Self.text(reader.schema.columns, values, reader.metadata.rowCount)
        try FileSystem.write(Array(text.utf8), to: Path.join(folder, "\(name).tsv"), isDurable: false)
        lines.append("\(name)\tread")
      } catch let error as ParquetError {
        lines.append("\(name)\t\(error.diagnostic.message)")
      }
    }
    try FileSystem.write(
      Array(lines.map { $0 + "\n" }.joined().utf8), to: Path.join(folder, "tally.txt"), isDurable: false)
  }

  private static func text(_ columns: [Column], _ values: [[StoredValue]], _ count: Int) -> String {
    var text = columns.map(\.name).joined(separator: "\t") + "\n"
    for row in 0..<count {
      text += zip(columns, values).map { column, values in values[row].map { portable(column, $0) } ?? "~" }
        .joined(separator: "\t")
      text += "\n"
    }
    return text
  }

  /// Integers, days, microseconds and decimals without their point as integers; the bits of reals and the bytes of
  /// texts in hexadecimal.
  private static func portable(_ column: Column, _ bytes: [UInt8]) -> String {
    let word = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch (column.physicalType, column.logicalType) {
    case (.boolean, _): return String(bytes[0])
    case (.int32, .integer(_, isSigned: false)), (.int64, .integer(_, isSigned: false)): return String(word)
    case (.int32, _): return String(Int32(truncatingIfNeeded: word))
    case (.int64, .timestamp(.nanoseconds, _)):
      return String(
        Int64(bitPattern: word) >= 0 ? Int64(bitPattern: word) / 1000 : (Int64(bitPattern: word) - 999) / 1000
      )
    case (.int64, .timestamp(.milliseconds, _)): return String(Int64(bitPattern: word) * 1000)
    case (.int64, _): return String(Int64(bitPattern: word))
    case (.int96, _):
      let day = Int64(bytes[8...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) - 2_440_588
      // Nanoseconds since 1970, as far as 64 bits reach, as pyarrow has them.
      let nanoseconds = day &* 86_400_000_000_000 &+ Int64(bitPattern: word)
      return String(nanoseconds >= 0 ? nanoseconds / 1000 : (nanoseconds - 999) / 1000)
    case (.fixedLengthByteArray, .decimal), (.byteArray, .decimal):
      let start: Int128 = bytes.first.map { $0 >= 0x80 } == true ? -1 : 0
      return String(bytes.reduce(start) { $0 << 8 | Int128($1) })
    default: return "x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}
