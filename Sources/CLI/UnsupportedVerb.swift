import Diagnostics

/// Verbs of dbt's that are not there, and what to do instead.
enum UnsupportedVerb {
  private static let hints = [
    "clone": "a build is cloned by publishing it: `reelhouse rollback` makes any of them the published one",
    "init": "a project is a folder with a dbt_project.yml and a models folder: write them by hand",
  ]

  static func refuse(_ verb: String?) throws {
    guard let verb, let hint = hints[verb] else { return }
    throw Diagnostic(
      .unsupportedFeature, "'\(verb)' is not there in this version", hints: [hint])
  }
}
