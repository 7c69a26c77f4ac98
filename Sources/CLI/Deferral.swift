import Diagnostics
import Storage
import Transform

/// `--defer`: what a run reads and does not make may come from an earlier build.
struct Deferral {
  private let options: SelectionOptions
  private let project: Project
  private let session: Session

  init(_ options: SelectionOptions, _ project: Project, _ session: Session) {
    self.options = options
    self.project = project
    self.session = session
  }

  /// Copies into the draft what it lacks, and says so.
  func prepare(_ draft: Draft, running: Set<String>) throws {
    guard options.defer ?? session.environment.flag("DBT_DEFER") ?? false else { return }
    let selection = NodeSelection(options, project, session)
    guard
      let state = try selection.state(options.deferState ?? session.environment.setting("DBT_DEFER_STATE"))
    else {
      throw Diagnostic(
        .invalidArgument, "--defer needs to know from where: there is no --state",
        hints: ["name the folder of a build: `reelhouse status --path` prints that of the published one"])
    }
    let isFavored = options.favorState ?? session.environment.flag("DBT_FAVOR_STATE") ?? false
    let taken = try DeferredInputs(project, state: state, isFavored: isFavored).copy(
      into: draft, running: running)
    for relation in taken { session.console.log("Deferred \(relation) to \(state.path)") }
  }
}
