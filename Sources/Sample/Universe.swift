/// All that rows are made from: the options, the words, and what each film is.
struct Universe: Sendable {
  let options: SampleOptions
  let words = Vocabulary()
  let shapes = Shapes()
  let numbering: FilmNumbering
  let countryChoice: WeightedChoice
  let languageChoice: WeightedChoice
  let genreChoice = WeightedChoice(Genres.weighted.map(\.weight))
  let crewRoleChoice = WeightedChoice(CrewRoles.weighted.map(\.weight))
  let releaseTypeChoice = WeightedChoice(ReleaseTypes.weighted.map(\.weight))
  /// How many different people and studios and titles there are to draw from; they grow with the archive, so
  /// that filmographies have the same shape at every size.
  let actorPopulation: Int
  let crewPopulation: Int
  let studioPopulation: Int
  let titlePopulation: Int

  init(options: SampleOptions) {
    self.options = options
    numbering = FilmNumbering(options: options)
    countryChoice = WeightedChoice(Self.fallingWeights(words.countries.count, first: 1.9))
    languageChoice = WeightedChoice(Self.fallingWeights(words.languages.count, first: 5))
    actorPopulation = max(100, options.movies * 188 / 100)
    crewPopulation = max(100, options.movies * 131 / 100)
    studioPopulation = max(20, options.movies * 182 / 1000)
    titlePopulation = max(100, options.movies * 8)
  }

  /// Weights that fall as 1 / rank^1.5, the first one raised. Square roots are exact on every machine.
  private static func fallingWeights(_ count: Int, first: Double) -> [Int] {
    (0..<count).map { rank in
      let x = Double(rank + 3)
      return Int((rank == 0 ? first : 1) * 1e9 / (x * x.squareRoot()))
    }
  }

  func random(_ stream: Stream, _ index: Int) -> SampleRandom {
    SampleRandom(seed: options.seed, stream: stream.rawValue, index: index)
  }

  func random(_ file: SampleFile, _ index: Int) -> SampleRandom {
    SampleRandom(seed: options.seed, stream: file.stream, index: index)
  }

  /// Where a film stands, from 0 (the most popular) to `Curve.one`.
  func rank(of index: Int) -> Int {
    index * Curve.one / options.movies
  }

  /// The film whose name and date a film shares: itself, or rarely one of its neighbours,
  /// but not among the most popular.
  func twin(of index: Int) -> Int {
    var random = random(.twin, index)
    guard index > options.movies / 50, random.chance(shapes.twinShare) else { return index }
    return index - 1 - random.below(min(index, 200))
  }

  /// The year of a film, if it is known.
  func year(of index: Int) -> Int? {
    let source = twin(of: index)
    if source % 250_000 == 901 { return 1874 }
    if source % 250_000 == 97 { return 2031 }
    var random = random(.year, source)
    guard random.chance(shapes.dateShare.value(at: rank(of: source))) else { return nil }
    return shapes.year.draw(&random)
  }

  /// The number of the country where a film was made.
  func country(of index: Int) -> Int {
    var random = random(.place, index)
    return countryChoice.draw(&random)
  }

  /// The number of the language that is spoken in a film.
  func language(of index: Int) -> Int {
    var random = random(.place, index)
    let country = countryChoice.draw(&random)
    // The first countries speak the languages of these numbers; elsewhere any may be spoken.
    if country < Self.languageOfCountry.count, !random.chance(9000) { return Self.languageOfCountry[country] }
    return languageChoice.draw(&random)
  }

  private static let languageOfCountry = [
    0, 1, 0, 3, 4, 0, 11, 7, 2, 6, 2, 8, 9, 0, 12, 10, 2, 13, 9, 1, 18, 19, 3, 16, 17, 3, 6, 14, 25, 23, 22,
    2, 20, 24,
    8, 21, 0, 28, 32, 15,
  ]
}
