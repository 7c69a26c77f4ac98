import Diagnostics
import SQLite
import Storage

/// Makes a model's rows of its inputs as they are and of the same inputs in another order, and compares them: a model
/// whose rows depend on that order is none that can be relied on.
struct ShuffleCheck {
  let connection: Connection
  let project: Project

  /// Throws `RH2312` where the two differ.
  func run(_ compiled: CompiledNode) throws {
    guard compiled.storedKind == .table, !compiled.isVolatile else { return }
    let copies = try copyInputs(of: compiled.node)
    defer {
      for copy in copies.values {
        try? connection.execute("drop table if exists temp.\(SQLIdentifier(copy))")
      }
    }
    let other = try project.compiler.compile(compiled.node, standIns: copies)
    let first = try hash(of: compiled, in: "__reelhouse_as_is")
    let second = try hash(of: other, in: "__reelhouse_shuffled")
    guard first == second else {
      throw Diagnostic(
        .orderDependent, "the rows of '\(compiled.node.name)' depend on the order of its inputs' rows",
        at: compiled.node.location,
        notes: ["made of the same rows in another order, it has other rows"],
        hints: ["order by columns that break every tie: in windows, in `limit`, in `group_concat`"])
    }
  }

  /// Copies of the tables that a model reads, their rows in another order, by the inputs' unique ids.
  private func copyInputs(of node: Node) throws -> [String: String] {
    var copies: [String: String] = [:]
    for id in project.manifest.inputs(of: node) {
      guard let relation = project.manifest.nodes[id]?.relation else { continue }
      let name = "__reelhouse_\(relation.layer.schemaName)_\(relation.name)"
      let columns = try connection.prepare("select * from \(relation.sql)").columnNames
        .map { SQLIdentifier($0).quoted }.joined(separator: ", ")
      try connection.execute("drop table if exists temp.\(SQLIdentifier(name))")
      try connection.run(
        """
        create temp table \(SQLIdentifier(name)) as select \(columns) from \
        (select *, row_number() over () as "__reelhouse_n" from \(relation.sql)) \
        order by ("__reelhouse_n" * 7919) % 10007, "__reelhouse_n" desc
        """)
      copies[id] = name
    }
    return copies
  }

  private func hash(of compiled: CompiledNode, in name: String) throws -> ExactHash {
    let table = "temp.\(SQLIdentifier(name))"
    try connection.execute("drop table if exists \(table)")
    defer { try? connection.execute("drop table if exists \(table)") }
    _ = try ResultTable(connection, compiled).fill(table, isTemporary: true)
    return try connection.exactHash(ofTable: name, inSchema: "temp")
  }
}
