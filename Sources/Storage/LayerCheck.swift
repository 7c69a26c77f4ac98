import Files
import SQLite

/// The look at a layer before it is frozen: that the file is sound, closed, and can be read alone and under any name.
struct LayerCheck {
  let path: String
  let layer: Layer

  func run() throws {
    do {
      let connection = try connect()
      // A write-ahead log that another program turned on ends here.
      try connection.execute("pragma \(layer.schemaName).journal_mode = delete")
      let check = "pragma \(layer.schemaName).quick_check(10)"
      let verdict = try connection.rows(check).compactMap { row -> String? in
        if case .text(let text)? = row.first { text } else { nil }
      }
      guard verdict == ["ok"] else { throw damaged(verdict) }
    } catch let error as SQLiteError where error.code == .sqlCorrupt {
      throw damaged([error.reason])
    }
    try checkViews()
    for suffix in LayerFile.companionSuffixes where FileSystem.exists(path + suffix) {
      throw StorageError(
        .draftUnfinished, "the draft's layer '\(layer.rawValue)' is in use by another program",
        notes: ["'\(path + suffix)' exists"], hints: ["close that program's connection, then publish again"])
    }
  }

  /// Opens the layer under its own name: under another one, a view that names its database looks like damage.
  private func connect() throws(SQLiteError) -> Connection {
    guard layer != .main else { return try Connection(path: path, access: .readWrite) }
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.attach(path, as: layer.schemaName, access: .readWrite)
    return connection
  }

  /// Reads each view with the file attached under a name that no project uses: a view whose text names a database
  /// would make the whole file unreadable there.
  func checkViews() throws {
    let connection = try Connection(path: ":memory:", access: .create)
    let name = "reelhouse_check"
    let views: [[SQLiteValue]]
    do {
      try connection.attach(path, as: name, access: .readOnly)
      views = try connection.rows("select name from \(name).sqlite_schema where type = 'view' order by name")
    } catch {
      throw notPortable(error.reason)
    }
    for case .text(let view)? in views.map(\.first) {
      do {
        _ = try connection.prepare("select * from \(name).\(SQLIdentifier(view))")
      } catch {
        throw notPortable("\(view): \(error.reason)")
      }
    }
  }

  private func notPortable(_ reason: String) -> StorageError {
    StorageError(
      .viewNotPortable, "a view of the layer '\(layer.rawValue)' cannot be read on its own", notes: [reason],
      hints: ["name the tables that a view reads with {{ ref('…') }}, never with a database in front"])
  }

  private func damaged(_ reasons: [String]) -> StorageError {
    StorageError(
      .draftDamaged, "the draft's layer '\(layer.rawValue)' is damaged and is not published", notes: reasons,
      hints: ["remove '\(path)': the next command makes it anew from the published build"])
  }
}
