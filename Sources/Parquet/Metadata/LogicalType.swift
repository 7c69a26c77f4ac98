/// What a column's values mean (`LogicalType` of parquet.thrift, or the older `ConvertedType`).
package enum LogicalType: Sendable, Hashable {
  package enum TimeUnit: Int, Sendable {
    case milliseconds = 1
    case microseconds = 2
    case nanoseconds = 3

    var name: String {
      switch self {
      case .milliseconds: "MILLIS"
      case .microseconds: "MICROS"
      case .nanoseconds: "NANOS"
      }
    }
  }

  case string
  case enumeration
  case json
  case bson
  case uuid
  case float16
  case decimal(precision: Int, scale: Int)
  /// Days since 1970.
  case date
  case time(TimeUnit, isUTC: Bool)
  /// Units since 1970, of UTC or of a clock on a wall that nobody named.
  case timestamp(TimeUnit, isUTC: Bool)
  case integer(bitWidth: Int, isSigned: Bool)
  /// Nothing but nulls.
  case unknown
  /// One that is not known here: the values are what their physical type says.
  case other(Int)

  /// As the specification spells it.
  package var name: String {
    switch self {
    case .string: "STRING"
    case .enumeration: "ENUM"
    case .json: "JSON"
    case .bson: "BSON"
    case .uuid: "UUID"
    case .float16: "FLOAT16"
    case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
    case .date: "DATE"
    case .time(let unit, let isUTC): "TIME(\(unit.name),\(isUTC ? "UTC" : "local"))"
    case .timestamp(let unit, let isUTC): "TIMESTAMP(\(unit.name),\(isUTC ? "UTC" : "local"))"
    case .integer(let width, let isSigned): "\(isSigned ? "INT" : "UINT")(\(width))"
    case .unknown: "NULL"
    case .other(let id): "LOGICAL_TYPE_\(id)"
    }
  }

  /// What a physical type can mean; nil where the two fit.
  func misfit(_ physical: PhysicalType) -> String? {
    let fits =
      switch self {
      case .string, .enumeration, .json, .bson: physical == .byteArray
      case .uuid: physical == .fixedLengthByteArray(16)
      case .float16: physical == .fixedLengthByteArray(2)
      case .date: physical == .int32
      case .time(.milliseconds, _): physical == .int32
      case .time: physical == .int64
      case .timestamp: physical == .int64
      case .integer(let width, _):
        width == 64 ? physical == .int64 : physical == .int32 && [8, 16, 32].contains(width)
      case .decimal(let precision, let scale):
        scale >= 0 && scale <= precision && precision <= Self.maxPrecision(physical) && precision > 0
      case .unknown, .other: true
      }
    return fits ? nil : "\(name) does not go with \(physical.name)"
  }

  private static func maxPrecision(_ physical: PhysicalType) -> Int {
    switch physical {
    case .int32: 9
    case .int64: 18
    case .byteArray: .max
    // The digits that always fit into 8n - 1 bits.
    case .fixedLengthByteArray(let length): Int(Double(8 * length - 1) * 0.301029995663981)
    default: 0
    }
  }
}

extension LogicalType {
  /// The number of the older annotation that says the same, where there is one.
  var convertedType: Int? {
    switch self {
    case .string: 0
    case .enumeration: 4
    case .decimal: 5
    case .date: 6
    case .time(.milliseconds, isUTC: true): 7
    case .time(.microseconds, isUTC: true): 8
    case .timestamp(.milliseconds, isUTC: true): 9
    case .timestamp(.microseconds, isUTC: true): 10
    case .integer(let width, let isSigned): (isSigned ? 15 : 11) + width.trailingZeroBitCount - 3
    case .json: 19
    case .bson: 20
    case .time, .timestamp, .uuid, .float16, .unknown, .other: nil
    }
  }

