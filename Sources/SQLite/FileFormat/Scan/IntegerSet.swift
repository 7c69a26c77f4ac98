/// The integers of a column, for the question whether one is among them.
package struct IntegerSet: Sendable {
  private enum Form {
    /// A bit for each number from the least on.
    case bits([UInt64])
    /// Sorted.
    case list([Int64])
  }

  private let form: Form
  private let least: Int64

  /// More numbers would take too much memory.
  package static let largestCount = 1 << 24

  package init(_ numbers: [Int64]) {
    least = numbers.min() ?? 0
    let (span, overflow) = (numbers.max() ?? 0).subtractingReportingOverflow(least)
    // A bit for each number of a dense set takes less than the numbers.
    if !overflow, span / 32 <= Int64(numbers.count) + 1024 {
      var bits = [UInt64](repeating: 0, count: Int(span / 64) + 1)
      if !numbers.isEmpty {
        for number in numbers { bits[Int((number - least) >> 6)] |= 1 << UInt64((number - least) & 63) }
      }
      form = .bits(bits)
    } else {
      form = .list(numbers.sorted())
    }
  }

  package func contains(_ number: Int64) -> Bool {
    switch form {
    case .bits(let bits):
      let (offset, overflow) = number.subtractingReportingOverflow(least)
      guard !overflow, offset >= 0, offset >> 6 < bits.count else { return false }
      return bits[Int(offset >> 6)] >> UInt64(offset & 63) & 1 == 1
    case .list(let list):
      var low = 0
      var high = list.count
      while low < high {
        let middle = (low + high) / 2
        if list[middle] < number { low = middle + 1 } else { high = middle }
      }
      return low < list.count && list[low] == number
    }
  }
}

extension TableScan {
  /// The integers of a column; its other values are left out. Nil where there are too many.
  package func integers(_ column: Int) throws(DatabaseFileError) -> IntegerSet? {
    var numbers: [Int64] = []
    try scanRows([column]) { vectors, count in
      for row in 0..<count where vectors[0].kind(row) == .integer { numbers.append(vectors[0].integer(row)) }
      return numbers.count <= IntegerSet.largestCount
    }
    return numbers.count > IntegerSet.largestCount ? nil : IntegerSet(numbers)
  }

  /// Whether every value of a column but NULL is an integer of a set.
  package func areAll(_ column: Int, in set: IntegerSet) throws(DatabaseFileError) -> Bool {
    var holds = true
    try scanRows([column]) { vectors, count in
      for row in 0..<count {
        switch vectors[0].kind(row) {
        case .null: continue
        case .integer: holds = set.contains(vectors[0].integer(row))
        case .real, .text, .blob: holds = false
        }
        if !holds { return false }
      }
      return true
    }
    return holds
  }

  /// Whether every value of a column but NULL is a text of a list, byte for byte.
  package func areAll(_ column: Int, among texts: [String]) throws(DatabaseFileError) -> Bool {
    let known = texts.map { Array($0.utf8) }
    var last = 0
    var holds = true
    try scanRows([column]) { vectors, count in
      for row in 0..<count where vectors[0].kind(row) != .null {
        guard vectors[0].kind(row) == .text else {
          holds = false
          return false
        }
        let bytes = vectors[0].bytes(row)
        // Equal values often follow one another.
        if !known.isEmpty, known[last].elementsEqual(bytes) { continue }
        guard let place = known.firstIndex(where: { $0.elementsEqual(bytes) }) else {
          holds = false
          return false
        }
        last = place
      }
      return true
    }
    return holds
  }
}
