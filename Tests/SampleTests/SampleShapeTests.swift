import Sample
import Testing

/// The shares and means of the real archive, in a sample of 20,000 films.
@Suite struct SampleShapeTests {
  private static let movieCount = 20_000
  private static let sample = Result { try WrittenSample(SampleOptions(movies: movieCount)) }

  private func rows(_ file: String) throws -> [[String]] {
    Array(try Self.sample.get().rows("\(file).csv").dropFirst())
  }

  private func isNear(_ value: Double, _ target: Double, within tolerance: Double = 0.05) -> Bool {
    abs(value - target) <= target * tolerance
  }

  @Test(
    "rows, and films that have any, are as many as in the real files",
    arguments: [
      ("actors", 5_798_450, 634_302), ("crew", 4_720_183, 807_062), ("releases", 1_332_782, 826_018),
      ("genres", 1_046_849, 676_491), ("languages", 1_038_762, 905_578), ("countries", 693_476, 617_192),
      ("studios", 679_283, 438_197), ("themes", 125_641, 24_508),
    ])
  func counts(file: String, rowCount: Int, movieCount: Int) throws {
    let rows = try rows(file)
    let scale = Double(Self.movieCount) / Double(SampleOptions.fullMovieCount)
    // 520 films with themes are few: chance alone makes 5% of difference.
    let tolerance = file == "themes" ? 0.12 : 0.05
    #expect(isNear(Double(rows.count), Double(rowCount) * scale, within: tolerance), "\(rows.count)")
    let movies = Set(rows.map { $0[0] }).count
    #expect(isNear(Double(movies), Double(movieCount) * scale, within: tolerance), "\(movies)")
  }

  @Test("bytes of each file are as many as in the real ones")
  func bytes() throws {
    let real = [
      195_188_985, 10_937_993, 161_992_685, 17_927_507, 28_597_394, 254_431_616, 51_230_399, 18_333_280,
      5_561_725,
    ]
    let scale = Double(Self.movieCount) / Double(SampleOptions.fullMovieCount)
    for (file, target) in zip(try Self.sample.get().summary.files, real) {
      #expect(isNear(Double(file.byteCount), Double(target) * scale, within: 0.12), "\(file)")
    }
  }

  @Test(
    "missing values of movies are as frequent as in the real file",
    arguments: [(2, 91_913), (3, 802_210), (4, 160_812), (5, 181_570), (6, 850_598)])
  func nulls(column: Int, count: Int) throws {
    let share = Double(try rows("movies").count { $0[column].isEmpty }) / Double(Self.movieCount)
    #expect(isNear(share, Double(count) / Double(SampleOptions.fullMovieCount)), "\(share)")
  }

  @Test("values of movies lie where the real ones do")
  func values() throws {
    let movies = try rows("movies")
    let years = movies.compactMap { Int($0[2]) }
    #expect(years.min() == 1874)
    #expect(years.max() == 2031)
    let minutes = movies.compactMap { Int($0[5]) }
    #expect(minutes.min() == 1)
    #expect(minutes.max() == 72_000)
    #expect(isNear(Double(minutes.reduce(0, +)) / Double(minutes.count), 65.8, within: 0.1))
    #expect(isNear(Double(minutes.count { $0 < 30 }) / Double(minutes.count), 0.37))
    let ratings = movies.map { $0[6] }.filter { !$0.isEmpty }
    #expect(ratings.compactMap(Double.init).allSatisfy { (0.88...4.69).contains($0) })
    #expect(ratings.allSatisfy { $0.wholeMatch(of: /[0-4]\.\d\d?/) != nil && !$0.hasSuffix("00") })
    let lengths = movies.map { $0[4].count }.filter { $0 > 0 }.sorted()
    #expect(isNear(Double(lengths.reduce(0, +)) / Double(lengths.count), 270))
    for (quarter, length) in [(1, 154), (2, 246), (3, 371)] {
      #expect(isNear(Double(lengths[lengths.count * quarter / 4]), Double(length)))
    }
    #expect(try #require(lengths.last) <= 1050)
  }

  @Test("completeness falls with popularity")
  func popularity() throws {
    let movies = try rows("movies")
    for column in [3, 4, 5, 6] {
      let first = movies.prefix(2000).count { !$0[column].isEmpty }
      let last = movies.suffix(2000).count { !$0[column].isEmpty }
      #expect(first > last, "column \(column)")
    }
    #expect(movies.suffix(10_000).allSatisfy { $0[6].isEmpty })
  }

