/// What a statement gave.
package struct SnowflakeResult: Sendable {
  /// How many rows a statement changed.
  package struct Changes: Sendable, Equatable {
    package var insertedRowCount = 0
    package var updatedRowCount = 0
    package var deletedRowCount = 0

    package init(insertedRowCount: Int = 0, updatedRowCount: Int = 0, deletedRowCount: Int = 0) {
      self.insertedRowCount = insertedRowCount
      self.updatedRowCount = updatedRowCount
      self.deletedRowCount = deletedRowCount
    }
  }

  /// The statement's handle, which is its query id in Snowflake's history.
  package let handle: String
  package let columns: [SnowflakeColumn]
  /// Empty where the rows were handed on as they came.
  package let rows: [[SnowflakeValue]]
  /// Of all rows.
  package let rowCount: Int
  /// Nil where the statement says nothing of it.
  package let changes: Changes?

  package init(
    handle: String, columns: [SnowflakeColumn], rows: [[SnowflakeValue]], rowCount: Int, changes: Changes?
  ) {
    self.handle = handle
    self.columns = columns
    self.rows = rows
    self.rowCount = rowCount
    self.changes = changes
  }

  /// The place of a column, by its name without regard to case; nil where there is none.
  package func columnIndex(_ name: String) -> Int? {
    columns.firstIndex { $0.name.equalsIgnoringCase(name) }
  }

  /// The one value of a result of one row and one column; nil for any other.
  package var singleValue: SnowflakeValue? {
    rows.count == 1 && rows[0].count == 1 ? rows[0][0] : nil
  }
}
