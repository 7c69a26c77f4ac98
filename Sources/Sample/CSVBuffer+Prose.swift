extension CSVBuffer {
  /// Sentences with places for words: `%a` adjective, `%n` noun, `%p` kind of person, `%v` verb, `%b` abstract
  /// noun, `%r` preposition, `%d` adverb, `%F` first name, `%N` full name, `%L` place, `%Y` year.
  private static let sentences: [StaticString] = [
    "When a %a %p %v the %n %r %L, %N %v a %a %n and %v the %p",
    "%N, a %a %p, %v the %a %n %r the %n",
    "In %Y, the %a %p %N %v %L and %v a %n of %b",
    "A %a story of %b, %b and %a %b",
    "%d the %a %p %v a %n, but %F %v the %n %r %L",
    "Two %a %ps from %L share a %n, a %n and a %a %n, until %N %v them",
    "The %a %n %v %F %r the %n, and %b %d %v all",
    "After the %b of a %a %p, %F %v the %n of %N",
    "%F and %F meet %r the %a %n, where every %p %v a %n",
    "Set in %L, the film %v a %p whose %n %v the %b of the %ps",
    "A %p %v a %a %n; years later a %p %d %v it %r %L",
    "Based on the %n of %N, who %d %v a %n \"%r the %a %n\"",
    "With %b and %b, %N %v the %p that nobody in %L %v",
    "It is %Y, and the %a %n of %L %v its last %p",
    "%N is a %p. %F is a %p. Neither %v the %n",
    "A documentary that %d %v the %ps of %L, their %b and their %ns",
    "As the %n %v the %a %n, the %p's %n %v a %n - and %F must choose",
    "Nobody %v %F: not the %p, not the %a %p, not even %N",
  ]

  private static let taglines: [StaticString] = [
    "%b has a %a %n.", "Every %n %v a %n.", "The %a %p is back.", "No %b. No %b. Only %b.",
    "In %L, %b is a %n.", "%a. %a. %a.", "He %v the %n. She %v %b.", "What if the %n %d %v you?",
    "One %n, two %ps and a %a %n", "Some %ns never %d end", "A %a comedy of %b", "The %n where %b begins...",
  ]

  /// Appends sentences of about `size` bytes in all.
  mutating func appendDescription(_ size: Int, _ random: inout SampleRandom, of words: Vocabulary) {
    let start = count
    let isForeign = random.chance(1200)
    while count - start < size {
      if count > start { append(" ") }
      let sentence = count
      if isForeign {
        appendForeignSentence(&random, of: words)
      } else {
        append(pattern: Self.sentences[random.below(Self.sentences.count)], &random, of: words)
      }
      capitalize(at: sentence)
      append(".")
    }
    if count - start > size + 12 { cutSentence(from: start, at: start + size) }
  }

  /// Appends a slogan of about `size` bytes.
  mutating func appendTagline(_ size: Int, _ random: inout SampleRandom, of words: Vocabulary) {
    let start = count
    repeat {
      if count > start { append(" ") }
      let sentence = count
      append(pattern: Self.taglines[random.below(Self.taglines.count)], &random, of: words)
      capitalize(at: sentence)
    } while count - start < size / 2
  }

  /// Ends the text that began at `start` with the last whole word in front of `limit`.
  private mutating func cutSentence(from start: Int, at limit: Int) {
    guard let space = lastSpace(from: start + 1, to: limit) else { return }
    truncate(to: space)
    append("...")
  }

  private func lastSpace(from start: Int, to end: Int) -> Int? {
    let bytes = bytes
    var index = min(end, bytes.count - 1)
    while index >= start {
      let before = bytes[index - 1]
      let isLetter = before | 0x20 >= UInt8(ascii: "a") && before | 0x20 <= UInt8(ascii: "z")
      if bytes[index] == UInt8(ascii: " "), isLetter { return index }
      index -= 1
    }
    return nil
  }

  private mutating func append(
    pattern: StaticString, _ random: inout SampleRandom, of words: Vocabulary
  ) {
    // SAFETY: the pointer is read for utf8CodeUnitCount bytes, which a static string has for ever.
    let bytes = UnsafeBufferPointer(start: pattern.utf8Start, count: pattern.utf8CodeUnitCount)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "%"), index < bytes.count else {
        append(byte)
        continue
      }
      let kind = bytes[index]
      index += 1
      append(wordOf: kind, &random, of: words)
    }
  }

  private mutating func append(wordOf kind: UInt8, _ random: inout SampleRandom, of words: Vocabulary) {
    switch kind {
    case UInt8(ascii: "a"): append(afterArticle: words.adjectives.draw(&random))
    case UInt8(ascii: "n"): append(afterArticle: words.nouns.draw(&random))
    case UInt8(ascii: "p"): append(afterArticle: words.people.draw(&random))
    case UInt8(ascii: "v"): append(words.verbs.draw(&random))
    case UInt8(ascii: "b"): append(words.abstracts.draw(&random))
    case UInt8(ascii: "r"): append(words.prepositions.draw(&random))
    case UInt8(ascii: "d"): append(words.adverbs.draw(&random))
    case UInt8(ascii: "F"): appendFirstName(&random, of: words)
    case UInt8(ascii: "L"): appendPlace(&random, of: words)
    case UInt8(ascii: "Y"): append(1900 + random.below(125))
    default:
      appendFirstName(&random, of: words)
      append(" ")
      appendLastName(&random, of: words)
    }
  }

  /// Appends a word; an "a" in front of it becomes "an" where the word begins with a vowel.
  private mutating func append(afterArticle word: UnsafeBufferPointer<UInt8>) {
    let bytes = bytes
    if let first = word.first, isVowel(first), bytes.count >= 3, bytes[bytes.count - 1] == UInt8(ascii: " "),
      bytes[bytes.count - 2] | 0x20 == UInt8(ascii: "a"),
      bytes[bytes.count - 3] == UInt8(ascii: " ") || bytes[bytes.count - 3] == UInt8(ascii: ",")
    {
      truncate(to: count - 1)
      append("n ")
    }
    append(word)
  }

  private func isVowel(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "a") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "i")
      || byte == UInt8(ascii: "o")
  }

  private mutating func appendForeignSentence(_ random: inout SampleRandom, of words: Vocabulary) {
    let isCyrillic = random.chance(32768)
    for index in 0..<(5 + random.below(8)) {
      if index > 0 { append(" ") }
      if isCyrillic {
        append(words.cyrillicFirst.draw(&random))
        append(words.cyrillicLastEnds.draw(&random))
      } else {
        for _ in 0..<(2 + random.below(5)) { append(words.kana.draw(&random)) }
      }
    }
  }
}
