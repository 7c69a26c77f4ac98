extension RowGenerator {
  /// The rows of genres.csv.
  mutating func appendGenres(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let count = shapes.rowCount(
      share: shapes.genresShare, more: shapes.genresMore, factor: shapes.genresFactor, rank: film.rank,
      most: 17,
      &random)
    drawn.removeAll()
    for _ in 0..<count {
      let choice = universe.genreChoice
      let genre = drawNew(&random, below: words.genres.count) { choice.draw(&$0) }
      beginRow(film)
      buffer.append(words.genres, genre)
      buffer.endRow()
    }
  }

  /// The rows of countries.csv.
  mutating func appendCountries(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let count = shapes.rowCount(
      share: shapes.countriesShare, more: shapes.countriesMore, factor: shapes.countriesFactor,
      rank: film.rank,
      most: 30, &random)
    drawn.removeAll()
    for number in 0..<count {
      let choice = universe.countryChoice
      var country = universe.country(of: film.index)
      if number == 0 {
        _ = drawn.insert(country)
      } else {
        country = drawNew(&random, below: words.countries.count) { choice.draw(&$0) }
      }
      beginRow(film)
      let start = buffer.count
      buffer.append(words.countries, country)
      buffer.quoteField(from: start)
      buffer.endRow()
    }
  }

  /// The rows of languages.csv: one `Language`, or a `Primary language` with all those that are spoken.
  mutating func appendLanguages(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    guard random.chance(shapes.languagesShare.value(at: film.rank)) else { return }
    let language = universe.language(of: film.index)
    guard random.chance(3830) else { return appendLanguage(language, as: "Language", film) }
    appendLanguage(language, as: "Primary language", film)
    let count = shapes.rowCount(
      share: shapes.evenFactor, more: shapes.spokenMore, factor: shapes.evenFactor, rank: film.rank, most: 20,
      isForced: true, &random)
    drawn.removeAll()
    for _ in 0..<count {
      let choice = universe.languageChoice
      let spoken = drawNew(&random, below: words.languages.count) { choice.draw(&$0) }
      appendLanguage(spoken, as: "Spoken language", film)
    }
  }

  private mutating func appendLanguage(_ language: Int, as type: StaticString, _ film: Film) {
    beginRow(film)
    buffer.append(type)
    buffer.append(",")
    let start = buffer.count
    buffer.append(universe.words.languages, language)
    buffer.quoteField(from: start)
    buffer.endRow()
  }

  /// The rows of studios.csv.
  mutating func appendStudios(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let isTwice = film.isEvery(4441, from: 500)
    let count = shapes.rowCount(
      share: shapes.studiosShare, more: shapes.studiosMore, factor: shapes.studiosFactor, rank: film.rank,
      most: 29,
      isForced: isTwice, &random)
    let population = universe.studioPopulation
    drawn.removeAll()
    for number in 0..<count {
      let row = buffer.count
      beginRow(film)
      let start = buffer.count
      let studio = drawNew(&random, below: population) { $0.skewed(population, head: 30) }
      buffer.append(studio: studio, of: words)
      buffer.quoteField(from: start)
      buffer.endRow()
      if isTwice, number == 0 { buffer.repeatRow(from: row) }
    }
  }

  /// The rows of themes.csv; some films have one of a spelling that is not among the 109.
  mutating func appendThemes(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let isOdd = film.index % 97 == 3
    let count = shapes.rowCount(
      share: shapes.themesShare, more: shapes.themesMore, factor: shapes.evenFactor, rank: film.rank,
      most: 10,
      isForced: film.index == 3, &random)
    drawn.removeAll()
    for number in 0..<count {
      beginRow(film)
      let start = buffer.count
      if isOdd, number == 0 {
        buffer.append(words.unknownThemes.draw(&random))
      } else {
        let choice = words.themeChoice
        buffer.append(words.themes, drawNew(&random, below: words.themes.count) { choice.draw(&$0) })
      }
      buffer.quoteField(from: start)
      buffer.endRow()
    }
  }
}
