import Files
import SQLite
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `kill -9` at points spread over the whole of ingest, build and publish.
@Suite struct KillTests {
  /// What is killed.
  enum Victim: String, CaseIterable {
    case ingest
    case build
    case publish

    var killCount: Int {
      switch self {
      case .ingest: 18
      case .build: 24
      case .publish: 18
      }
    }
  }

  @Test(
    "a command killed at any moment leaves the published build whole, and the next one succeeds and sweeps",
    arguments: Victim.allCases)
  func kill(victim: Victim) throws {
    var random = SeededRandom.fresh()
    let workspace = try Workspace()
    let archives = try [(200, 1), (260, 2)].map { movies, seed in
      (
        movies: Int64(movies),
        path: try workspace.sample(movies: movies, seed: UInt64(seed), name: "\(seed).zip")
      )
    }
    try pipeline(workspace, archives[0].path)
    #expect(try BuildCheck(workspace.warehouse).run() == archives[0].movies)

    // Let go, a run says how long one takes.
    try prepare(victim, workspace, archives[1].path)
    let stopwatch = Stopwatch()
    try workspace.start(arguments(victim, archives[1].path)).finish().expectSuccess()
    let seconds = stopwatch.seconds
    try recover(victim, workspace, archives[1].path)

    for slot in 0..<victim.killCount {
      let next = archives[slot % 2]
      let last = archives[(slot + 1) % 2]
      var moment = seconds * (Double(slot) + random.fraction()) / Double(victim.killCount)
      var wasKilled = false
      while !wasKilled {
        try prepare(victim, workspace, next.path)
        let comment: Comment = "TEST_SEED=\(random.seed), \(victim) killed after \(moment) of \(seconds) s"
        let run = try workspace.start(arguments(victim, next.path))
        usleep(UInt32(moment * 1_000_000))
        run.process.signal(SIGKILL)
        let result = try run.finish()
        wasKilled = result.status == 128 + SIGKILL
        #expect(wasKilled || result.status == 0, "\(comment): \(result)")
        let movies = try BuildCheck(workspace.warehouse).run(comment)
        #expect(
          movies == last.movies || (victim != .ingest && movies == next.movies),
          "\(comment): \(movies) movies")
        try recover(victim, workspace, next.path)
        #expect(try BuildCheck(workspace.warehouse).run(comment) == next.movies, comment)
        #expect(try workspace.leftovers() == [], comment)
        // It had ended before: once more, and earlier.
        moment *= 0.8
        if !wasKilled { try pipeline(workspace, last.path) }
      }
    }
  }

  private func recover(_ victim: Victim, _ workspace: Workspace, _ archive: String) throws {
    try workspace.start(arguments(victim, archive)).finish().expectSuccess()
    if victim == .ingest { try workspace.succeed("build") }
  }

  private func pipeline(_ workspace: Workspace, _ archive: String) throws {
    try workspace.succeed("ingest", archive)
    try workspace.succeed("build")
  }

  /// Brings the draft to where the victim begins.
  private func prepare(_ victim: Victim, _ workspace: Workspace, _ archive: String) throws {
    if victim != .ingest { try workspace.succeed("ingest", archive) }
    if victim == .publish { try workspace.succeed("build", "--select", "fqn:*") }
  }

  private func arguments(_ victim: Victim, _ archive: String) -> [String] {
    victim == .ingest ? ["ingest", archive] : [victim.rawValue]
  }
}

extension SeededRandom {
  /// A number from 0 to 1.
  mutating func fraction() -> Double { Double.random(in: 0..<1, using: &self) }
}
