#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Some rows of one column, in memory: the values that are there, one behind the other, and a byte for each row that
/// says whether it has one.
///
/// What a writer takes and a reader gives. Meant to be reused: clearing keeps the memory. Pointers that it hands out
/// are valid until it changes.
package final class ColumnBatch {
  package let column: Column
  package private(set) var rowCount = 0
  /// The rows that are not null.
  package private(set) var valueCount = 0
  /// One byte a row, 1 for a value and 0 for null; empty for a column without nulls.
  var validityBuffer = ByteBuffer()
  /// The values, each of the type's width; those of byte arrays without anything in between.
  var valueBuffer = ByteBuffer()
  /// Of byte arrays: where each begins, and where the last ends.
  var offsetBuffer = ByteBuffer()

  package init(_ column: Column) {
    self.column = column
    offsetBuffer.append(littleEndian: 0 as Int)
  }

  package func removeAll() {
    rowCount = 0
    valueCount = 0
    validityBuffer.count = 0
    valueBuffer.count = 0
    offsetBuffer.count = MemoryLayout<Int>.size
  }

  package var nullCount: Int { rowCount - valueCount }

  /// What the batch holds, in bytes.
  package var byteCount: Int { validityBuffer.count + valueBuffer.count + offsetBuffer.count }

  // Filling

  @inline(__always)
  private func countValue() {
    if column.isNullable { validityBuffer.append(1) }
    rowCount &+= 1
    valueCount &+= 1
  }

  /// A row without a value. The column must be nullable.
  package func appendNull() {
    precondition(column.isNullable, "a column without nulls gets none")
    validityBuffer.append(0)
    rowCount &+= 1
  }

  package func append(_ value: Int64) {
    valueBuffer.append(littleEndian: value)
    countValue()
  }

  package func append(_ value: Int32) {
    valueBuffer.append(littleEndian: value)
    countValue()
  }

  package func append(_ value: Double) {
    valueBuffer.append(littleEndian: value.bitPattern)
    countValue()
  }

  package func append(_ value: Float) {
    valueBuffer.append(littleEndian: value.bitPattern)
    countValue()
  }

  package func append(_ value: Bool) {
    valueBuffer.append(value ? 1 : 0)
    countValue()
  }

  /// The bytes of a byte array, or of a value of fixed length.
  package func append(_ value: UnsafeRawBufferPointer) {
    valueBuffer.append(value)
    if column.physicalType == .byteArray {
      offsetBuffer.append(littleEndian: valueBuffer.count)
    } else {
      precondition(value.count == column.physicalType.width, "a value of fixed length has that length")
    }
    countValue()
  }

  /// Where the next rows are written to, for those that fill many at once.
  package struct Room {
    /// One byte a row, which is 1 or 0; unused in a column without nulls.
    package let validity: UnsafeMutablePointer<UInt8>
    /// The values, each of the type's width.
    package let values: UnsafeMutableRawPointer
    /// Where each byte array ends, counted from `values`.
    package let ends: UnsafeMutablePointer<Int>
  }

  /// Appends rows in bulk: `body` writes up to `rows` of them with up to `byteCount` bytes of values, and returns how
  /// many values and bytes of values they have.
  ///
  /// SAFETY: `body` stays within the room, and sets `validity` for every row of a nullable column.
  package func append(
    rows: Int, byteCount: Int, _ body: (Room) -> (valueCount: Int, byteCount: Int)
  ) {
    let isByteArray = column.physicalType == .byteArray
    if column.isNullable { validityBuffer.reserve(rows) }
    valueBuffer.reserve(byteCount)
    if isByteArray { offsetBuffer.reserve(rows * MemoryLayout<Int>.size) }
    let ends = offsetBuffer.end.assumingMemoryBound(to: Int.self)
    let room = Room(
      validity: validityBuffer.end.assumingMemoryBound(to: UInt8.self), values: valueBuffer.end, ends: ends)
    let written = body(room)
    precondition(
      written.valueCount <= rows && written.byteCount <= byteCount
        && (column.isNullable || written.valueCount == rows))
    if isByteArray {
      let start = valueBuffer.count
      for index in 0..<written.valueCount { ends[index] &+= start }
      offsetBuffer.count += written.valueCount * MemoryLayout<Int>.size
    }
    if column.isNullable { validityBuffer.count += rows }
    valueBuffer.count += written.byteCount
    rowCount += rows
    valueCount += written.valueCount
  }

  /// Appends the rows of another batch of the same type, from the one at `row` on, whose values begin at `value`.
  func append(_ other: ColumnBatch, row: Int, value: Int, rowCount rows: Int) -> Int {
    var values = rows
    if column.isNullable {
      let validity = UnsafeRawBufferPointer(start: other.validityBuffer.base + row, count: rows)
      validityBuffer.append(validity)
      values = other.countValues(row: row, count: rows)
    }
    if let width = column.physicalType.width {
      valueBuffer.append(
        UnsafeRawBufferPointer(start: other.valueBuffer.base + value * width, count: values * width))
    } else {
      let offsets = other.offsetBuffer.elements(as: Int.self)
      let start = offsets[value]
      let shift = valueBuffer.count - start
      valueBuffer.append(
        UnsafeRawBufferPointer(start: other.valueBuffer.base + start, count: offsets[value + values] - start))
      offsetBuffer.reserve(values * MemoryLayout<Int>.size)
      let target = offsetBuffer.end.assumingMemoryBound(to: Int.self)
      for index in 0..<values { target[index] = offsets[value &+ 1 &+ index] &+ shift }
      offsetBuffer.count += values * MemoryLayout<Int>.size
    }
    rowCount += rows
    valueCount += values
    return values
  }

  /// How many of the rows have a value.
  func countValues(row: Int, count: Int) -> Int {
    guard column.isNullable else { return count }
    let validity = validityBuffer.elements(as: UInt8.self) + row
    var sum = 0
    for index in 0..<count { sum &+= Int(validity[index]) }
    return sum
  }

  /// Notes rows that a reader wrote into the buffers.
  func didAppend(rows: Int, values: Int) {
    rowCount += rows
    valueCount += values
  }

  // Reading

  /// One byte a row, 1 for a value; nil where every row has one.
  package var validity: UnsafeBufferPointer<UInt8>? {
    guard column.isNullable, valueCount < rowCount else { return nil }
    return UnsafeBufferPointer(start: validityBuffer.elements(as: UInt8.self), count: rowCount)
  }

  /// The values of a type that is as wide as the column's.
  package func values<Value: BitwiseCopyable>(as type: Value.Type) -> UnsafeBufferPointer<Value> {
    precondition(
      column.physicalType.width == MemoryLayout<Value>.size, "values are read as the type that they have")
    return UnsafeBufferPointer(start: valueBuffer.elements(as: type), count: valueCount)
  }

  /// The bytes of a value of any type.
  package func bytes(at index: Int) -> UnsafeRawBufferPointer {
    precondition(index >= 0 && index < valueCount, "the value is there")
    if let width = column.physicalType.width {
      return UnsafeRawBufferPointer(start: valueBuffer.base + index * width, count: width)
    }
    let offsets = offsetBuffer.elements(as: Int.self)
    return UnsafeRawBufferPointer(
      start: valueBuffer.base + offsets[index], count: offsets[index + 1] - offsets[index])
  }

  /// The values in a form that loops can use without asking for the type.
  var valueBytes: ValueBytes {
    ValueBytes(
      base: UnsafeRawPointer(valueBuffer.base),
      offsets: column.physicalType.width == nil ? offsetBuffer.elements(as: Int.self) : nil,
      width: column.physicalType.width ?? 0)
  }
}

