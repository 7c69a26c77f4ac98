extension CSVBuffer {
  /// Appends the title of this number: always the same.
  mutating func append(title: Int, seed: UInt64, of words: Vocabulary) {
    var random = SampleRandom(seed: seed, stream: Stream.title.rawValue, index: title)
    let start = count
    switch random.below(100) {
    case 0..<4: appendAsianTitle(&random, of: words)
    case 4..<7: appendCyrillicTitle(&random, of: words)
    case 7..<10:
      appendLastName(&random, of: words)
      append(words.accentedEnds.draw(&random))
      append(" ")
      append(words.lastEnds.draw(&random))
      append(words.accentedEnds.draw(&random))
    case 10: appendCapital(words.nouns, &random)
    case 11..<17:
      append("The ")
      appendCapital(words.adjectives, &random)
      append(" ")
      appendCapital(words.nouns, &random)
    case 17..<27:
      appendCapital(words.nouns, &random)
      append(" of the ")
      appendCapital(words.adjectives, &random)
      append(" ")
      appendCapital(words.nouns, &random)
    case 27..<34:
      appendFirstName(&random, of: words)
      append("'s ")
      appendCapital(words.nouns, &random)
    case 34..<44:
      appendFirstName(&random, of: words)
      append(" ")
      appendLastName(&random, of: words)
    case 44..<49:
      appendFirstName(&random, of: words)
      append(random.chance(32768) ? " & " : " and ")
      append("the ")
      appendCapital(words.people, &random)
    case 49..<58:
      appendCapital(words.nouns, &random)
      append(" in ")
      appendPlace(&random, of: words)
    case 58..<62:
      appendCapital(words.nouns, &random)
      append(", ")
      appendCapital(words.adjectives, &random)
      append(" ")
      appendCapital(words.nouns, &random)
    case 62..<69:
      appendCapital(words.abstracts, &random)
      append(" and ")
      appendCapital(words.adjectives, &random)
      append(" ")
      appendCapital(words.people, &random)
    case 69..<78:
      appendPlace(&random, of: words)
      append(random.chance(20000) ? ": The " : " ")
      appendCapital(words.nouns, &random)
    case 78..<80:
      append("\"")
      appendCapital(words.adjectives, &random)
      append("\" ")
      appendCapital(words.people, &random)
    case 80..<83:
      appendLastName(&random, of: words)
      append(" ")
      append(2 + random.below(20))
    case 83..<90:
      appendLastName(&random, of: words)
      append(random.chance(30000) ? " the " : " ")
      appendCapital(words.people, &random)
    default:
      append("The ")
      appendCapital(words.people, &random)
      append(random.chance(32768) ? " of " : " from ")
      appendPlace(&random, of: words)
    }
    // Some films are parts of a series or programmes of a broadcast.
    if random.chance(2500) {
      append(": ")
      appendCapital(words.adjectives, &random)
      append(" ")
      appendCapital(words.nouns, &random)
    }
    capitalize(at: start)
  }

  private mutating func appendCapital(_ list: WordList, _ random: inout SampleRandom) {
    let start = count
    append(list.draw(&random))
    capitalize(at: start)
  }

  private mutating func appendAsianTitle(_ random: inout SampleRandom, of words: Vocabulary) {
    switch random.below(3) {
    case 0: appendHangul(random.next(), count: 3 + random.below(3), of: words)
    case 1:
      appendKanji(random.next(), count: 2 + random.below(2), of: words)
      append("の")
      appendKanji(random.next(), count: 2 + random.below(2), of: words)
    default: for _ in 0..<(4 + random.below(6)) { append(words.kana.draw(&random)) }
    }
  }

  private mutating func appendCyrillicTitle(_ random: inout SampleRandom, of words: Vocabulary) {
    append(words.cyrillicLast.draw(&random))
    append(words.cyrillicLastEnds.draw(&random))
    append(" и ")
    append(words.cyrillicLast.draw(&random))
    append(words.cyrillicLastEnds.draw(&random))
  }
}
