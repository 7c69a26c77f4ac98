import ArgumentParser
import Diagnostics
import Files
import Storage
import Sync
import Transform

/// Options of commands that work with a remote.
struct RemoteOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A remote of reelhouse.yml, a folder by its path, or s3://bucket/prefix.", valueName: "name"))
  var remote: String?

  @Option(help: ArgumentHelp("The environment: prod, dev, …", valueName: "name"))
  var env: String?
}

extension Session {
  /// What `reelhouse.yml` says, and the folder that its paths are relative to.
  private func settings() throws -> (file: ReelhouseFile?, folder: String) {
    let isNamed = options.projectDir != nil || environment.setting("DBT_PROJECT_DIR") != nil
    guard let project = isNamed ? try projectPath() : try? projectPath() else {
      return (nil, Path.parent(of: try warehouse().path))
    }
    return (try ReelhouseFile(inFolder: project), project)
  }

  /// The remote that an option, the environment or `reelhouse.yml` names.
  func remote(_ named: String?) throws -> Remote { try remote(remoteDeclaration(named)) }

  func remote(_ declaration: RemoteDeclaration) throws -> Remote {
    Remote(
      name: declaration.name, destination: try destination(declaration, relativeTo: settings().folder))
  }

  /// The declaration of the remote that an option, the environment or `reelhouse.yml` names.
  func remoteDeclaration(_ named: String?) throws -> RemoteDeclaration {
    let file = try settings().file
    let declared = file?.remotes ?? [.standard]
    let standard = RemoteDeclaration.standard.name
    let name =
      named ?? environment.setting("REELHOUSE_REMOTE") ?? file?.defaultRemote ?? standard
    return try declaration(name, declared)
  }

  private func declaration(_ name: String, _ declared: [RemoteDeclaration]) throws -> RemoteDeclaration {
    if let found = declared.first(where: { $0.name == name }) { return found }
    if name.hasPrefix("s3://"), let place = RemoteDeclaration.bucket(name) {
      return RemoteDeclaration(name: name, place: place)
    }
    if name.contains("/"), !name.contains("://") {
      return RemoteDeclaration(name: name, place: .folder(Path.absolute(name)))
    }
    throw Diagnostic(
      .remoteUnknown, "there is no remote '\(name)'",
      notes: ["reelhouse.yml has " + declared.map(\.name).joined(separator: ", ")],
      hints: Suggestion.hint(for: name, in: declared.map(\.name)).map { [$0] } ?? [
        "declare it in reelhouse.yml, or name a folder by a path with a slash, or `s3://bucket/prefix`"
      ])
  }

  private func destination(
    _ declaration: RemoteDeclaration, relativeTo folder: String
  ) throws -> any Destination {
    switch declaration.place {
    case .folder(let path): return FolderDestination(Path.join(folder, path))
    case .bucket(let name, let prefix): return try bucket(name, prefix: prefix, of: declaration)
    }
  }

  /// The environment that an option, the environment's variable or `reelhouse.yml` names.
  func remoteEnvironment(_ named: String?) throws -> String {
    let name =
      try named ?? environment.setting("REELHOUSE_ENV") ?? settings().file?.defaultEnvironment ?? "prod"
    guard RemoteLayout.isEnvironment(name) else {
      throw Diagnostic(
        .invalidArgument, "'\(name)' cannot be the name of an environment",
        hints: ["take letters, digits, `-` and `_`, 64 at most"])
    }
    return name
  }

  /// The lock on the warehouse, for commands that publish in it.
  func warehouseLock(_ warehouse: Warehouse) throws -> WarehouseLock {
    let console = console
    return try WarehouseLock(
      warehouse, command: invocation, timeoutSeconds: options.lockTimeout,
      onWait: { console.remark("waiting for the warehouse's lock, held by \($0)") })
  }
}
