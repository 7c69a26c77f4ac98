import Threads
import Zip

/// Makes archives of the shape of the real one, of any size, with invented content.
package enum SampleArchive {
  /// More than a hundred times the real archive.
  package static let largestMovieCount = 100_000_000

  /// Writes the archive; nothing is left at `path` if that fails.
  ///
  /// Films are made and compressed on as many threads as there are processors (or `threadCount`), in chunks that
  /// do not depend on their number. Memory does not grow with the archive. `progress` is called on this thread.
  @discardableResult
  package static func write(
    _ options: SampleOptions, to path: String, threadCount: Int? = nil, level: Int = 4,
    progress: ((SampleProgress) -> Void)? = nil
  ) throws -> SampleSummary {
    guard (1...largestMovieCount).contains(options.movies) else {
      throw SampleError(reason: .movieCount(options.movies))
    }
    guard (0...largestMovieCount).contains(options.posters) else {
      throw SampleError(reason: .posterCount(options.posters))
    }
    let threadCount = threadCount ?? Processors.count
    let pieces = SampleFile.allCases.flatMap { Piece.all(of: $0, movies: options.movies) }
    let universe = Universe(options: options)
    let pipeline = ChunkPipeline<Piece, FinishedPiece>(items: pieces, window: 4 * threadCount)
    var zip = try ZipWriter(path: path)
    var files: [SampleSummary.File] = []
    try pipeline.run(threadCount: threadCount) { produce in
      var maker = PieceMaker(universe: universe, level: level)
      produce { piece in try maker.make(piece) }
    } consume: { next in
      var report = ProgressReport(pieceCount: pieces.count, body: progress)
      for file in SampleFile.allCases {
        if file == .releases { try addPosters(options.posters, to: &zip) }
        files.append(try addFile(file, of: options, to: &zip, &report, next))
      }
    }
    return SampleSummary(files: files, posterCount: options.posters, archiveByteCount: try zip.finish())
  }

  private static func addFile(
    _ file: SampleFile, of options: SampleOptions, to zip: inout ZipWriter, _ report: inout ProgressReport,
    _ next: () throws -> FinishedPiece
  ) throws -> SampleSummary.File {
    var summary = SampleSummary.File(name: file.name, rowCount: 0, byteCount: 0)
    // Estimates are true to a few per cent; room for Zip64 sizes is made long before they are needed.
    let isLarge = options.movies > (1 << 31) / file.bytesPerFilm
    try zip.addMember(file.name, isLarge: isLarge) { member in
      for _ in Piece.all(of: file, movies: options.movies) {
        let piece = try next()
        try member.append(piece.chunk)
        summary.rowCount += piece.rowCount
        summary.byteCount += piece.chunk.byteCount
        report.add(file, byteCount: piece.chunk.byteCount)
      }
    }
    return summary
  }

  private static func addPosters(_ count: Int, to zip: inout ZipWriter) throws {
    try Poster.bytes.withUnsafeBytes { bytes in
      let checksum = CRC32(of: bytes).value
      for index in 0..<count {
        try zip.addStored("posters/\(FilmNumbering.firstID + index).jpg", bytes, checksum: checksum)
      }
    }
  }
}

/// Counts what was written and tells the caller.
private struct ProgressReport {
  let pieceCount: Int
  let body: ((SampleProgress) -> Void)?
  var finishedCount = 0
  var byteCount = 0

  init(pieceCount: Int, body: ((SampleProgress) -> Void)?) {
    self.pieceCount = pieceCount
    self.body = body
  }

  mutating func add(_ file: SampleFile, byteCount: Int) {
    finishedCount += 1
    self.byteCount += byteCount
    body?(
      SampleProgress(
        file: file.name, byteCount: self.byteCount, fraction: Double(finishedCount) / Double(pieceCount)))
  }
}
