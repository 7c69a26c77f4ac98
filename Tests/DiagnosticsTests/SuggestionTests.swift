import Diagnostics
import TestSupport
import Testing

@Suite struct SuggestionTests {
  @Test(
    "the nearest names are found, best first",
    arguments: [
      ("stg_movie", ["stg_actors", "stg_movies", "movies_by_year"], ["stg_movies"]),
      ("sotrce", ["source", "sort"], ["source"]),
      ("movies", ["movies"], []),
      ("Movies", ["movies"], ["movies"]),
      ("cast", ["zzzzzzzzzz", ""], []),
      ("abc", ["abd", "abe", "abf", "abg"], ["abd", "abe", "abf"]),
      ("ref", ["erf", "rfe", "xyz"], ["erf", "rfe"]),
      ("", ["a", "abcd"], ["a"]),
      ("x", [], []),
    ])
  func nearest(name: String, candidates: [String], expected: [String]) {
    #expect(Suggestion.nearest(to: name, in: candidates) == expected)
  }

  @Test("two swapped letters count as one change")
  func swapped() {
    #expect(Suggestion.nearest(to: "abcdef", in: ["abdcef", "abxyef"]) == ["abdcef", "abxyef"])
    #expect(Suggestion.nearest(to: "abcdef", in: ["abxdef", "abdcef"]) == ["abdcef", "abxdef"])
    #expect(Suggestion.nearest(to: "abcdef", in: ["badcef"]) == ["badcef"])
  }

  @Test("the order of the candidates does not matter")
  func orderIndependent() {
    var random = SeededRandom(seed: 7)
    let candidates = ["stg_movies", "stg_movie", "stg_moves", "sgt_movies", "stg_themes", "movies"]
    let expected = Suggestion.nearest(to: "stg_mvies", in: candidates, limit: 6)
    #expect(expected.first == "stg_movies")
    for _ in 0..<20 {
      let shuffled = candidates.shuffled(using: &random)
      #expect(Suggestion.nearest(to: "stg_mvies", in: shuffled, limit: 6) == expected, "\(shuffled)")
    }
  }

  @Test(
    "the hint is a question",
    arguments: [
      (["ab1"], "did you mean 'ab1'?"), (["ab1", "ab2"], "did you mean 'ab1' or 'ab2'?"),
      (["ab3", "ab2", "ab1"], "did you mean 'ab1', 'ab2' or 'ab3'?"), (["quite another"], nil),
    ] as [([String], String?)])
  func hint(candidates: [String], expected: String?) {
    #expect(Suggestion.hint(for: "abc", in: candidates) == expected)
  }
}
