import Files
import Storage
import TestSupport
import Testing

/// Folders that cannot be written, and disks that are full.
@Suite struct DiskFaultTests {
  private static let writers = [["ingest", "ARCHIVE"], ["build"], ["publish"], ["rollback"]]

  private func command(_ words: [String]) -> [String] {
    words.map { $0 == "ARCHIVE" ? SharedWarehouse.archivePath : $0 }
  }

  @Test("a warehouse's folder that cannot be made is an error with the path", arguments: writers)
  func impossibleFolder(words: [String]) throws {
    let workspace = try Workspace()
    // A path below a file: root cannot make that either.
    try workspace.folder.write("a file", to: "warehouse")
    let result = try workspace.start(command(words)).finish()
    #expect(result.status == 2, "\(result)")
    #expect(result.codes.first == "RH1104", "\(result)")
    #expect(result.errors.contains(workspace.warehousePath), "\(result)")
    #expect(result.errors.contains("--warehouse"), "\(result)")
  }

  @Test(
    "a warehouse on a read-only file system is refused by what writes and served by what reads",
    .enabled(if: PrivateMounts.arePossible, "needs the privilege to mount"))
  func readOnly() throws {
    let workspace = try Workspace.published()
    let before = try workspace.publishedState()
    let mounts = try PrivateMounts(workspace)
    mounts.add("mount --bind \"$W\" \"$W\" && mount -o remount,bind,ro \"$W\"")
    for words in Self.writers { mounts.run(words[0], command(words)) }
    mounts.run("query", ["query", "select sum(movies) > 0 from movies_by_year"])
    mounts.run("draft", ["query", "--draft", "select sum(movies) > 0 from movies_by_year"])
    mounts.run("verify", ["builds", "--verify"])
    mounts.run("status", ["status"])
    let results = try mounts.finish()
    for words in Self.writers {
      let result = try #require(results[words[0]])
      #expect(result.status == 2, "\(result)")
      #expect(result.codes.first == "RH1104", "\(result)")
    }
    for name in ["query", "draft", "verify", "status"] { results[name]?.expectSuccess() }
    #expect(try workspace.publishedState() == before)
  }

  @Test(
    "a full disk is named, leaves the published build whole, and space makes the next run succeed",
    .enabled(if: PrivateMounts.arePossible, "needs the privilege to mount"))
  func full() throws {
    var failures: [String: Int] = [:]
    // Room for ever more steps: for none, for a part of the ingest, for all of it and a part of the build.
    for freeKilobytes in [100, 900, 1400, 2600, 3300, 4200] {
      for result in try fill(freeKilobytes: freeKilobytes) where result.status != 0 {
        failures[result.arguments[0], default: 0] += 1
        #expect(result.status == 1 || result.status == 2, "\(result)")
        #expect(result.codes.contains("RH1103"), "\(result)")
      }
    }
    #expect(failures["ingest"] != nil && failures["build"] != nil, "\(failures)")
  }

  /// Ingests and builds where there is that much room, then with more; checks what is published after each.
  ///
  /// - Returns: what became of the ingest and the build that had little room.
  private func fill(freeKilobytes: Int) throws -> [CommandResult] {
    let workspace = try Workspace.published()
    let larger = try workspace.sample(movies: 2500, seed: 9)
    let copies = workspace.folder.file("copies")
    try FileSystem.createDirectory(copies)
    let mounts = try PrivateMounts(workspace)
    // The warehouse moves onto a disk of its own, which leaves the namespace only as copies.
    mounts.add(
      """
      mv "$W" "$W.aside" && mkdir "$W" && mount -t tmpfs -o size=64m none "$W" && cp -a "$W.aside/." "$W" \
      && used=$(df -k --output=used "$W" | tail -1) \
      && mount -o remount,size=$((used + \(freeKilobytes)))k "$W"
      """)
    mounts.run("ingest", ["ingest", larger])
    mounts.run("build", ["build"])
    mounts.add("cp -a \"$W\" \(copies)/full")
    mounts.run("query", ["query", "select sum(movies) > 0 from movies_by_year"])
    mounts.add("mount -o remount,size=64m \"$W\"")
    mounts.run("ingest again", ["ingest", larger])
    mounts.run("build again", ["build"])
    mounts.add("cp -a \"$W\" \(copies)/freed")
    let results = try mounts.finish()

    results["query"]?.expectSuccess()
    let tight = [results["ingest"], results["build"]].compactMap(\.self)
    let expected: Int64 = tight.allSatisfy { $0.status == 0 } ? 2500 : 300
    #expect(
      try BuildCheck(Warehouse(path: Path.join(copies, "full"))).run("\(freeKilobytes) KB free") == expected)
    results["ingest again"]?.expectSuccess()
    results["build again"]?.expectSuccess()
    #expect(try BuildCheck(Warehouse(path: Path.join(copies, "freed"))).run() == 2500)
    return tight
  }
}

/// A script of commands in a mount namespace of its own, so that nobody else sees its mounts.
final class PrivateMounts {
  private static let prefix: [String]? = {
    guard let unshare = Tool("unshare"), let folder = try? TemporaryFolder() else { return nil }
    return [["-m"], ["-r", "-m"]].first { options in
      let result = try? unshare.run(
        options + ["sh", "-c", "mount -t tmpfs -o size=1m none \"$0\"", folder.path])
      return result?.status == 0
    }
  }()

  static var arePossible: Bool { prefix != nil }

  private let workspace: Workspace
  private var script = ""
  private var names: [(name: String, arguments: [String])] = []

  /// In the script `$W` is the warehouse's folder.
  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    try FileSystem.createDirectory(workspace.folder.file("results"))
  }

  /// Adds a line of shell that must succeed.
  func add(_ line: String) {
    script += "\(line) || exit 99\n"
  }

  /// Adds a run of `reelhouse`, whose result gets a name.
  func run(_ name: String, _ arguments: [String]) {
    let files = "'\(workspace.folder.file("results"))/\(names.count)"
    let words = [ReelhouseBinary.path] + arguments + ["--project-dir", workspace.projectPath, "--warehouse"]
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    script += "\(line) \"$W\" > \(files).out' 2> \(files).err'; echo $? > \(files).status'\n"
    names.append((name, arguments))
  }

  func finish() throws -> [String: CommandResult] {
    var setting = ChildProcess.Setting()
    setting.environment = ["W": workspace.warehousePath, "DBT_TARGET_PATH": workspace.folder.file("target")]
    setting.outputPath = workspace.folder.file("results/script")
    let child = try ChildProcess(
      try #require(Tool("unshare")).path, (Self.prefix ?? []) + ["sh", "-c", script], setting)
    let status = child.wait()
    let words = try FileSystem.readText(workspace.folder.file("results/script"))
    try #require(status == 0, "\(words)")
    var results: [String: CommandResult] = [:]
    for (index, run) in names.enumerated() {
      func text(_ kind: String) throws -> String {
        try FileSystem.readText(workspace.folder.file("results/\(index).\(kind)"))
      }
      results[run.name] = CommandResult(
        arguments: run.arguments, status: Int32(try text("status").filter(\.isNumber)) ?? -1,
        output: try text("out"), errors: try text("err"))
    }
    return results
  }
}
