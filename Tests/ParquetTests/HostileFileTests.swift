import Diagnostics
import Parquet
import TestSupport
import Testing

@Suite struct HostileFileTests {
  /// Reads all that a file has; what goes wrong is thrown.
  private func readEverything(_ bytes: [UInt8]) throws(ParquetError) {
    var limits = ReaderLimits()
    limits.pageByteCount = 1 << 22
    limits.batchByteCount = 1 << 22
    let reader = try FileReader(bytes: bytes, limits: limits)
    for column in try reader.columnIndices() {
      for group in reader.metadata.rowGroups.indices {
        _ = try reader.pageIndex(column: column, rowGroup: group)
        _ = reader.bounds(column: column, rowGroup: group)
        let values = try reader.column(column, rowGroup: group)
        let batch = ColumnBatch(values.column)
        while values.remainingRowCount > 0 {
          batch.removeAll()
          _ = try values.read(500, into: batch)
        }
      }
    }
  }

  /// Files of all types in one encoding and page version.
  private static func file(_ seed: UInt64, _ version: WriterProperties.PageVersion, _ codec: CompressionCodec)
    throws -> [UInt8]
  {
    var rows = SampleRows(seed: seed)
    var properties = WriterProperties()
    properties.pageVersion = version
    properties.compression = Compression(codec)
    properties.pageByteLimit = 400
    properties.rowGroupRowLimit = 150
    for (index, column) in SampleRows.types.enumerated() {
      let encodings = SampleRows.encodings(of: column)
      properties.encodings[column.name] = encodings[(index + Int(seed)) % encodings.count]
    }
    let patterns = Pattern.allCases
    let values = SampleRows.types.enumerated().map {
      rows.values($1, 200, patterns[($0 + Int(seed)) % patterns.count])
    }
    return try SampleRows.write(SampleRows.types, values, properties)
  }

  @Test("a file that is cut off anywhere is refused", arguments: [WriterProperties.PageVersion.v1, .v2])
  func truncated(version: WriterProperties.PageVersion) throws {
    let bytes = try Self.file(1, version, .uncompressed)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: ParquetError.self, "\(count) bytes") { try readEverything(Array(bytes[..<count])) }
    }
  }

  @Test(
    "flipped bits are refused or read as other values, and never trap", arguments: CompressionCodec.allCases)
  func flipped(codec: CompressionCodec) throws {
    var random = SeededRandom.fresh()
    print("flipped bits: seed \(random.seed)")
    for round in 0..<6 {
      let bytes = try Self.file(UInt64(round), round % 2 == 0 ? .v1 : .v2, codec)
      for _ in 0..<150 {
        var damaged = bytes
        for _ in 0...Int(random.next() % 4) {
          damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
        }
        do { try readEverything(damaged) } catch {
          #expect(
            [.parquetDamaged, .parquetUnsupported, .parquetLimit, .parquetChecksum, .parquetNotParquet]
              .contains(error.code))
        }
      }
    }
  }

  @Test("pages are as safe where no checksum guards them")
  func withoutChecksums() throws {
    var random = SeededRandom.fresh()
    print("without checksums: seed \(random.seed)")
    var limits = ReaderLimits()
    limits.verifiesChecksums = false
    limits.pageByteCount = 1 << 22
    limits.batchByteCount = 1 << 22
    for round in 0..<20 {
      let bytes = try Self.file(
        UInt64(round), round % 2 == 0 ? .v1 : .v2,
        round % 3 == 0 ? .snappy : round % 3 == 1 ? .lz4Raw : .uncompressed)
      let intact = try FileReader(bytes: bytes)
      let ends = intact.metadata.rowGroups.flatMap(\.columns).map { $0.startOffset + $0.compressedByteCount }
      let dataEnd = try #require(ends.max())
      for _ in 0..<100 {
        var damaged = bytes
        for _ in 0...Int(random.next() % 3) {
          damaged[4 + Int(random.next() % UInt64(dataEnd - 4))] = UInt8(truncatingIfNeeded: random.next())
        }
        let reader = try FileReader(bytes: damaged, limits: limits)
        for column in reader.schema.columns.indices {
          _ = try? SampleRows.read(reader, column: column, batchRows: 300)
        }
      }
    }
  }

  @Test("random bytes between two magic words are refused")
  func garbage() {
    var random = SeededRandom.fresh()
    print("garbage: seed \(random.seed)")
    for _ in 0..<2000 {
      let body = random.bytes(Int(random.next() % 300))
      let length = UInt32(random.next() % 320)
      let bytes =
        Array("PAR1".utf8) + body + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        + Array("PAR1".utf8)
      #expect(throws: ParquetError.self) { try readEverything(bytes) }
    }
  }

  @Test("a footer whose lists claim billions of elements takes no memory for them")
  func hugeCounts() {
    // Field 2, a list of structures with 2^31 - 1 elements.
    let footer: [UInt8] = [0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]
    let error = #expect(throws: ParquetError.self) { try FileReader(bytes: Self.framed(footer)) }
    #expect(error?.code == .parquetDamaged)
  }

  @Test("a footer that nests without end is refused")
  func recursion() {
    // Field 15, unknown, of structures in structures.
    let error = #expect(throws: ParquetError.self) {
      try FileReader(bytes: Self.framed([0xFC] + Array(repeating: 0x1C, count: 100_000)))
    }
    #expect(error?.diagnostic.message.contains("nest deeper") == true)
  }

  private static func framed(_ footer: [UInt8]) -> [UInt8] {
    let length = UInt32(footer.count)
    return Array("PAR1".utf8) + footer + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      + Array("PAR1".utf8)
  }

  @Test("a page that says it is larger than the limit is refused before anything is allocated")
  func bomb() throws {
    let column = Column("text", .byteArray, isNullable: false)
    let values: [StoredValue] = [Array(repeating: 0, count: 8 << 20)]
    var properties = WriterProperties()
    properties.encoding = .plain
    let bytes = try SampleRows.write([column], [values], properties)
    #expect(bytes.count < 10_000)
    let error = #expect(throws: ParquetError.self) { try readEverything(bytes) }
    #expect(error?.code == .parquetLimit)
    #expect(error?.column == "text" && error?.rowGroup == 0 && error?.byteOffset == 4)
  }

  @Test("a batch of one long text, repeated by a dictionary, stops at the limit")
  func dictionaryBomb() throws {
    let column = Column("text", .byteArray, isNullable: false)
    let values: [StoredValue] = Array(repeating: Array(repeating: 1, count: 100_000), count: 400)
    var properties = WriterProperties()
    properties.encoding = .dictionary
    let error = #expect(throws: ParquetError.self) {
      try readEverything(try SampleRows.write([column], [values], properties))
    }
    #expect(error?.code == .parquetLimit)
  }
}
