/// The lists of words, made once for an archive.
struct Vocabulary: Sendable {
  let nouns = WordList(Words.nouns)
  let adjectives = WordList(Words.adjectives)
  let verbs = WordList(Words.verbs)
  let people = WordList(Words.people)
  let abstracts = WordList(Words.abstracts)
  let prepositions = WordList(Words.prepositions)
  let adverbs = WordList(Words.adverbs)
  let companies = WordList(Words.companies, separator: "|")

  let firstStarts = WordList(NameParts.firstStarts)
  let firstEnds = WordList(NameParts.firstEnds)
  let lastStarts = WordList(NameParts.lastStarts)
  let lastEnds = WordList(NameParts.lastEnds)
  let accentedEnds = WordList(NameParts.accentedEnds)
  let cyrillicFirst = WordList(NameParts.cyrillicFirst)
  let cyrillicFirstEnds = WordList(NameParts.cyrillicFirstEnds)
  let cyrillicLast = WordList(NameParts.cyrillicLast)
  let cyrillicLastEnds = WordList(NameParts.cyrillicLastEnds)
  let hangul = WordList(NameParts.hangul)
  let kanji = WordList(NameParts.kanji)
  let kana = WordList(NameParts.kana)
  let placeEnds = WordList(NameParts.placeEnds)

  let countries = WordList(Countries.names, separator: "|")
  let languages = WordList(Languages.names, separator: "|")
  let genres = WordList(Genres.weighted.map(\.name))
  let crewRoles = WordList(CrewRoles.weighted.map(\.name))
  let releaseTypes = WordList(ReleaseTypes.weighted.map(\.name))
  let certificates = WordList(ReleaseTypes.certificates, separator: "|")
  let themes: WordList
  let unknownThemes = WordList(Themes.unknown, separator: "|")
  let themeChoice: WeightedChoice

  init() {
    let pairs = WordList.split(Themes.weighted, separator: "|").map { pair in
      let parts = pair.split(separator: "=")
      return (name: String(parts[0]), weight: Int(parts[1]) ?? 1)
    }
    themes = WordList(pairs.map(\.name))
    themeChoice = WeightedChoice(pairs.map(\.weight))
  }
}
