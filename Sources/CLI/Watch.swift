import Diagnostics
import Files
import SQLite
import Storage
import Transform

/// `build --watch`: builds, then builds again what each saved file touches, and tells what became of the rows.
struct Watch {
  private let options: RunOptions
  private let session: Session
  private var console: Console { session.console }

  init(_ options: RunOptions) {
    self.options = options
    session = Session(options.global)
  }

  /// Goes on until the user ends it with Ctrl-C, which is no failure.
  func start() throws {
    Interruption.watch()
    var last = try build(nil, since: nil)
    let watcher = try FileWatcher(try watchedPaths())
    while !Interruption.isRequested {
      console.remark("Watching \(try session.projectPath()). Ctrl-C ends.")
      let changed = try watcher.wait { Interruption.isRequested }
      guard !changed.isEmpty else { break }
      let root = try session.projectPath() + "/"
      let names = changed.map { $0.hasPrefix(root) ? String($0.dropFirst(root.count)) : $0 }
      console.log("Saved \(names.joined(separator: ", "))")
      last = try build(changed, since: last) ?? last
    }
    console.remark("No longer watching")
  }

  /// The folders of the project's files, and the files beside them.
  private func watchedPaths() throws -> [String] {
    let path = try session.projectPath()
    let file = try ProjectFile(inFolder: path)
    let single = [ProjectFile.fileName, SelectorFile.fileName, "profiles.yml", "packages.yml"]
    return (file.resourcePaths + single).map { Path.join(path, $0) }
  }

  /// Builds what changed since an earlier manifest; all that is selected where there is none. Faults are told, and what
  /// they concern is built when they are mended.
  ///
  /// - Returns: the manifest that the next build compares with; nil where the project could not be read.
  private func build(_ changed: [String]?, since earlier: PreviousManifest?) throws -> PreviousManifest? {
    do {
      let project = try session.project(options.project)
      let manifest = PreviousManifest(project)
      var selected: Set<String>?
      if let earlier {
        let state = PreviousState(manifest: earlier, path: project.targetPath)
        let wanted = try NodeSelection(options.selection, project, session).resolve()
        selected = try Selector(project.manifest, project.graph, state: state)
          .select(SelectionSpec(parsing: ["state:modified+"])).uniqueIDs.intersection(wanted)
        if selected?.isEmpty == true {
          console.log("Nothing that is built has changed")
          return manifest
        }
      }
      let snapshot = try RelationSnapshot(project, try session.warehouse(), of: selected ?? [])
      // Publishing is left to a command of its own: a draft in the making is no build.
      let outcome = try NodeRun(.build, options, session, publishes: false).run(retrying: selected)
      try tell(outcome, snapshot)
      return outcome.results.contains(where: \.blocksDescendants) ? nil : manifest
    } catch {
      console.endProgress()
      console.report(error)
      return nil
    }
  }

  /// The row-level difference of each table that the run has made anew.
  private func tell(_ outcome: NodeRun.Outcome, _ snapshot: RelationSnapshot?) throws {
    guard let snapshot else { return }
    let writer = DifferenceWriter(console: console)
    let made = outcome.results.filter { $0.status == .success }.compactMap(\.node.relation)
    for difference in try snapshot.compare(Set(made)) {
      let lines = writer.lines(difference)
      for line in lines.isEmpty ? ["= \(difference.relation)  the same rows"] : lines { console.data(line) }
    }
  }
}
