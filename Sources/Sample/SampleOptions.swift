/// What archive is wanted. Equal options make equal archives, on every machine and number of threads; the
/// compressed bytes are zlib's, so that another version of zlib may pack the same content differently.
package struct SampleOptions: Sendable, Equatable {
  /// The number of films in the real archive.
  package static let fullMovieCount = 941_597

  package var movies: Int
  package var seed: UInt64
  /// The data set's first version: no roles of actors, and ids that stand for two films.
  package var isVersion1: Bool
  /// How many posters: tiny members that stand for the real archive's 700,000.
  package var posters: Int

  package init(movies: Int, seed: UInt64 = 1, isVersion1: Bool = false, posters: Int = 0) {
    self.movies = movies
    self.seed = seed
    self.isVersion1 = isVersion1
    self.posters = posters
  }
}
