import SQLite

/// Rows as an archive has many of: an integer, a name and a role.
///
/// A batch of them is lent again and again, so that only what is measured costs time.
final class SampleRows {
  static let columns = [
    ColumnDefinition("id", "integer"), ColumnDefinition("name", "text"), ColumnDefinition("role", "text"),
  ]
  let batchRowCount = 8192
  private let cells: UnsafeMutableBufferPointer<RecordCell>
  private let text: UnsafeMutableRawPointer
  private let textStride = 64
  /// The bytes of all texts of a batch.
  private(set) var textByteCount = 0

  init() {
    cells = .allocate(capacity: batchRowCount * 3)
    text = .allocate(byteCount: batchRowCount * textStride * 2, alignment: 16)
    var state: UInt64 = 1
    func below(_ limit: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % limit)
    }
    for row in 0..<batchRowCount {
      cells[row * 3] = .integer(Int64(1_000_000 + row / 5))
      for column in 1...2 {
        let place = text + (row * 2 + column - 1) * textStride
        let count = 6 + below(column == 1 ? 14 : 30)
        for index in 0..<count {
          place.storeBytes(of: UInt8(97 + below(26)), toByteOffset: index, as: UInt8.self)
        }
        cells[row * 3 + column] = .text(place, count: count)
        textByteCount += count
      }
    }
  }

  deinit {
    cells.deallocate()
    text.deallocate()
  }

  /// The rows of a batch, whose integers are those of the batch of that number.
  func batch(_ number: Int) -> UnsafeBufferPointer<RecordCell> {
    for row in 0..<batchRowCount {
      cells[row * 3] = .integer(Int64(1_000_000 + number * batchRowCount / 5 + row / 5))
    }
    return UnsafeBufferPointer(cells)
  }

  /// The same rows as CSV.
  func csv() -> [UInt8] {
    var bytes = Array("id,name,role\n".utf8)
    for row in 0..<batchRowCount {
      bytes += "\(cells[row * 3].integer),".utf8
      bytes += cells[row * 3 + 1].bytes
      bytes.append(UInt8(ascii: ","))
      bytes += cells[row * 3 + 2].bytes
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}
