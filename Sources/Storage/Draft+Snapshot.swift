import SQLite

extension Draft {
  /// A connection that only reads and sees the draft as it is now, whatever the draft's own connection does until it is
  /// gone: for a thread of its own.
  ///
  /// It takes no locks, which is sound for this alone: tables are replaced, never written to while somebody reads them,
  /// and new ones go behind the end of the file. Nobody may be in the midst of a transaction when it is made, and no
  /// table may be dropped or changed in place that it still reads.
  package func snapshot() throws -> Connection {
    let connection = try Connection(path: warehouse.draftFile(.main), access: .readOnly, isImmutable: true)
    for layer in Layer.allCases where layer != .main {
      try connection.attach(
        warehouse.draftFile(layer), as: layer.schemaName, access: .readOnly, isImmutable: true)
    }
    try connection.execute(Self.cachePragmas)
    // The schemas are read now, and within one transaction they are not looked at again.
    let reads = Layer.allCases.map { "select count(*) from \($0.schemaName).sqlite_schema;" }.joined()
    try connection.execute("begin; \(reads)")
    return connection
  }
}
