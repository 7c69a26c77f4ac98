import CSV

/// How many rows of a file may fail to load before the load of all fails.
package enum RejectLimit: Sendable, Equatable, CustomStringConvertible {
  /// The first one fails the load.
  case none
  /// So many in each file.
  case count(Int)
  /// So many of a hundred rows of each file, judged at its end.
  case percent(Double)

  /// Reads `100` or `0.5%`; nil for anything else.
  package init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), percent >= 0, percent <= 100 else { return nil }
      self = percent == 0 ? .none : .percent(percent)
    } else {
      guard let count = Int(text), count >= 0 else { return nil }
      self = count == 0 ? .none : .count(count)
    }
  }

  package var description: String {
    switch self {
    case .none: return "0"
    case .count(let count): return "\(count)"
    case .percent(let percent):
      let whole = Int(exactly: percent)
      return "\(whole.map { "\($0)" } ?? "\(percent)")%"
    }
  }

  /// Whether a whole file with so many rejects may stand.
  func admits(_ rejectCount: Int, ofRows rowCount: Int) -> Bool {
    switch self {
    case .none: rejectCount == 0
    case .count(let limit): rejectCount <= limit
    case .percent(let limit): rejectCount == 0 || Double(rejectCount) * 100 <= limit * Double(rowCount)
    }
  }

  /// Whether so many rejects are too many whatever the rest of the file is like.
  func isExceeded(by rejectCount: Int) -> Bool {
    switch self {
    case .none: rejectCount > 0
    case .count(let limit): rejectCount > limit
    case .percent: false
    }
  }
}

/// What to load, and how strictly.
package struct IngestOptions: Sendable, Equatable {
  /// A zip, a folder, or a single CSV or Parquet file.
  package var archivePath: String
  package var rejectLimit: RejectLimit
  /// Whether to load what has not changed, too.
  package var isForced: Bool
  package var maximumFieldByteCount: Int
  /// Where Parquet members of a zip lie while they are read.
  package var temporaryFolder: String

  package init(
    archivePath: String, rejectLimit: RejectLimit = .none, isForced: Bool = false,
    maximumFieldByteCount: Int = CSVDialect.defaultMaximumFieldByteCount,
    temporaryFolder: String = "/var/tmp"
  ) {
    self.archivePath = archivePath
    self.rejectLimit = rejectLimit
    self.isForced = isForced
    self.maximumFieldByteCount = maximumFieldByteCount
    self.temporaryFolder = temporaryFolder
  }
}
