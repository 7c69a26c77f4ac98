/// A row group as bytes, which a `FileWriter` of the same properties writes wherever it is due.
package struct EncodedRowGroup: Sendable {
  struct Chunk: Sendable {
    let encoded: EncodedChunk
    let column: Column
    let bytes: [UInt8]
  }

  package let rowCount: Int
  let chunks: [Chunk]
}

/// Encodes row groups apart from the file that they go to, so that several threads may do so, each with its own encoder.
package final class RowGroupEncoder {
  private let encoder: ChunkEncoder

  package init(_ properties: WriterProperties) {
    encoder = ChunkEncoder(properties)
  }

  /// Encodes the rows of batches, one for each column, and empties them.
  package func encode(_ batches: [ColumnBatch]) throws(ParquetError) -> EncodedRowGroup {
    let rowCount = batches.first?.rowCount ?? 0
    var chunks: [EncodedRowGroup.Chunk] = []
    for batch in batches {
      let encoded = try encoder.encode(batch)
      chunks.append(
        EncodedRowGroup.Chunk(encoded: encoded, column: batch.column, bytes: Array(encoder.output.bytes)))
      batch.removeAll()
    }
    return EncodedRowGroup(rowCount: rowCount, chunks: chunks)
  }
}
