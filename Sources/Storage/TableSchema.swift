import SQLite

/// A column's declared type: what projects write as `data_type`.
package enum ColumnType: String, Sendable, Codable, CaseIterable {
  case integer
  case real
  case text
  /// A calendar day, stored as the text `YYYY-MM-DD`.
  case date
  /// Stored as 0 or 1.
  case boolean
  /// A point in time, stored as the text `YYYY-MM-DD HH:MM:SS`, with a fraction where there is one.
  case timestamp

  /// The type of a `data_type` as SQL dialects spell it, or nil where none of ours fits.
  package init?(declared: String) {
    let lowered = declared.lowercased()
    let base = lowered.prefix { $0 != "(" }.split(separator: " ").first.map(String.init) ?? ""
    switch base {
    case "integer", "int", "bigint", "smallint", "tinyint", "hugeint", "int2", "int4", "int8", "long":
      self = .integer
    case "real", "double", "float", "float4", "float8", "numeric", "decimal", "number": self = .real
    case "text", "varchar", "char", "character", "string", "nvarchar", "nchar", "clob": self = .text
    case "date": self = .date
    case "boolean", "bool": self = .boolean
    case "timestamp", "datetime", "timestamp_ntz", "timestamptz": self = .timestamp
    default: return nil
    }
  }

  /// The type's name in `CREATE TABLE`, spelt as other tools know it. `DATE` and `TIMESTAMP` have SQLite's
  /// numeric affinity, which leaves the ISO texts that we store as they are.
  package var sqliteName: String { rawValue.uppercased() }
}

/// A column as a project declares it.
package struct ColumnSchema: Sendable, Hashable, Codable {
  package var name: String
  package var type: ColumnType
  package var isNotNull: Bool

  package init(name: String, type: ColumnType, isNotNull: Bool = false) {
    self.name = name
    self.type = type
    self.isNotNull = isNotNull
  }
}

/// A table as a project declares it: its name and its columns in order.
package struct TableSchema: Sendable, Hashable, Codable {
  package var name: String
  package var columns: [ColumnSchema]

  package init(name: String, columns: [ColumnSchema]) {
    self.name = name
    self.columns = columns
  }

  /// The statement that makes the table, `qualifiedName` standing for its name.
  package func createStatement(qualifiedName: String) -> String {
    let columns = columns.map { column in
      "\(SQLIdentifier(column.name)) \(column.type.sqliteName)\(column.isNotNull ? " NOT NULL" : "")"
    }
    return "create table \(qualifiedName) (\(columns.joined(separator: ", ")))"
  }
}
