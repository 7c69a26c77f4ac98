import Diagnostics
import SQLite

/// Runs the hooks of nodes, within their transaction.
struct HookRunner {
  let connection: Connection
  let compiler: NodeCompiler

  func run(_ hooks: [String], of node: Node) throws {
    for hook in hooks {
      let sql = try compiler.renderHook(hook, of: node)
      // A hook that ended the transaction would take the model's own safety away.
      connection.authorize { action in
        if case .transaction = action { false } else { true }
      }
      defer { connection.removeAuthorizer() }
      do {
        try connection.execute(sql)
      } catch {
        throw Diagnostic(
          .hookFailed, "a hook of '\(node.name)' failed: \(error.reason)", at: node.location,
          notes: ["the hook's SQL is: \(sql.trimmed)"],
          hints: [
            error.isRefused
              ? "hooks run in the transaction of their model, and may not begin or end one"
              : "mend the hook, or what it reads"
          ])
      }
    }
  }
}
