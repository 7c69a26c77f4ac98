/// Makes the rows of films. Each thread has one of its own.
struct RowGenerator: ~Copyable {
  let universe: Universe
  var buffer: CSVBuffer
  var drawn = DistinctSet()

  init(universe: Universe) {
    self.universe = universe
    buffer = CSVBuffer(capacity: 2 << 20)
  }

  /// Replaces the buffer's content by the rows that the films of `range` have in `file`, with the header in front
  /// of the first film's.
  mutating func generate(_ file: SampleFile, films range: Range<Int>) {
    buffer.removeAll()
    if range.lowerBound == 0 {
      buffer.append(file.header(isVersion1: universe.options.isVersion1))
      buffer.append("\r\n")
    }
    for index in range {
      let film = Film(
        index: index, id: universe.numbering.id(of: index), rank: universe.rank(of: index))
      var random = universe.random(file, index)
      switch file {
      case .actors: appendActors(film, &random)
      case .countries: appendCountries(film, &random)
      case .crew: appendCrew(film, &random)
      case .genres: appendGenres(film, &random)
      case .languages: appendLanguages(film, &random)
      case .movies: appendMovie(film, &random)
      case .releases: appendReleases(film, &random)
      case .studios: appendStudios(film, &random)
      case .themes: appendThemes(film, &random)
      }
    }
  }

  /// Begins a row: the film's id and a comma.
  @inline(__always)
  mutating func beginRow(_ film: Film) {
    buffer.append(film.id)
    buffer.append(UInt8(ascii: ","))
  }

  /// Draws until a number comes that the film does not have yet; after some misses the next free one is taken.
  mutating func drawNew(
    _ random: inout SampleRandom, below bound: Int, _ draw: (inout SampleRandom) -> Int
  ) -> Int {
    for _ in 0..<8 {
      let number = draw(&random)
      if drawn.insert(number) { return number }
    }
    var number = random.below(bound)
    for _ in 0..<bound {
      if drawn.insert(number) { return number }
      number = number + 1 < bound ? number + 1 : 0
    }
    return number
  }
}
