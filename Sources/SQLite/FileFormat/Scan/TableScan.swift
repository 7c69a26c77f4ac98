/// A table of a database file that nobody writes to, to be read without statements: only the columns that are asked
/// for, in runs of leaves that threads may share.
///
/// What is read are the file's own bytes by `pread`; a file that is cut off or damaged gives an error with the number
/// of the page. Views, virtual tables, tables without rowid and generated columns are refused: they are read by
/// statements.
package final class TableScan: Sendable {
  let file: ScannedFile
  let schema: ScannedSchema
  let leaves: LeafList

  /// Opens a file and finds the leaves of a table.
  ///
  /// No connection of this process may hold a lock on the file meanwhile: closing the file here drops such locks.
  package init(path: String, table: String) throws(DatabaseFileError) {
    file = try ScannedFile(path: path)
    schema = try ScannedSchema(path: path, table: table)
    do throws(DatabaseFileError) {
      leaves = try LeafList(root: schema.rootPage, of: file)
    } catch {
      throw DatabaseFileError(error.reason, path: path, table: schema.table)
    }
  }

  /// The table's name as it was written.
  package var table: String { schema.table }

  package var columns: [ScannedColumn] { schema.columns }

  /// The column that is another name of the rowid, if there is one.
  package var keyColumn: Int? { schema.keyColumn }

  /// A run of a table's leaves.
  package struct Part: Sendable, Hashable {
    let leaves: Range<Int>
  }

  /// The whole table.
  package var whole: Part { Part(leaves: 0..<leaves.pages.count) }

  /// The table in parts of about as many leaves each, no more of them than asked for, in the order of the rowids.
  /// Every row is in one part. Overflow pages do not count, so threads had better share more parts than they are.
  package func split(into count: Int) -> [Part] {
    precondition(count > 0)
    let total = leaves.pages.count
    let parts = min(count, total)
    return (0..<parts).map { Part(leaves: total * $0 / parts..<total * ($0 + 1) / parts) }
  }

  /// Begins to read a part, in the order of its rowids.
  ///
  /// - Parameter columns: the places of the columns in the table, each once, in the order wanted.
  package func scanner(of part: Part, columns: [Int]) -> TableScanner {
    precondition(
      columns.allSatisfy(schema.columns.indices.contains), "a column is asked for that is not there")
    return TableScanner(self, part, columns: columns)
  }
}
