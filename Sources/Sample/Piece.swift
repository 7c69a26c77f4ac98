import Zip

/// The films of one chunk of one file.
struct Piece: Sendable {
  var file: SampleFile
  var films: Range<Int>

  /// The pieces of a file, in order; at least one, as each file has a header.
  static func all(of file: SampleFile, movies: Int) -> [Piece] {
    stride(from: 0, to: movies, by: file.filmsPerChunk).map { start in
      Piece(file: file, films: start..<min(start + file.filmsPerChunk, movies))
    }
  }
}

/// A piece's rows, compressed.
struct FinishedPiece: Sendable {
  var chunk: DeflatedChunk
  var rowCount: Int
}

/// Makes pieces on one thread, with memory that serves for all of them.
struct PieceMaker: ~Copyable {
  private var generator: RowGenerator
  private var deflater: ChunkDeflater?
  private let level: Int

  init(universe: Universe, level: Int) {
    generator = RowGenerator(universe: universe)
    self.level = level
  }

  mutating func make(_ piece: Piece) throws -> FinishedPiece {
    var deflater = try deflater.take() ?? ChunkDeflater(level: level)
    generator.generate(piece.file, films: piece.films)
    let chunk = deflater.deflate(generator.buffer.bytes)
    self.deflater = consume deflater
    return FinishedPiece(chunk: chunk, rowCount: generator.buffer.rowCount)
  }
}
