extension RowGenerator {
  /// The rows of releases.csv: the home country first, dates ascending.
  mutating func appendReleases(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let count = shapes.rowCount(
      share: shapes.releasesShare, more: shapes.releasesMore, factor: shapes.releasesFactor, rank: film.rank,
      most: 240, &random)
    guard count > 0 else { return }
    let year = universe.year(of: film.index) ?? 1950 + random.below(74)
    // Months of 28 days: every date exists, and ascending dates keep rows apart.
    var day = year * 336 + random.below(300)
    if film.isEvery(100_019, from: 713) { day = 2099 * 336 + 5 }
    let last = 2099 * 336 + 335
    let home = universe.country(of: film.index)
    for number in 0..<count {
      beginRow(film)
      let start = buffer.count
      let country = number == 0 ? home : universe.countryChoice.draw(&random)
      buffer.append(words.countries, country)
      buffer.quoteField(from: start)
      buffer.append(",")
      buffer.append(day / 336, width: 4)
      buffer.append("-")
      buffer.append(day % 336 / 28 + 1, width: 2)
      buffer.append("-")
      buffer.append(day % 28 + 1, width: 2)
      buffer.append(",")
      buffer.append(words.releaseTypes, universe.releaseTypeChoice.draw(&random))
      buffer.append(",")
      if random.chance(16384) {
        let certificate = country == 0 ? random.below(5) : random.below(words.certificates.count)
        buffer.append(words.certificates, certificate)
      }
      buffer.endRow()
      guard day < last else { return }
      day = min(last, day + 1 + random.below(24))
    }
  }
}
