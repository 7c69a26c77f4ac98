import ArgumentParser
import Diagnostics
import Storage
import Sync
import Transform

struct RemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote", abstract: "Look at a remote, and move its environments.",
    discussion: """
      Examples:
        reelhouse remote log
        reelhouse remote rollback --env dev
        reelhouse remote verify
        reelhouse remote gc --keep 5 --dry-run
      """,
    subcommands: [
      RemoteLogCommand.self, RemoteRollbackCommand.self, RemoteVerifyCommand.self, RemoteCollectCommand.self,
    ])
}

struct RemoteLogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "List the builds that an environment is and was at, the newest first.",
    discussion: """
      Examples:
        reelhouse remote log
        reelhouse remote log --remote prod --env dev -o json
      """)

  @OptionGroup var place: RemoteOptions

  @Option(name: [.short, .long], help: "The form of the list: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let remote = try session.remote(place.remote)
    let ref = try remote.requiredRef(session.remoteEnvironment(place.env)).ref
    switch output {
    case .text:
      for (index, move) in ref.history.enumerated() {
        let mark = index == 0 ? "*" : " "
        let action = move.action == .push ? "push    " : "rollback"
        session.console.data("\(mark) \(move.build)  \(action)  \(move.movedAt)  \(move.machine)")
      }
    case .json:
      session.console.data(
        JSONWriter.text([
          "remote": .string(remote.name), "environment": .string(ref.environment),
          "moves": .array(ref.history.map(json)),
        ]))
    }
  }

  private func json(_ move: RemoteRef.Move) -> JSONValue {
    [
      "build": .string(move.build), "action": .string(move.action.rawValue),
      "moved_at": .string(move.movedAt),
      "machine": .string(move.machine), "push_id": .string(move.pushID),
    ]
  }
}

struct RemoteRollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Move an environment back to the build that it was at before.",
    discussion: """
      The build must be whole in the remote. Catalog and mirror follow, as behind a push. Builds of this machine stay as \
      they are.

      Examples:
        reelhouse remote rollback
        reelhouse remote rollback 20261122T071530Z --env dev
      """)

  @Argument(help: "A build's id, or the beginning of one; any build that the remote has.")
  var id: String?

  @OptionGroup var place: RemoteOptions
  @OptionGroup var downstream: DownstreamOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let console = session.console
    let declaration = try session.remoteDeclaration(place.remote)
    let remote = try session.remote(declaration)
    let environment = try session.remoteEnvironment(place.env)
    let moves = try RemoteRollback(remote, environment: environment, pushID: session.invocationID).run(
      to: id, onWait: { console.remark("waiting for a collection of garbage by \($0)") })
    let here = (try? session.warehouse().build(moves.to.build)) ?? nil
    Interruption.watch()
    let steps = try DownstreamSteps(
      remote, declaration, session, downstream, environment: environment, build: here)
    if let (manifest, bytes) = try remote.manifest(id: moves.to.build) {
      _ = try steps.run(steps.plan(manifest, bytes))
    }
    console.log(
      "'\(environment)' of '\(remote.name)' is at \(moves.to.build) again; it was at \(moves.from.build)")
  }
}
