extension Connection {
  /// Drops the table or view of a name, whichever there is; nothing where there is none.
  package func dropRelation(named name: String, inSchema schema: String) throws(SQLiteError) {
    let schema = SQLIdentifier(schema)
    let type = try scalar(
      """
      select type from \(schema).sqlite_schema where name = ? collate nocase and type in ('table', 'view')
      """, [.text(name)])
    if case .text(let type)? = type { try execute("drop \(type) \(schema).\(SQLIdentifier(name))") }
  }
}
