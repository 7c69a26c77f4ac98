import Diagnostics
import Files
import Ingest
import Storage
import Sync
import Transform

/// Looks at what is needed on this machine: configuration, project, archive, disk, warehouse.
struct LocalCheckup {
  private let session: Session
  private let options: ProjectOptions
  /// Whether only the draft is looked at.
  private let isShort: Bool

  private static let configuration = "Configuration"
  private static let connection = "Connection"

  init(_ session: Session, _ options: ProjectOptions, isShort: Bool) {
    self.session = session
    self.options = options
    self.isShort = isShort
  }

  func examine(_ checkup: inout Checkup) {
    if !isShort {
      let group = Self.configuration
      checkup.check(group, ProjectFile.fileName) {
        .sound(Path.join(try session.projectPath(), ProjectFile.fileName))
      }
      var opened: Project?
      checkup.check(group, "project", after: [ProjectFile.fileName]) {
        let project = try session.project(options)
        opened = project
        return .sound(RunReport().found(project.manifest))
      }
      if let target = opened?.target {
        checkup.check(group, "profile") {
          .sound("\(target.profileName), target: \(target.name), type: \(target.type)")
        }
      }
      checkup.check(group, "archive", after: [ProjectFile.fileName]) { try lookAtArchive(opened) }
    }
    checkup.check(Self.connection, "warehouse") { try lookAtWarehouse() }
    checkup.check(Self.connection, "disk") { try lookAtDisk() }
  }

  private func lookAtArchive(_ project: Project?) throws -> Finding {
    let folder = try session.projectPath()
    guard let named = try ReelhouseFile(inFolder: folder).archive else {
      return .unseen("\(ReelhouseFile.fileName) names none; `reelhouse ingest` is told one")
    }
    let path = Path.join(folder, named)
    guard FileSystem.exists(path) else {
      return .unseen(
        "there is no \(path) yet; `reelhouse ingest` takes another, `reelhouse sample` makes one")
    }
    guard let project else { return .unseen("not looked at without the project") }
    let tables = SourceTable.all(in: project.manifest)
    let plan = try IngestPlanner(tables: tables, options: IngestOptions(archivePath: path), records: [])
      .plan()
    return .sound("\(path), with \(plan.items.count) of \(tables.count) tables")
  }

  private func lookAtWarehouse() throws -> Finding {
    let warehouse = try session.warehouse()
    guard warehouse.hasDraft else { return .sound("\(warehouse.path), without a draft yet") }
    let reader = try WarehouseReader(warehouse, .draft)
    let count = try RelationCatalog(reader.connection).records().count
    return .sound("\(warehouse.path), \(count) relations")
  }

  /// A layer that is changed may be copied first, and a build may sort as much as it reads: the draft's size must be free.
  private func lookAtDisk() throws -> Finding {
    let warehouse = try session.warehouse()
    var folder = warehouse.path
    while !FileSystem.exists(folder), Path.parent(of: folder) != folder { folder = Path.parent(of: folder) }
    let free = try FileSystem.availableBytes(at: folder)
    let wanted = try Layer.allCases.reduce(0) { sum, layer in
      sum + (try FileSystem.status(warehouse.draftFile(layer))?.byteCount ?? 0)
    }
    guard free >= wanted else {
      throw Diagnostic(
        .diskFull,
        "\(ByteText.of(free)) are free at '\(folder)', and a build may need as much again as the draft has: \(ByteText.of(wanted))",
        hints: [
          "make room, or keep fewer builds: `keep_builds` in \(ReelhouseFile.fileName)",
          "or put the warehouse elsewhere with --warehouse",
        ])
    }
    return .sound("\(ByteText.of(free)) free")
  }
}
