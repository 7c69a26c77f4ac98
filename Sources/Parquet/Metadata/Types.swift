/// How a column's values are stored (`Type` of parquet.thrift).
package enum PhysicalType: Sendable, Hashable {
  case boolean
  case int32
  case int64
  /// Twelve bytes: the deprecated form of timestamps, read only.
  case int96
  case float
  case double
  case byteArray
  case fixedLengthByteArray(Int)

  var code: Int {
    switch self {
    case .boolean: 0
    case .int32: 1
    case .int64: 2
    case .int96: 3
    case .float: 4
    case .double: 5
    case .byteArray: 6
    case .fixedLengthByteArray: 7
    }
  }

  init(code: Int, length: Int?) throws(ParquetError) {
    switch code {
    case 0: self = .boolean
    case 1: self = .int32
    case 2: self = .int64
    case 3: self = .int96
    case 4: self = .float
    case 5: self = .double
    case 6: self = .byteArray
    case 7:
      guard let length, (1...0xFF_FFFF).contains(length) else {
        throw ParquetError(
          .damaged("a column of fixed length has the length \(length.map(String.init) ?? "none")"))
      }
      self = .fixedLengthByteArray(length)
    default: throw ParquetError(.damaged("a column has the unknown type \(code)"))
    }
  }

  /// The bytes of a value in a `ColumnBatch`; nil where each value has its own length.
  package var width: Int? {
    switch self {
    case .boolean: 1
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .byteArray: nil
    case .fixedLengthByteArray(let length): length
    }
  }

  /// As the specification spells it.
  package var name: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixedLengthByteArray(let length): "FIXED_LEN_BYTE_ARRAY(\(length))"
    }
  }
}

/// `Encoding` of parquet.thrift.
package enum Encoding: Int, Sendable, CaseIterable {
  case plain = 0
  case plainDictionary = 2
  case rle = 3
  case bitPacked = 4
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case deltaByteArray = 7
  case rleDictionary = 8
  case byteStreamSplit = 9

  package var name: String {
    switch self {
    case .plain: "PLAIN"
    case .plainDictionary: "PLAIN_DICTIONARY"
    case .rle: "RLE"
    case .bitPacked: "BIT_PACKED"
    case .deltaBinaryPacked: "DELTA_BINARY_PACKED"
    case .deltaLengthByteArray: "DELTA_LENGTH_BYTE_ARRAY"
    case .deltaByteArray: "DELTA_BYTE_ARRAY"
    case .rleDictionary: "RLE_DICTIONARY"
    case .byteStreamSplit: "BYTE_STREAM_SPLIT"
    }
  }
}

/// `CompressionCodec` of parquet.thrift, as far as it is read and written here.
package enum CompressionCodec: Int, Sendable, CaseIterable {
  case uncompressed = 0
  case snappy = 1
  case gzip = 2
  case zstd = 6
  case lz4Raw = 7

  package var name: String {
    switch self {
    case .uncompressed: "UNCOMPRESSED"
    case .snappy: "SNAPPY"
    case .gzip: "GZIP"
    case .zstd: "ZSTD"
    case .lz4Raw: "LZ4_RAW"
    }
  }

  init(code: Int) throws(ParquetError) {
    if let codec = CompressionCodec(rawValue: code) {
      self = codec
      return
    }
    let names = [3: "LZO", 4: "BROTLI", 5: "the deprecated LZ4 of Hadoop"]
    throw ParquetError(.unsupported("it is compressed with \(names[code] ?? "the unknown codec \(code)")"))
  }
}

/// `PageType` of parquet.thrift.
enum PageType: Int {
  case dataPage = 0
  case indexPage = 1
  case dictionaryPage = 2
  case dataPageV2 = 3
}
