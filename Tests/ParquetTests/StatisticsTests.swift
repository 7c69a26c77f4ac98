import Parquet
import Testing

@Suite struct StatisticsTests {
  private func reader(
    _ column: Column, _ values: [StoredValue], _ adapt: (inout WriterProperties) -> Void = { _ in }
  ) throws -> FileReader {
    var properties = WriterProperties()
    adapt(&properties)
    return try FileReader(bytes: try SampleRows.write([column], [values], properties))
  }

  private func text(_ value: String) -> StoredValue { Array(value.utf8) }

  private func real(_ value: Double) -> StoredValue {
    (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }

  private func word(_ value: Int64) -> StoredValue {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test(
    "bounds, nulls and distinct values of integers",
    arguments: [ColumnEncoding.automatic, .plain, .dictionary])
  func integers(encoding: ColumnEncoding) throws {
    let reader = try reader(Column("a", .int64), [word(3), nil, word(-7), word(3), word(12)]) {
      $0.encoding = encoding
    }
    #expect(
      reader.bounds(column: 0, rowGroup: 0) == ColumnBounds(minimum: .integer(-7), maximum: .integer(12)))
    let statistics = try #require(reader.metadata.rowGroups[0].columns[0].statistics)
    #expect(statistics.nullCount == 1)
    #expect(statistics.distinctCount == (encoding == .dictionary ? 3 : nil))
    #expect(statistics.isMinimumExact == true && statistics.isMaximumExact == true)
  }

  @Test("unsigned integers are compared as such")
  func unsigned() throws {
    let column = Column("a", .int64, .integer(bitWidth: 64, isSigned: false))
    let reader = try reader(column, [word(1), word(-1)])
    #expect(
      reader.bounds(column: 0, rowGroup: 0) == ColumnBounds(minimum: .unsigned(1), maximum: .unsigned(.max)))
  }

  @Test("NaN has no place in bounds, and a zero bounds both zeros")
  func reals() throws {
    let column = Column("a", .double)
    let bounds = try reader(column, [real(.nan), real(0), real(-1), real(.nan)]).bounds(
      column: 0, rowGroup: 0)
    #expect(bounds == ColumnBounds(minimum: .real(-1), maximum: .real(0)))
    let zeros = try reader(column, [real(0)]).metadata.rowGroups[0].columns[0].statistics
    #expect(zeros?.minimum == [0, 0, 0, 0, 0, 0, 0, 0x80] && zeros?.maximum == [0, 0, 0, 0, 0, 0, 0, 0])
    let nothing = try reader(column, [real(.nan)])
    #expect(nothing.bounds(column: 0, rowGroup: 0) == nil)
    #expect(nothing.metadata.rowGroups[0].columns[0].columnIndexOffset == nil)
    #expect(nothing.metadata.rowGroups[0].columns[0].offsetIndexOffset != nil)
  }

  @Test("long texts are cut within their bounds, and not within a character")
  func longTexts() throws {
    let values = [
      text(String(repeating: "a", count: 100)), text(String(repeating: "a", count: 63) + "żz"), text("b"),
    ]
    let statistics = try #require(
      try reader(Column("a", .byteArray, .string), values).metadata.rowGroups[0].columns[0].statistics)
    #expect(statistics.minimum == Array(String(repeating: "a", count: 64).utf8))
    #expect(statistics.isMinimumExact == false)
    #expect(statistics.maximum == Array("b".utf8) && statistics.isMaximumExact == true)
    let cut = try #require(
      try reader(Column("a", .byteArray, .string), [values[1]]).metadata.rowGroups[0].columns[0].statistics)
    #expect(cut.minimum == Array(String(repeating: "a", count: 63).utf8))
    #expect(
      cut.maximum == Array((String(repeating: "a", count: 62) + "b").utf8) && cut.isMaximumExact == false)
  }

  @Test("where no short text comes behind a long one, there is no maximum")
  func noMaximum() throws {
    let reader = try reader(Column("a", .byteArray, .string), [text(String(repeating: "ż", count: 50))])
    let statistics = try #require(reader.metadata.rowGroups[0].columns[0].statistics)
    #expect(statistics.minimum != nil && statistics.maximum == nil)
    #expect(reader.bounds(column: 0, rowGroup: 0) == nil)
  }

  @Test(
    "the page index has the place, the rows and the bounds of each page",
    arguments: [ColumnEncoding.automatic, .plain, .dictionary])
  func pageIndex(encoding: ColumnEncoding) throws {
    let values = (0..<100).map { $0 / 10 == 3 ? nil : word(Int64($0)) }
    let reader = try reader(Column("a", .int64), values) {
      $0.pageRowLimit = 10
      $0.encoding = encoding
    }
    let index = try #require(try reader.pageIndex(column: 0, rowGroup: 0))
    #expect(index.pages.count == 10)
    #expect(index.order == .ascending)
    for (number, page) in index.pages.enumerated() {
      #expect(page.firstRow == number * 10)
      #expect(page.isNull == (number == 3) && page.nullCount == (number == 3 ? 10 : 0))
      #expect(page.minimum == (number == 3 ? nil : word(Int64(number * 10))))
      #expect(page.maximum == (number == 3 ? nil : word(Int64(number * 10 + 9))))
    }
    #expect(zip(index.pages, index.pages.dropFirst()).allSatisfy { $0.offset + $0.byteCount == $1.offset })
  }

  @Test(
    "row groups are passed over that cannot hold what is looked for",
    arguments: [
      (RowGroupFilter.Comparison.equal(.integer(15)), [1]), (.atLeast(.integer(20)), [2, 3]),
      (.atMost(.integer(9)), [0]), (.equal(.integer(1000)), []), (.isNull, [4]), (.isNotNull, [0, 1, 2, 3]),
    ] as [(RowGroupFilter.Comparison, [Int])])
  func pruning(comparison: RowGroupFilter.Comparison, groups: [Int]) throws {
    let values = (0..<50).map { $0 >= 40 ? nil : word(Int64($0)) }
    let reader = try reader(Column("a", .int64), values) { $0.rowGroupRowLimit = 10 }
    #expect(try reader.rowGroups(where: [RowGroupFilter("a", comparison)]) == groups)
  }

  @Test("a column that is not there is refused by name")
  func missingColumn() throws {
    let reader = try reader(Column("a", .int64), [])
    let error = #expect(throws: ParquetError.self) { try reader.columnIndices(["b"]) }
    #expect(error?.column == "b")
  }
}
