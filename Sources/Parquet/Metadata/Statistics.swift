/// What is known of the values of a column chunk (`Statistics` of parquet.thrift), as stored.
package struct Statistics: Sendable, Equatable {
  package var minimum: [UInt8]?
  package var maximum: [UInt8]?
  package var isMinimumExact: Bool?
  package var isMaximumExact: Bool?
  package var nullCount: Int?
  package var distinctCount: Int?
  /// The bounds of writers before 2.x, whose order was signed for every type.
  var legacyMinimum: [UInt8]?
  var legacyMaximum: [UInt8]?

  package init() {}

  func write(_ writer: inout ThriftWriter) {
    if let nullCount { writer.i64(3, nullCount) }
    if let distinctCount { writer.i64(4, distinctCount) }
    if let maximum { writer.binary(5, maximum) }
    if let minimum { writer.binary(6, minimum) }
    if let isMaximumExact { writer.bool(7, isMaximumExact) }
    if let isMinimumExact { writer.bool(8, isMinimumExact) }
  }

  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> Statistics {
    try reader.enter()
    defer { reader.leave() }
    var statistics = Statistics()
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: statistics.legacyMaximum = try reader.binary(field)
      case 2: statistics.legacyMinimum = try reader.binary(field)
      case 3: statistics.nullCount = try reader.i64(field)
      case 4: statistics.distinctCount = try reader.i64(field)
      case 5: statistics.maximum = try reader.binary(field)
      case 6: statistics.minimum = try reader.binary(field)
      case 7: statistics.isMaximumExact = try reader.bool(field)
      case 8: statistics.isMinimumExact = try reader.bool(field)
      default: try reader.skip(field.type)
      }
    }
    return statistics
  }
}
