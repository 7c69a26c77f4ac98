import Parquet
import TestSupport
import Testing

@Suite struct RoundTripTests {
  /// Limits so small that pages and row groups end within the values.
  private static func properties(_ compression: Compression, _ version: WriterProperties.PageVersion)
    -> WriterProperties
  {
    var properties = WriterProperties()
    properties.compression = compression
    properties.pageVersion = version
    properties.rowGroupRowLimit = 700
    properties.pageByteLimit = 900
    properties.pageRowLimit = 250
    return properties
  }

  @Test(
    "what is written is read, for every type, encoding, codec and page version",
    arguments: CompressionCodec.allCases, [WriterProperties.PageVersion.v1, .v2])
  func everyType(codec: CompressionCodec, version: WriterProperties.PageVersion) throws {
    var random = SeededRandom.fresh()
    for type in SampleRows.types {
      for encoding in SampleRows.encodings(of: type) {
        for pattern in Pattern.allCases {
          var column = type
          column.isNullable = pattern == .allNull || random.next() % 2 == 0
          var rows = SampleRows(seed: random.next())
          let count = [0, 1, 7, 8, 9, 249, 250, 251, 1399, 1400, 1401][Int(random.next() % 11)]
          let values = rows.values(column, count, pattern)
          var properties = Self.properties(Compression(codec), version)
          properties.encoding = encoding
          let note: Comment = "\(column), \(encoding), \(pattern), \(count) rows, seed \(random.seed)"
          let bytes = try SampleRows.write(
            [column], [values], properties, batchRows: 1 + Int(random.next() % 900))
          let reader = try FileReader(bytes: bytes)
          #expect(reader.metadata.rowCount == count, note)
          #expect(reader.schema == Schema([column]), note)
          let read = try SampleRows.read(reader, column: 0, batchRows: 1 + Int(random.next() % 900))
          #expect(read == values, note)
        }
      }
    }
  }

  @Test("the same rows give the same bytes, however they were batched")
  func deterministic() throws {
    var rows = SampleRows(seed: 1)
    let values = SampleRows.types.map { rows.values($0, 5000, .repeated) }
    var properties = Self.properties(.zstd, .v1)
    properties.rowGroupRowLimit = 1024
    let whole = try SampleRows.write(SampleRows.types, values, properties)
    let pieces = try SampleRows.write(SampleRows.types, values, properties, batchRows: 137)
    #expect(whole == pieces)
  }

  @Test("texts of 20 MB are written and read")
  func longTexts() throws {
    let column = Column("text", .byteArray, .string)
    let long: [UInt8] = Array(repeating: UInt8(ascii: "x"), count: 20 << 20)
    let values: [StoredValue] = [[], long, nil, long.dropLast(), Array("end".utf8)]
    for encoding in SampleRows.encodings(of: column) {
      var properties = WriterProperties()
      properties.encoding = encoding
      let bytes = try SampleRows.write([column], [values], properties)
      #expect(try SampleRows.read(FileReader(bytes: bytes), column: 0) == values)
      #expect(bytes.count < 1 << 20)
    }
  }

  @Test("key-value metadata and the writer's name come back")
  func keyValues() throws {
    var properties = WriterProperties()
    properties.keyValues = [KeyValue("table", "movies"), KeyValue("empty", nil)]
    properties.createdBy = "a test"
    let reader = try FileReader(bytes: try SampleRows.write([Column("a", .int64)], [[]], properties))
    #expect(reader.metadata.keyValues == properties.keyValues)
    #expect(reader.metadata.createdBy == "a test")
    #expect(reader.metadata.rowCount == 0)
  }

  @Test(
    "a dictionary is used where it pays, and given up where it does not",
    arguments: [
      (Pattern.repeated, "text", ["RLE_DICTIONARY", "PLAIN", "RLE"]),
      (.random, "bytes", ["PLAIN", "RLE"]),
      (.ascending, "int64", ["DELTA_BINARY_PACKED", "RLE"]),
      (.repeated, "double", ["RLE_DICTIONARY", "PLAIN", "RLE"]), (.random, "double", ["PLAIN", "RLE"]),
    ])
  func automatic(pattern: Pattern, name: String, encodings: [String]) throws {
    let column = try #require(SampleRows.types.first { $0.name == name })
    var rows = SampleRows(seed: 2)
    let bytes = try SampleRows.write([column], [rows.values(column, 20_000, pattern)], WriterProperties())
    let chunk = try FileReader(bytes: bytes).metadata.rowGroups[0].columns[0]
    #expect(Set(chunk.encodingNames) == Set(encodings))
  }

  @Test("a dictionary that grows beyond its limit is given up")
  func dictionaryLimit() throws {
    let column = Column("text", .byteArray, .string)
    var rows = SampleRows(seed: 3)
    let values = rows.values(column, 20_000, .random)
    var properties = WriterProperties()
    properties.encoding = .dictionary
    properties.dictionaryByteLimit = 1000
    let reader = try FileReader(bytes: try SampleRows.write([column], [values], properties))
    #expect(reader.metadata.rowGroups[0].columns[0].encodingNames == ["PLAIN", "RLE"])
    #expect(try SampleRows.read(reader, column: 0) == values)
  }
}
