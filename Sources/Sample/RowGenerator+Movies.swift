extension RowGenerator {
  /// The row of movies.csv.
  mutating func appendMovie(_ film: Film, _ random: inout SampleRandom) {
    let shapes = universe.shapes
    beginRow(film)
    appendName(film)
    buffer.append(",")
    if let year = universe.year(of: film.index) { buffer.append(year) }
    buffer.append(",")

    var start = buffer.count
    if film.isEvery(100_003, from: 411) {
      buffer.append("None")
    } else if random.chance(shapes.taglineShare.value(at: film.rank)) {
      buffer.appendTagline(shapes.taglineSize.draw(&random), &random, of: universe.words)
    }
    buffer.quoteField(from: start)
    buffer.append(",")

    start = buffer.count
    if film.isEvery(100_003, from: 422) {
      buffer.append("null")
    } else if random.chance(shapes.descriptionShare.value(at: film.rank)) {
      buffer.appendDescription(shapes.descriptionSize.draw(&random), &random, of: universe.words)
    }
    buffer.quoteField(from: start)
    buffer.append(",")

    if film.isEvery(1_000_000, from: 1234) {
      buffer.append(72_000)
    } else if random.chance(shapes.minuteShare.value(at: film.rank)) {
      buffer.append(shapes.minute.draw(&random))
    }
    buffer.append(",")
    if random.chance(shapes.ratingShare.value(at: film.rank)) {
      buffer.append(hundredths: shapes.rating.draw(&random))
    }
    buffer.endRow()
  }

  private mutating func appendName(_ film: Film) {
    if film.isEvery(94_160, from: 7_777) { return }
    // Names that careless readers take for missing values, and names that are numbers.
    if film.isEvery(30_011, from: 311) { return buffer.append("None") }
    if film.isEvery(30_011, from: 322) { return buffer.append("NA") }
    if film.isEvery(30_011, from: 333) { return buffer.append("null") }
    if film.isEvery(30_011, from: 344) { return buffer.append("1984") }
    let source = universe.twin(of: film.index)
    var random = universe.random(.title, source)
    let title = random.skewed(universe.titlePopulation, head: 100)
    let start = buffer.count
    buffer.append(title: title, seed: universe.options.seed, of: universe.words)
    buffer.quoteField(from: start)
  }
}
