/// The distributions of the real data: shares by popularity, quantiles, factors.
struct Shapes: Sendable {
  // MARK: Which films have a value or rows, from the most popular film to the least.

  let dateShare = Curve.share([(0, 0.999), (0.1, 0.995), (0.4, 0.97), (1, 0.723)])
  let taglineShare = Curve.share([(0, 0.8), (0.05, 0.4), (0.2, 0.15), (1, 0.042)])
  let descriptionShare = Curve.share([(0, 0.999), (0.1, 0.98), (0.4, 0.9), (1, 0.594)])
  let minuteShare = Curve.share([(0, 0.999), (0.1, 0.98), (0.4, 0.88), (1, 0.551)])
  let ratingShare = Curve.share([(0, 1), (0.06, 1), (0.08, 0.8), (0.1266, 0), (1, 0)])
  let actorsShare = Curve.share([(0, 0.995), (0.1, 0.97), (0.4, 0.8), (1, 0.233)])
  let crewShare = Curve.share([(0, 0.999), (0.1, 0.99), (0.4, 0.93), (1, 0.636)])
  let releasesShare = Curve.share([(0, 0.999), (0.1, 0.99), (0.4, 0.95), (1, 0.673)])
  let genresShare = Curve.share([(0, 0.999), (0.1, 0.97), (0.4, 0.85), (1, 0.307)])
  let languagesShare = Curve.share([(0, 0.999), (0.1, 0.995), (0.4, 0.985), (1, 0.898)])
  let countriesShare = Curve.share([(0, 0.999), (0.1, 0.97), (0.4, 0.8), (1, 0.172)])
  let studiosShare = Curve.share([(0, 0.995), (0.1, 0.85), (0.4, 0.5), (1, 0.069)])
  let themesShare = Curve.share([(0, 0.98), (0.01, 0.95), (0.02, 0.75), (0.041, 0), (1, 0)])

  // MARK: Values.

  let year = Curve([
    (0, 1878), (0.004, 1896), (0.03, 1913), (0.06, 1929), (0.12, 1950), (0.2, 1966), (0.32, 1983),
    (0.45, 1999),
    (0.6, 2009), (0.75, 2015), (0.9, 2020), (0.98, 2023), (0.997, 2024), (1, 2030),
  ])
  let minute = Curve([
    (0, 1), (0.05, 4), (0.15, 8), (0.26, 15), (0.37, 30), (0.45, 51), (0.52, 66), (0.6, 80), (0.72, 90),
    (0.85, 102), (0.94, 125), (0.98, 180), (0.995, 320), (0.9995, 1200), (1, 6000),
  ])
  /// Ratings in hundredths.
  let rating = Curve([
    (0, 88), (0.002, 140), (0.02, 205), (0.1, 258), (0.3, 302), (0.55, 332), (0.8, 362), (0.95, 395),
    (0.995, 428),
    (1, 470),
  ])
  let descriptionSize = Curve([
    (0, 10), (0.03, 30), (0.25, 158), (0.5, 250), (0.75, 375), (0.93, 490), (0.99, 760), (0.9995, 1000),
    (1, 1010),
  ])
  let taglineSize = Curve([(0, 8), (0.25, 27), (0.5, 40), (0.75, 58), (0.95, 95), (1, 180)])

  /// Of 65,536 films, how many take name and date of a neighbour.
  let twinShare = 1120

  // MARK: Rows of a film that has any, beyond the first: a quantile in 1/64 rows, times a factor in 1/1024. The scales that
  // differ from 64 bring the means of all films to the real ones.

  let actorsMore = Curve(
    [
      (0, 0), (0.1, 0.4), (0.25, 2), (0.5, 5.5), (0.75, 11), (0.9, 20), (0.97, 38), (0.995, 75),
      (0.9995, 200),
      (0.99998, 500), (1, 1100),
    ], scale: 40.1)
  let crewMore = Curve(
    [
      (0, 0), (0.2, 0.4), (0.4, 1.5), (0.6, 4), (0.8, 9), (0.93, 18), (0.98, 32), (0.998, 70), (0.9999, 160),
      (1, 365),
    ], scale: 39.2)
  let releasesMore = Curve(
    [(0, 0), (0.7, 0.7), (0.85, 1.6), (0.95, 3.6), (0.99, 9), (0.999, 24), (1, 70)], scale: 25.6)
  let studiosMore = Curve(
    [(0, 0), (0.6, 0.8), (0.8, 1.6), (0.95, 3.2), (0.99, 5.5), (0.9995, 12), (0.9999, 20), (1, 62)],
    scale: 28.1)
  let genresMore = Curve(
    [(0, 0), (0.55, 0.9), (0.85, 1.8), (0.97, 3), (0.999, 6), (0.9999, 12), (1, 34)], scale: 30.2)
  let countriesMore = Curve(
    [(0, 0), (0.86, 0.16), (0.95, 0.28), (0.99, 0.6), (0.9999, 6), (1, 29)], scale: 52)
  let themesMore = Curve([(0, 0), (0.2, 2), (0.5, 4), (0.8, 6.5), (1, 9.9)], scale: 61)
  let spokenMore = Curve([(0, 0), (0.5, 1), (0.8, 2), (0.95, 4), (0.995, 9), (1, 20)], scale: 64)

  /// Popular films have more of all.
  let actorsFactor = Curve.factor([(0, 6), (0.02, 3), (0.1, 1.8), (0.4, 1.0), (1, 0.5)])
  let crewFactor = Curve.factor([(0, 6), (0.02, 3.5), (0.1, 1.9), (0.4, 1.0), (1, 0.5)])
  let releasesFactor = Curve.factor([(0, 14), (0.01, 9), (0.05, 3.4), (0.2, 1.0), (1, 0.5)])
  let studiosFactor = Curve.factor([(0, 2.4), (0.1, 1.3), (0.4, 0.9), (1, 0.6)])
  let genresFactor = Curve.factor([(0, 1.8), (0.1, 1.3), (0.4, 1.0), (1, 0.7)])
  let countriesFactor = Curve.factor([(0, 2), (0.1, 1.2), (0.4, 1.0), (1, 0.8)])
  let evenFactor = Curve.factor([(0, 1), (1, 1)])

  /// Whether the film has rows, and how many: 0, or 1 and more.
  func rowCount(
    share: Curve, more: Curve, factor: Curve, rank: Int, most: Int, isForced: Bool = false,
    _ random: inout SampleRandom
  ) -> Int {
    let isPresent = random.chance(share.value(at: rank))
    guard isPresent || isForced else { return 0 }
    // Rounded by chance, so that small means keep their value.
    let exact = more.draw(&random) * factor.value(at: rank)
    let whole = exact >> 16
    let extra = random.chance(exact & 0xFFFF) ? 1 : 0
    return min(1 + whole + extra, most)
  }
}
