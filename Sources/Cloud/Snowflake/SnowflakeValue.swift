/// A cell of a result, exactly as Snowflake has it.
package enum SnowflakeValue: Sendable, Equatable {
  case null
  /// A NUMBER without places behind the point, as far as 64 bits go.
  case integer(Int64)
  /// Any other NUMBER, and a DECFLOAT: its digits.
  case decimal(String)
  case real(Double)
  /// VARCHAR; VARIANT, OBJECT, ARRAY and the like as JSON.
  case text(String)
  case boolean(Bool)
  /// Days since 1970-01-01.
  case date(days: Int)
  /// Nanoseconds since midnight.
  case time(nanoseconds: Int64)
  case timestamp(SnowflakeTimestamp)
  case binary([UInt8])
}

extension SnowflakeValue {
  /// The number, where it is one without places and of 64 bits.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  package var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  package var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// A number's digits: of integers, too.
  package var digits: String? {
    switch self {
    case .integer(let value): String(value)
    case .decimal(let digits): digits
    default: nil
    }
  }

  package var isNull: Bool { self == .null }
}

/// A point in time, or for TIMESTAMP_NTZ what a clock shows, to the nanosecond.
package struct SnowflakeTimestamp: Sendable, Equatable {
  /// Since 1970-01-01 00:00:00, of UTC but for TIMESTAMP_NTZ; rounded down.
  package let seconds: Int64
  /// 0 to 999,999,999.
  package let nanoseconds: Int32
  /// East of UTC, for TIMESTAMP_TZ.
  package let offsetMinutes: Int?

  package init(seconds: Int64, nanoseconds: Int32, offsetMinutes: Int? = nil) {
    precondition((0..<1_000_000_000).contains(nanoseconds), "a part of a second")
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.offsetMinutes = offsetMinutes
  }
}

/// What Snowflake says of a column of a result.
package struct SnowflakeColumn: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case number
    /// DECFLOAT
    case decimalFloat
    case real
    case text
    case boolean
    case date
    case time
    case timestampNTZ
    case timestampLTZ
    case timestampTZ
    case binary
    /// VARIANT, OBJECT, ARRAY, GEOGRAPHY and whatever else comes as text.
    case semiStructured(String)
  }

  package let name: String
  package let kind: Kind
  /// Places behind the point, of numbers and seconds.
  package let scale: Int
  package let isNullable: Bool

  package init(name: String, kind: Kind, scale: Int = 0, isNullable: Bool = true) {
    self.name = name
    self.kind = kind
    self.scale = scale
    self.isNullable = isNullable
  }
}
