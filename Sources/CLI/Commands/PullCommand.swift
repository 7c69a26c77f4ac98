import ArgumentParser
import Diagnostics
import Storage
import Sync
import Transform

struct PullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Bring a build from a remote into the warehouse, and publish it here.",
    discussion: """
      A new machine gets a build without the archive: tables with their rows, views, what tests said. Every table is \
      compared with the exact hash that it was pushed with. The draft stays as it is; where there is none, the next \
      command that needs one begins with this build.

      Examples:
        reelhouse pull
        reelhouse pull --remote prod --env dev
        reelhouse pull --build 20261122T071530Z-1a2b3c4d
      """)

  @OptionGroup var place: RemoteOptions

  @Option(help: ArgumentHelp("Pull this build, whatever the environment is at.", valueName: "id"))
  var build: String?

  @Option(name: [.short, .long], help: "The form of the result: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if build != nil, place.env != nil { throw ValidationError("--build and --env exclude each other") }
  }

  func run() throws {
    let session = Session(global)
    let console = session.console
    let warehouse = try session.warehouse()
    let remote = try session.remote(place.remote)
    let manifest = try manifest(remote, session, warehouse)
    Interruption.watch()
    var line = ProgressLine(console)
    var received = 0
    let lock = try session.warehouseLock(warehouse)
    let runner = PullRunner(warehouse, remote) { event in
      if Interruption.isRequested { throw CancellationError() }
      guard case .received(let byteCount) = event else { return }
      received += byteCount
      line.update(
        fraction: Double(received) / Double(max(1, manifest.byteCount)),
        text: "pulled \(ByteText.of(received))"
      ) { "\(ByteText.of(Int(Double(received) / $0)))/s" }
    }
    let report: PullRunner.Report
    do {
      report = try runner.run(manifest, holding: lock)
    } catch is CancellationError {
      line.end()
      console.remark("Interrupted: nothing was changed")
      throw CommandOutcome.failed
    }
    line.end()
    let rows = manifest.tables.filter { $0.kind != .view }.reduce(0) { $0 + $1.rowCount }
    switch output {
    case .json:
      console.data(
        JSONWriter.text([
          "build": .string(report.build.id), "path": .string(report.build.path),
          "was_here": .bool(report.wasHere), "bytes_received": .integer(received), "rows": .integer(rows),
        ]))
    case .text:
      console.log(
        report.wasHere
          ? "Published build \(report.build.id), which was here already"
          : "Pulled build \(report.build.id): \(manifest.tables.count) tables and views, "
            + "\(NumberText.grouped(rows)) rows, \(ByteText.of(received)), in \(report.build.path)")
    }
  }

  private func manifest(_ remote: Remote, _ session: Session, _ warehouse: Warehouse) throws -> RemoteManifest
  {
    if let build { return try remote.manifest(beginning: build) }
    let environment = try session.remoteEnvironment(place.env)
    let current = try remote.requiredRef(environment).ref.current
    try RemotePins(warehouse).note(remote: remote.name, environment: environment, build: current.build)
    return try remote.manifest(current)
  }
}