/// Values as runs of bytes, of their own lengths or all of one. Valid as long as the memory is.
struct ValueBytes {
  let base: UnsafeRawPointer
  let offsets: UnsafePointer<Int>?
  let width: Int

  @inline(__always)
  func start(_ index: Int) -> Int { offsets.map { $0[index] } ?? index &* width }

  @inline(__always)
  func count(_ index: Int) -> Int { offsets.map { $0[index &+ 1] &- $0[index] } ?? width }

  @inline(__always)
  func pointer(_ index: Int) -> UnsafeRawPointer { base + start(index) }

  /// The first eight bytes as a number that compares as they do; zeros where there are fewer.
  @inline(__always)
  func prefix(_ index: Int) -> UInt64 {
    // SAFETY: behind all values are `ByteBuffer.padding` bytes that may be read.
    let word = UInt64(bigEndian: pointer(index).loadUnaligned(as: UInt64.self))
    let count = count(index)
    return count >= 8 ? word : count == 0 ? 0 : word & (~0 << UInt64(truncatingIfNeeded: 64 &- count &* 8))
  }

  /// Whether the value comes before another, byte by byte.
  func isLess(_ left: Int, _ right: Int) -> Bool {
    let (leftCount, rightCount) = (count(left), count(right))
    let order = memcmp(pointer(left), pointer(right), min(leftCount, rightCount))
    return order != 0 ? order < 0 : leftCount < rightCount
  }
}
