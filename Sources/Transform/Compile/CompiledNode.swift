import Diagnostics
import Jinja
import Storage

/// A node whose template was rendered: SQL that can run.
package struct CompiledNode: Sendable {
  package let node: Node
  /// The node's own SQL. For a test, the query of its failing rows.
  package let sql: String
  /// How a model is stored: a view only where its text can be one in SQLite.
  package let storedKind: RelationRecord.Kind
  /// From places of `sql` to those of the user's file; nil where the SQL is of built-in making.
  let sourceMap: SourceMap?
  /// The part of `sql` that came of ephemeral models, which `sourceMap` does not know.
  var injection: CommonTables.Injection?
  /// Whether the text depends on what the draft holds: on `is_incremental()`, or on a query in the template.
  package var dependsOnDraft = false
  /// Whether the text depends on when it was rendered, or on chance.
  package var isVolatile = false

  /// The SQL without what came of ephemeral models or of the rows of a unit test.
  var ownSQL: String {
    guard let injection else { return sql }
    var bytes = Array(sql.utf8)
    bytes.removeSubrange(injection.start..<(injection.start + injection.byteCount))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A fault of SQLite in this node's SQL, told in the user's file.
  ///
  /// - Parameter prefix: bytes that stood before `sql` in the statement that failed.
  package func diagnostic(for error: any Error, prefix: Int = 0) -> Diagnostic {
    var diagnostic = SQLFault.diagnostic(for: error)
    let compiled = "the compiled SQL is in target/compiled/\(node.packageName)/\(node.compiledPath)"
    if let offset = SQLFault.offset(of: error).map({ $0 - prefix }), offset >= 0, offset <= sql.utf8.count,
      let sourceMap, let offset = injection.map({ $0.originalOffset(of: offset) }) ?? offset
    {
      let place = sourceMap.location(ofByte: offset)
      diagnostic.location = SourceLocation(path: node.displayPath, line: place.line, column: place.column)
      diagnostic.excerpt = SQLFault.line(place.line, of: node.rawCode)
      diagnostic.notes.append(compiled)
    } else {
      diagnostic.location = node.location
      diagnostic.excerpt = nil
      if diagnostic.code == .sqlError { diagnostic.notes.append(compiled) }
    }
    return diagnostic
  }
}

extension Node {
  /// Where the node's compiled SQL is written, below the package.
  package var compiledPath: String {
    if isTest, genericTest != nil || unitTest != nil, let propertiesPath {
      return "\(propertiesPath)/\(shortName ?? name).sql"
    }
    // A snapshot that a properties file declares has none of its own.
    return resourceType == .snapshot && !filePath.hasSuffix(".sql") ? "\(filePath)/\(name).sql" : filePath
  }
}