  init?(convertedType: Int, precision: Int?, scale: Int?) {
    switch convertedType {
    case 0: self = .string
    case 4: self = .enumeration
    case 5: self = .decimal(precision: precision ?? 0, scale: scale ?? 0)
    case 6: self = .date
    case 7: self = .time(.milliseconds, isUTC: true)
    case 8: self = .time(.microseconds, isUTC: true)
    case 9: self = .timestamp(.milliseconds, isUTC: true)
    case 10: self = .timestamp(.microseconds, isUTC: true)
    case 11...14: self = .integer(bitWidth: 8 << (convertedType - 11), isSigned: false)
    case 15...18: self = .integer(bitWidth: 8 << (convertedType - 15), isSigned: true)
    case 19: self = .json
    case 20: self = .bson
    default: return nil
    }
  }

  /// The field of the Thrift union, and what it holds.
  func write(_ writer: inout ThriftWriter) {
    switch self {
    case .string: writer.structure(1) { _ in }
    case .enumeration: writer.structure(4) { _ in }
    case .decimal(let precision, let scale):
      writer.structure(5) {
        $0.i32(1, scale)
        $0.i32(2, precision)
      }
    case .date: writer.structure(6) { _ in }
    case .time(let unit, let isUTC): Self.write(&writer, 7, unit, isUTC)
    case .timestamp(let unit, let isUTC): Self.write(&writer, 8, unit, isUTC)
    case .integer(let width, let isSigned):
      writer.structure(10) {
        $0.i8(1, Int8(width))
        $0.bool(2, isSigned)
      }
    case .unknown: writer.structure(11) { _ in }
    case .json: writer.structure(12) { _ in }
    case .bson: writer.structure(13) { _ in }
    case .uuid: writer.structure(14) { _ in }
    case .float16: writer.structure(15) { _ in }
    case .other(let id): writer.structure(id) { _ in }
    }
  }

  private static func write(_ writer: inout ThriftWriter, _ id: Int, _ unit: TimeUnit, _ isUTC: Bool) {
    writer.structure(id) {
      $0.bool(1, isUTC)
      $0.structure(2) { $0.structure(unit.rawValue) { _ in } }
    }
  }

  /// Reads the Thrift union, or nil where it is empty.
  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> LogicalType? {
    try reader.enter()
    var type: LogicalType?
    var last = 0
    while let field = try reader.field(after: &last) {
      try reader.expect(field, .structure)
      type = try read(&reader, member: field.id)
    }
    reader.leave()
    return type
  }

  private static func read(_ reader: inout ThriftReader, member: Int) throws(ParquetError) -> LogicalType {
    try reader.enter()
    defer { reader.leave() }
    var (precision, scale, width) = (0, 0, 0)
    var (flag, unit) = (false, TimeUnit?.none)
    var last = 0
    while let field = try reader.field(after: &last) {
      switch (member, field.id) {
      case (5, 1): scale = try reader.i32(field)
      case (5, 2): precision = try reader.i32(field)
      case (7, 1), (8, 1), (10, 2): flag = try reader.bool(field)
      case (7, 2), (8, 2): unit = try readUnit(&reader, field)
      case (10, 1): width = Int(try reader.i8(field))
      default: try reader.skip(field.type)
      }
    }
    switch member {
    case 1: return .string
    case 4: return .enumeration
    case 5: return .decimal(precision: precision, scale: scale)
    case 6: return .date
    case 7: return unit.map { .time($0, isUTC: flag) } ?? .other(7)
    case 8: return unit.map { .timestamp($0, isUTC: flag) } ?? .other(8)
    case 10: return .integer(bitWidth: width, isSigned: flag)
    case 11: return .unknown
    case 12: return .json
    case 13: return .bson
    case 14: return .uuid
    case 15: return .float16
    default: return .other(member)
    }
  }

  private static func readUnit(_ reader: inout ThriftReader, _ field: ThriftField) throws(ParquetError)
    -> TimeUnit?
  {
    try reader.expect(field, .structure)
    try reader.enter()
    var unit: TimeUnit?
    var last = 0
    while let member = try reader.field(after: &last) {
      unit = TimeUnit(rawValue: member.id)
      try reader.skip(member.type)
    }
    reader.leave()
    return unit
  }
}
