import Files
import Storage

/// What ran for a node, below `target/run`, for people to look at.
package struct RunFile {
  private let project: Project

  package init(_ project: Project) {
    self.project = project
  }

  /// Writes the statement that stands for what was done: a table is filled by the engine itself, not by this text.
  package func write(_ result: RunResult) throws {
    guard let sql = result.compiledSQL, let text = statement(result.node, sql) else { return }
    let node = result.node
    let file = Path.join(project.targetPath, "run/\(node.packageName)/\(node.compiledPath)")
    try FileSystem.createDirectory(Path.parent(of: file))
    try FileSystem.write((text + "\n").utf8, to: file, isDurable: false)
  }

  private func statement(_ node: Node, _ sql: String) -> String? {
    guard let relation = node.relation else {
      guard node.isTest else { return sql }
      let config = node.config
      return """
        select \(config.failCalculation) as failures, \(config.failCalculation) \(config.warnIf) as should_warn, \
        \(config.failCalculation) \(config.errorIf) as should_error
        from (
        \(sql)
        ) dbt_internal_test
        """
    }
    switch node.materialized {
    case "view": return "create view \(relation.sql) as\n\(sql)"
    case "incremental": return "insert into \(relation.sql)\n\(sql)"
    default: return "create table \(relation.sql) as\n\(sql)"
    }
  }
}
