import Files
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `kill -9` in the middle of push and pull, two pushes at once, and disks that are full.
@Suite struct PushKillTests {
  /// Two builds of one warehouse, the older of which a remote is at.
  private struct Scene {
    let workspace: Workspace
    let builds: [String]
    var remote: String { workspace.folder.file("remote") }

    init() throws {
      workspace = try Workspace.published()
      builds = try {
        [workspace] in
        let first = try #require(try workspace.warehouse.currentBuild()).id
        try workspace.succeed("ingest", workspace.sample(movies: 400, seed: 7))
        try workspace.succeed("build")
        return [first, try #require(try workspace.warehouse.currentBuild()).id]
      }()
      try workspace.succeed("push", "--remote", remote, "--build", builds[0])
    }

    func push(_ build: Int) -> [String] { ["push", "--remote", remote, "--build", builds[build]] }

    /// The remote is whole; the build that it is at.
    func check(_ comment: Comment) throws -> String {
      let verified = try workspace.start(["remote", "verify", "--remote", remote]).finish()
      #expect(verified.status == 0, comment)
      let log = try workspace.start(["remote", "log", "--remote", remote]).finish()
      return try #require(log.outputLines.first, comment).split(separator: " ").map(String.init)[1]
    }
  }

  @Test("a push killed at any moment leaves the environment at a whole build, and the next one ends it")
  func killedPush() throws {
    var random = SeededRandom.fresh()
    let scene = try Scene()
    let stopwatch = Stopwatch()
    try scene.workspace.start(scene.push(1)).finish().expectSuccess()
    let seconds = stopwatch.seconds
    var target = 0
    var kills = 0
    for slot in 0..<12 {
      // Without what was sent before, so that each push has to send all of one build.
      try scene.workspace.start(["remote", "gc", "--remote", scene.remote, "--keep", "1", "--grace", "0"])
        .finish()
        .expectSuccess()
      let moment = seconds * (Double(slot) + random.fraction()) / 12
      let comment: Comment = "TEST_SEED=\(random.seed), killed after \(moment) of \(seconds) s"
      let run = try scene.workspace.start(scene.push(target))
      usleep(UInt32(moment * 1_000_000))
      run.process.signal(SIGKILL)
      let wasKilled = try run.finish().status == 128 + SIGKILL
      kills += wasKilled ? 1 : 0
      let build = try scene.check(comment)
      #expect(build == scene.builds[target] || (wasKilled && build == scene.builds[1 - target]), comment)
      try scene.workspace.start(scene.push(target)).finish().expectSuccess()
      #expect(try scene.check(comment) == scene.builds[target], comment)
      target = 1 - target
    }
    #expect(kills > 3)
    let locks = Path.join(scene.remote, "locks")
    if FileSystem.isDirectory(locks) { #expect(try FileSystem.list(locks) == []) }
  }

  @Test("a pull killed at any moment leaves the published build whole, and the next one ends it")
  func killedPull() throws {
    var random = SeededRandom.fresh()
    let scene = try Scene()
    try scene.workspace.start(scene.push(1)).finish().expectSuccess()
    let other = try Workspace()
    func pull(_ build: Int) -> [String] {
      ["pull", "--remote", scene.remote, "--build", scene.builds[build]]
    }
    try other.start(pull(0)).finish().expectSuccess()
    let stopwatch = Stopwatch()
    try other.start(pull(1)).finish().expectSuccess()
    let seconds = stopwatch.seconds
    for slot in 0..<10 {
      try other.start(pull(0)).finish().expectSuccess()
      let doomed = Path.join(other.warehouse.buildsPath, scene.builds[1])
      try FileSystem.removeTree(doomed)
      let moment = seconds * (Double(slot) + random.fraction()) / 10
      let comment: Comment = "TEST_SEED=\(random.seed), killed after \(moment) of \(seconds) s"
      let run = try other.start(pull(1))
      usleep(UInt32(moment * 1_000_000))
      run.process.signal(SIGKILL)
      let wasKilled = try run.finish().status == 128 + SIGKILL
      let movies = try BuildCheck(other.warehouse).run(comment)
      #expect(movies == 400 || (wasKilled && movies == 300), comment)
      try other.start(pull(1)).finish().expectSuccess()
      #expect(try BuildCheck(other.warehouse).run(comment) == 400, comment)
      #expect(try other.leftovers() == [], comment)
    }
  }

  @Test("of two processes that push at once, each is published or told, and nothing is lost")
  func twoProcesses() throws {
    let scene = try Scene()
    let twin = try Workspace()
    try FileSystem.removeTree(twin.warehousePath)
    try Workspace.copyTree(scene.workspace.warehousePath, to: twin.warehousePath)
    try scene.workspace.start(scene.push(1)).finish().expectSuccess()
    var told = 0
    for round in 0..<6 {
      let runs = [
        try scene.workspace.start(scene.push(round % 2)), try twin.start(scene.push((round + 1) % 2)),
      ]
      for result in try runs.map({ try $0.finish() }) where result.status != 0 {
        #expect(result.status == 2 && result.codes == ["RH1703"], "\(result)")
        told += 1
      }
      _ = try scene.check("round \(round)")
    }
    #expect(told < 6)
    try scene.workspace.start(scene.push(1)).finish().expectSuccess()
    #expect(try scene.check("at the end") == scene.builds[1])
  }

  @Test(
    "a disk that is full while a push exports or a pull writes is named, and leaves all as it was",
    .enabled(if: PrivateMounts.arePossible, "needs the privilege to mount"), arguments: [20, 150, 400])
  func fullDisk(freeKilobytes: Int) throws {
    let scene = try Scene()
    let other = try Workspace()
    let mounts = try PrivateMounts(scene.workspace)
    mounts.add(
      """
      mv "$W" "$W.aside" && mkdir "$W" && mount -t tmpfs -o size=64m none "$W" && cp -a "$W.aside/." "$W" \
      && rm -rf "$W/push" && used=$(df -k --output=used "$W" | tail -1) \
      && mount -o remount,size=$((used + \(freeKilobytes)))k "$W"
      """)
    mounts.run("push", scene.push(1))
    mounts.add("mount -o remount,size=64m \"$W\"")
    mounts.run("push again", scene.push(1))
    // An empty warehouse in the same place.
    mounts.add(
      "umount \"$W\" && mount -t tmpfs -o size=\(freeKilobytes * 3)k none \"$W\"")
    mounts.run("pull", ["pull", "--remote", scene.remote])
    mounts.add("[ ! -e \"$W/current\" ] || [ \(freeKilobytes) -ge 400 ]")
    mounts.add("mount -o remount,size=64m \"$W\"")
    mounts.run("pull again", ["pull", "--remote", scene.remote])
    mounts.add("cp -a \"$W\" \(other.folder.file("copy"))")
    let results = try mounts.finish()
    for name in ["push", "pull"] {
      let result = try #require(results[name])
      #expect(result.status == 0 || (result.status == 2 && result.codes == ["RH1103"]), "\(result)")
      if freeKilobytes == 20 { #expect(result.status == 2, "\(result)") }
    }
    results["push again"]?.expectSuccess()
    results["pull again"]?.expectSuccess()
    #expect(try scene.check("\(freeKilobytes) KB free") == scene.builds[1])
    #expect(try BuildCheck(Warehouse(path: other.folder.file("copy"))).run() == 400)
  }
}
