extension RowGenerator {
  /// The most rows of one film.
  private static let mostActors = 1200
  private static let mostCrew = 366

  /// The rows of actors.csv.
  mutating func appendActors(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let isTwice = film.isEvery(995, from: 500)
    let count = shapes.rowCount(
      share: shapes.actorsShare, more: shapes.actorsMore, factor: shapes.actorsFactor, rank: film.rank,
      most: Self.mostActors, isForced: isTwice, &random)
    let population = universe.actorPopulation
    drawn.removeAll()
    for number in 0..<count {
      let row = buffer.count
      beginRow(film)
      let start = buffer.count
      if number == 0, film.isEvery(50_021, from: 200) {
        buffer.append(film.index % 2 == 0 ? "None" : "NA")
      } else {
        let person = drawNew(&random, below: population) { $0.skewed(population, head: 300) }
        buffer.append(person: person, of: words)
      }
      buffer.quoteField(from: start)
      if !universe.options.isVersion1 {
        buffer.append(",")
        appendRole(&random)
      }
      buffer.endRow()
      if isTwice, number == 0 { buffer.repeatRow(from: row) }
    }
  }

  private mutating func appendRole(_ random: inout SampleRandom) {
    let words = universe.words
    let start = buffer.count
    switch random.below(64) {
    case 0..<10: return
    case 10..<23: buffer.appendFirstName(&random, of: words)
    case 23..<41:
      buffer.appendFirstName(&random, of: words)
      buffer.append(" ")
      buffer.appendLastName(&random, of: words)
    case 41..<47: buffer.append("Self")
    case 47..<56:
      buffer.append(words.people.draw(&random))
      buffer.append(" ")
      buffer.appendLastName(&random, of: words)
    case 56..<60: buffer.append(words.people.draw(&random))
    case 60:
      buffer.append(words.adjectives.draw(&random))
      buffer.append(" ")
      buffer.append(words.people.draw(&random))
    case 61:
      buffer.append("\"")
      buffer.append(words.nouns.draw(&random))
      buffer.append("\" ")
      buffer.appendLastName(&random, of: words)
    case 62:
      buffer.appendFirstName(&random, of: words)
      buffer.append(", the ")
      buffer.append(words.people.draw(&random))
    default:
      buffer.appendFirstName(&random, of: words)
      buffer.append(" / ")
      buffer.appendFirstName(&random, of: words)
    }
    buffer.capitalize(at: start)
    if random.chance(4500) { buffer.append(random.chance(40000) ? " (voice)" : " (uncredited)") }
    buffer.quoteField(from: start)
  }

  /// The rows of crew.csv, role by role.
  mutating func appendCrew(_ film: Film, _ random: inout SampleRandom) {
    let (shapes, words) = (universe.shapes, universe.words)
    let isTwice = film.isEvery(734, from: 700)
    let count = shapes.rowCount(
      share: shapes.crewShare, more: shapes.crewMore, factor: shapes.crewFactor, rank: film.rank,
      most: Self.mostCrew, isForced: isTwice, &random)
    guard count > 0 else { return }
    let population = universe.crewPopulation
    var counts = InlineCounts()
    // Nearly every film names its director first.
    var rest = count
    if random.chance(62000) {
      counts[0] += random.chance(5000) && rest > 1 ? 2 : 1
      rest -= counts[0]
    }
    for _ in 0..<rest { counts[universe.crewRoleChoice.draw(&random)] += 1 }
    let director = random.skewed(population, head: 300)
    drawn.removeAll()
    var isFirst = true
    for role in 0..<words.crewRoles.count {
      for number in 0..<counts[role] {
        let row = buffer.count
        beginRow(film)
        buffer.append(words.crewRoles, role)
        buffer.append(",")
        let start = buffer.count
        // Directors often write, produce and cut their films.
        let isDirector = number == 0 && (role == 0 || role < 5 && random.chance(22000))
        let key = role << 40
        if isDirector, drawn.insert(key | director) {
          buffer.append(person: director, of: words)
        } else {
          let drawnKey = drawNew(&random, below: population) { key | $0.skewed(population, head: 300) }
          buffer.append(person: drawnKey & (1 << 40 - 1), of: words)
        }
        buffer.quoteField(from: start)
        buffer.endRow()
        if isTwice, isFirst { buffer.repeatRow(from: row) }
        isFirst = false
      }
    }
  }
}

/// How many rows each role of a crew has. Fixed in size, so that it needs no memory of its own.
private struct InlineCounts {
  private var low: SIMD32<UInt16> = .zero

  subscript(role: Int) -> Int {
    get { Int(low[role]) }
    set { low[role] = UInt16(truncatingIfNeeded: newValue) }
  }
}
