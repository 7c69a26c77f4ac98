/// How a column's values are encoded.
package enum ColumnEncoding: Sendable, Hashable {
  /// Whatever is smallest of what every reader understands: dictionary, differences of integers, or PLAIN.
  case automatic
  case plain
  /// A dictionary as long as it fits its limit, PLAIN otherwise.
  case dictionary
  /// Of integers.
  case deltaBinaryPacked
  /// Of byte arrays.
  case deltaLengthByteArray
  /// Of numbers and values of fixed length.
  case byteStreamSplit
  /// Of booleans.
  case runLength
}

/// All that can be chosen when writing a file. The same properties and rows give the same bytes.
package struct WriterProperties: Sendable, Hashable {
  package enum PageVersion: Int, Sendable {
    case v1 = 1
    case v2 = 2
  }

  package var compression = Compression.zstd
  package var pageVersion = PageVersion.v1
  /// A row group ends at so many rows, or where its values take so many bytes in memory.
  package var rowGroupRowLimit = 262_144
  package var rowGroupByteLimit = 32 << 20
  /// About how large a page may get before compression, and how many rows it may have.
  package var pageByteLimit = 1 << 20
  package var pageRowLimit = 262_144
  /// A dictionary that would be larger is not made.
  package var dictionaryByteLimit = 1 << 20
  /// Bounds of byte arrays are cut to so many bytes.
  package var boundByteLimit = 64
  /// The encoding of columns by name; the others are encoded automatically.
  package var encodings: [String: ColumnEncoding] = [:]
  package var encoding = ColumnEncoding.automatic
  package var keyValues: [KeyValue] = []
  package var createdBy = "reelhouse-parquet version 1.0.0"

  package init() {}

  func encoding(of column: Column) -> ColumnEncoding { encodings[column.name] ?? encoding }

  func validate() throws(ParquetError) {
    let counts = [rowGroupRowLimit, rowGroupByteLimit, pageByteLimit, pageRowLimit, boundByteLimit]
    guard counts.allSatisfy({ $0 > 0 }), dictionaryByteLimit >= 0, pageByteLimit <= 1 << 29,
      dictionaryByteLimit <= 1 << 29
    else {
      throw ParquetError(.unwritable("a limit of its row groups or pages is out of range"))
    }
  }
}
