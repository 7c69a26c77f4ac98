/// The nine files, in the archive's order.
enum SampleFile: Int, CaseIterable, Sendable {
  case actors
  case countries
  case crew
  case genres
  case languages
  case movies
  case releases
  case studios
  case themes

  var name: String { "\(self).csv" }

  func header(isVersion1: Bool) -> StaticString {
    switch self {
    case .actors: isVersion1 ? "id,name" : "id,name,role"
    case .countries: "id,country"
    case .crew: "id,role,name"
    case .genres: "id,genre"
    case .languages: "id,type,language"
    case .movies: "id,name,date,tagline,description,minute,rating"
    case .releases: "id,country,date,type,rating"
    case .studios: "id,studio"
    case .themes: "id,theme"
    }
  }

  /// About how many bytes a film has in the file.
  var bytesPerFilm: Int {
    switch self {
    case .actors: 207
    case .countries: 12
    case .crew: 172
    case .genres: 19
    case .languages: 30
    case .movies: 270
    case .releases: 54
    case .studios: 20
    case .themes: 6
    }
  }

  /// How many films make one chunk, compressed as a whole: a part of the format, as another number would change
  /// the archive's bytes.
  var filmsPerChunk: Int { 700_000 / bytesPerFilm }

  /// The number of the file's own stream of random numbers.
  var stream: UInt64 { UInt64(rawValue) + 100 }
}