  @Test("names repeat as the real ones do, and some films share name and date")
  func names() throws {
    let movies = try rows("movies")
    let names = Set(movies.map { $0[1] })
    #expect(isNear(Double(names.count) / Double(movies.count), 0.845))
    let pairs = Dictionary(grouping: movies, by: { "\($0[1])|\($0[2])" }).values.filter { $0.count > 1 }
    #expect(isNear(Double(pairs.reduce(0) { $0 + $1.count }) / Double(movies.count), 0.0437, within: 0.25))
    let foreign = movies.count { !$0[1].utf8.allSatisfy { $0 < 128 } }
    #expect((0.08...0.15).contains(Double(foreign) / Double(movies.count)))
    #expect(names.isSuperset(of: ["None", "NA", "null", ""]))
    #expect(names.contains { $0.contains("\"") })
    #expect(names.contains { $0.contains(",") })
  }

  @Test("only actors, crew and studios have rows that are exact duplicates")
  func duplicates() throws {
    for (file, count) in [("actors", 20), ("crew", 27), ("studios", 5)] {
      let rows = try rows(file)
      let doubled = rows.count - Set(rows).count
      #expect((count - 1...count + 2).contains(doubled), "\(file): \(doubled)")
    }
    for file in ["countries", "genres", "languages", "movies", "releases", "themes"] {
      let rows = try rows(file)
      #expect(Set(rows).count == rows.count, "\(file)")
    }
  }

  @Test("1,000 films are enough for duplicates and unknown themes")
  func small() throws {
    let sample = try WrittenSample(SampleOptions(movies: 1000, seed: 99))
    for file in ["actors.csv", "crew.csv", "studios.csv"] {
      let rows = try sample.rows(file)
      #expect(rows.count - Set(rows).count >= 1, "\(file)")
    }
    let themes = Set(try sample.rows("themes.csv").map { $0[1] })
    #expect(!themes.isDisjoint(with: Self.unknownThemes))
  }

  private static let unknownThemes = [
    "Action comedy & silly heroics", "Gothic and eerie haunted horror", "Moving relationship-stories",
    "Westerns & gunfights", "Time loops and second chances", "Quiet village mysteries",
    "Cooking, kitchens, and rivalry",
  ]

  @Test("themes are the 109 known and a few others")
  func themes() throws {
    let themes = Set(try rows("themes").map { $0[1] })
    let known = themes.subtracting(Self.unknownThemes)
    #expect(known.count > 100 && known.count <= 109)
    #expect(known.contains("Creepy, chilling, and terrifying horror"))
    #expect(themes.count > known.count)
  }

  @Test("the closed lists have the real number of values")
  func lists() throws {
    #expect(Set(try rows("genres").map { $0[1] }).count == 19)
    #expect((200...247).contains(Set(try rows("countries").map { $0[1] }).count))
    let languages = try rows("languages")
    #expect((150...192).contains(Set(languages.map { $0[2] }).count))
    #expect(languages.contains { $0[2] == "Greek\u{00A0}(modern)" })
    #expect(Set(languages.map { $0[1] }) == ["Language", "Primary language", "Spoken language"])
    #expect(Set(try rows("crew").map { $0[1] }).count == 29)
  }

  @Test("languages have one row, or a primary one followed by all that are spoken")
  func languages() throws {
    for (_, rows) in Dictionary(grouping: try rows("languages"), by: { $0[0] }) {
      let types = rows.map { $0[1] }
      if types == ["Language"] { continue }
      #expect(types.count > 1)
      #expect(types.first == "Primary language")
      #expect(types.dropFirst().allSatisfy { $0 == "Spoken language" })
    }
  }

  @Test("releases have the real types and mostly no certificate, and dates that exist up to 2099")
  func releases() throws {
    let rows = try rows("releases")
    let shares = [
      "Theatrical": 0.563, "Premiere": 0.149, "Digital": 0.1276, "TV": 0.0658, "Physical": 0.0599,
      "Theatrical limited": 0.035,
    ]
    let types = Dictionary(grouping: rows, by: { $0[3] }).mapValues { Double($0.count) / Double(rows.count) }
    #expect(Set(types.keys) == Set(shares.keys))
    for (type, share) in shares { #expect(isNear(types[type] ?? 0, share, within: 0.1), "\(type)") }
    #expect(isNear(Double(rows.count { $0[4].isEmpty }) / Double(rows.count), 0.75))
    #expect(
      rows.allSatisfy {
        $0[2].wholeMatch(of: /(18[789]|19\d|20\d)\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/) != nil
      })
    #expect(rows.contains { $0[2].hasPrefix("2099") })
  }

  @Test("people have filmographies, and names of several scripts")
  func people() throws {
    let actors = try rows("actors")
    let films = Dictionary(grouping: actors, by: { $0[1] }).mapValues(\.count)
    #expect(isNear(Double(films.count) / Double(actors.count), 0.276, within: 0.1))
    #expect(films.values.contains { $0 > 50 })
    let foreign = Double(actors.count { !$0[1].utf8.allSatisfy { $0 < 128 } }) / Double(actors.count)
    #expect((0.1...0.17).contains(foreign))
    #expect(actors.contains { $0[1] == "None" || $0[1] == "NA" })
    #expect(actors.contains { $0[2].isEmpty })
  }
}
