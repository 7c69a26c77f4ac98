import CSQLite

/// A value as SQLite stores it: one of its five storage classes.
package enum SQLiteValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// The storage class of a column of the current row.
package enum StorageClass: Int32, Sendable, CaseIterable {
  case integer = 1
  case real = 2
  case text = 3
  case blob = 4
  case null = 5
}

// No `nil` literal: it would turn a missing value into NULL wherever an optional was meant.
extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(stringLiteral value: String) { self = .text(value) }
}
