import Diagnostics
import Parquet
import Storage

/// The one place where the types of SQLite, Parquet, Glue and Snowflake meet; `docs/parquet.md` has it as a table.
package enum MappedType: String, Sendable, Codable, CaseIterable {
  case integer
  case real
  case text
  case date
  case boolean
  case timestamp
  /// Blobs: no column is declared so, but a model may make one.
  case binary

  package init(_ declared: ColumnType) {
    switch declared {
    case .integer: self = .integer
    case .real: self = .real
    case .text: self = .text
    case .date: self = .date
    case .boolean: self = .boolean
    case .timestamp: self = .timestamp
    }
  }

  /// How values are stored in Parquet. Every column may have nulls, so that a file's schema does not hang on its rows.
  package func parquetColumn(_ name: String) -> Column {
    switch self {
    case .integer: Column(name, .int64)
    case .real: Column(name, .double)
    case .text: Column(name, .byteArray, .string)
    case .date: Column(name, .int32, .date)
    case .boolean: Column(name, .boolean)
    case .timestamp: Column(name, .int64, .timestamp(.microseconds, isUTC: false))
    case .binary: Column(name, .byteArray)
    }
  }

  /// The type in a Glue table, which is Hive's.
  package var glueName: String {
    switch self {
    case .integer: "bigint"
    case .real: "double"
    case .text: "string"
    case .date: "date"
    case .boolean: "boolean"
    case .timestamp: "timestamp"
    case .binary: "binary"
    }
  }

  /// The type in a Snowflake table.
  package var snowflakeName: String {
    switch self {
    case .integer: "NUMBER(19,0)"
    case .real: "FLOAT"
    case .text: "VARCHAR"
    case .date: "DATE"
    case .boolean: "BOOLEAN"
    case .timestamp: "TIMESTAMP_NTZ(6)"
    case .binary: "BINARY"
    }
  }

  /// The type of values of which only the storage classes are known; nil where no type holds them all. Nothing but
  /// nulls is text.
  package static func observed(_ storageClasses: Set<String>) -> MappedType? {
    switch storageClasses.subtracting(["null"]) {
    case ["integer"]: .integer
    case ["real"], ["integer", "real"]: .real
    case [], ["text"]: .text
    case ["blob"]: .binary
    default: nil
    }
  }
}

/// A column on its way out of the warehouse.
package struct MappedColumn: Sendable, Codable, Equatable {
  package var name: String
  package var type: MappedType

  package init(name: String, type: MappedType) {
    self.name = name
    self.type = type
  }

  package var parquet: Column { type.parquetColumn(name) }
}
