extension CSVBuffer {
  /// How many ends the start of a name takes: as few as make enough different people.
  private static let endsPerFirstStart = 12
  private static let endsPerLastStart = 40

  /// Appends the name of the person of this number: always the same, and seldom that of another number.
  mutating func append(person: Int, of words: Vocabulary) {
    let hash = SampleRandom.mix(UInt64(person) &+ 0x51ED_270B)
    switch hash & 0xFF {
    case 0..<6: appendCyrillicPerson(hash >> 8, of: words)
    case 6..<12: appendHangul(hash >> 8, count: 3, of: words)
    case 12..<18: appendKanji(hash >> 8, count: 4, of: words)
    default: appendLatinPerson(person, hash: hash >> 8, of: words)
    }
  }

  private mutating func appendLatinPerson(_ person: Int, hash: UInt64, of words: Vocabulary) {
    // Multiplying by a prime permutes the combinations: no two people get the same parts.
    let firstCount = words.firstStarts.count * Self.endsPerFirstStart
    let combinations = firstCount * words.lastStarts.count * Self.endsPerLastStart
    let code = person % combinations * 7_368_787 % combinations
    appendFirstName(code % firstCount, of: words)
    append(UInt8(ascii: " "))
    if person >= combinations {
      append(UInt8(65 + person / combinations % 26))
      append(". ")
    }
    let quirk = hash & 0x3FF
    switch quirk {
    case 0..<60:
      append(UInt8(65 + hash >> 10 % 26))
      append(". ")
    case 60..<63:
      append("\"")
      append(words.nouns, Int(hash >> 10 % UInt64(words.nouns.count)))
      append("\" ")
    case 63..<80: append("de ")
    case 80..<92: append("Van ")
    default: break
    }
    let (start, end) = (code / firstCount).quotientAndRemainder(dividingBy: Self.endsPerLastStart)
    append(words.lastStarts, start)
    append(words.lastEnds, (start * 5 + end) % words.lastEnds.count)
    switch quirk {
    case 100..<172: append(words.accentedEnds, Int(hash >> 10 % UInt64(words.accentedEnds.count)))
    case 180..<182: append(", Jr.")
    case 190..<220:
      append("-")
      append(words.lastStarts, Int(hash >> 10 % UInt64(words.lastStarts.count)))
      append(words.lastEnds, Int(hash >> 18 % UInt64(words.lastEnds.count)))
    default: break
    }
  }

  /// Appends one of the first names: their number is `firstStarts.count * endsPerFirstStart`.
  private mutating func appendFirstName(_ index: Int, of words: Vocabulary) {
    let (start, end) = index.quotientAndRemainder(dividingBy: Self.endsPerFirstStart)
    append(words.firstStarts, start)
    append(words.firstEnds, (start * 7 + end) % words.firstEnds.count)
  }

  /// Appends a first name by chance, as characters are called.
  mutating func appendFirstName(_ random: inout SampleRandom, of words: Vocabulary) {
    appendFirstName(random.below(words.firstStarts.count * Self.endsPerFirstStart), of: words)
  }

  /// Appends a last name by chance.
  mutating func appendLastName(_ random: inout SampleRandom, of words: Vocabulary) {
    append(words.lastStarts.draw(&random))
    append(words.lastEnds.draw(&random))
  }

  /// Appends the name of a town by chance.
  mutating func appendPlace(_ random: inout SampleRandom, of words: Vocabulary) {
    append(words.lastStarts.draw(&random))
    append(words.placeEnds.draw(&random))
  }

  private mutating func appendCyrillicPerson(_ hash: UInt64, of words: Vocabulary) {
    append(words.cyrillicFirst, Int(hash % UInt64(words.cyrillicFirst.count)))
    append(words.cyrillicFirstEnds, Int(hash >> 8 % UInt64(words.cyrillicFirstEnds.count)))
    append(" ")
    append(words.cyrillicLast, Int(hash >> 16 % UInt64(words.cyrillicLast.count)))
    append(words.cyrillicLastEnds, Int(hash >> 24 % UInt64(words.cyrillicLastEnds.count)))
  }

  /// Appends `count` Korean syllables.
  mutating func appendHangul(_ hash: UInt64, count: Int, of words: Vocabulary) {
    for index in 0..<count {
      append(words.hangul, Int((hash >> UInt64(10 * index)) % UInt64(words.hangul.count)))
    }
  }

  /// Appends `count` Chinese characters.
  mutating func appendKanji(_ hash: UInt64, count: Int, of words: Vocabulary) {
    for index in 0..<count {
      append(words.kanji, Int((hash >> UInt64(10 * index)) % UInt64(words.kanji.count)))
    }
  }

  /// Appends the name of the studio of this number.
  mutating func append(studio: Int, of words: Vocabulary) {
    let hash = SampleRandom.mix(UInt64(studio) &+ 0x7F4A_7C15)
    var random = SampleRandom(seed: hash, stream: Stream.studio.rawValue, index: studio)
    let start = count
    switch random.below(16) {
    case 0..<5:
      appendLastName(&random, of: words)
    case 5..<8:
      append(words.adjectives.draw(&random))
      append(" ")
      let noun = count
      append(words.nouns.draw(&random))
      capitalize(at: noun)
    case 8..<10:
      appendLastName(&random, of: words)
      append(" & ")
      appendLastName(&random, of: words)
    case 10..<12:
      appendFirstName(&random, of: words)
      append(" ")
      appendLastName(&random, of: words)
    case 12:
      for _ in 0..<3 { append(UInt8(65 + random.below(26))) }
      append(" ")
      append(1 + random.below(99))
    case 13:
      appendPlace(&random, of: words)
      append(random.chance(6000) ? ", Inc." : "")
    case 14:
      appendPlace(&random, of: words)
      append(words.accentedEnds.draw(&random))
    default:
      append("The ")
      append(words.nouns.draw(&random))
      capitalize(at: start + 4)
    }
    capitalize(at: start)
    if random.chance(56000) {
      append(" ")
      append(words.companies.draw(&random))
    }
  }
}
