import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a Parquet file could not be read or written, and where in it.
package struct ParquetError: DiagnosticConvertible, Equatable {
  package enum Reason: Sendable, Equatable {
    /// A call to the operating system failed: `operation` is a verb ("open", "read", "write").
    case system(operation: String, errno: Int32)
    /// Bytes could not be had from where they are.
    case source(Diagnostic)
    /// No Parquet file at all.
    case notParquet(String)
    /// The end is missing: of the file, of its footer or of a page.
    case truncated(String)
    /// Counts, lengths or offsets contradict each other.
    case damaged(String)
    /// Sound, but beyond what is read here.
    case unsupported(String)
    /// More than a reader's limits allow.
    case limitExceeded(what: String, value: Int, limit: Int)
    case checksumMismatch(expected: UInt32, actual: UInt32)
    /// What was asked of a writer does not fit the format.
    case unwritable(String)
  }

  package var reason: Reason
  package var path: String?
  package var column: String?
  /// Counted from 0.
  package var rowGroup: Int?
  /// Where in the file, counted in bytes from 0.
  package var byteOffset: Int?

  package init(
    _ reason: Reason, path: String? = nil, column: String? = nil, rowGroup: Int? = nil, byteOffset: Int? = nil
  ) {
    self.reason = reason
    self.path = path
    self.column = column
    self.rowGroup = rowGroup
    self.byteOffset = byteOffset
  }

  /// The same error with its place filled in where it has none yet.
  func at(path: String? = nil, column: String? = nil, rowGroup: Int? = nil, byteOffset: Int? = nil) -> Self {
    var copy = self
    copy.path = self.path ?? path
    copy.column = self.column ?? column
    copy.rowGroup = self.rowGroup ?? rowGroup
    copy.byteOffset = self.byteOffset ?? byteOffset
    return copy
  }

  package var code: DiagnosticCode {
    switch reason {
    case .system(_, ENOENT): .fileNotFound
    case .system(_, ENOSPC), .system(_, EDQUOT): .diskFull
    case .system: .fileAccess
    case .source(let diagnostic): diagnostic.code
    case .notParquet: .parquetNotParquet
    case .truncated, .damaged: .parquetDamaged
    case .unsupported: .parquetUnsupported
    case .limitExceeded: .parquetLimit
    case .checksumMismatch: .parquetChecksum
    case .unwritable: .parquetUnwritable
    }
  }

  package var diagnostic: Diagnostic {
    if case .source(let diagnostic) = reason { return diagnostic }
    let location = path.map { SourceLocation(path: $0, byteOffset: byteOffset) }
    return Diagnostic(code, message, at: location, hints: hints)
  }

  private var message: String {
    var place = column.map { "column '\($0)'" } ?? "the Parquet file"
    if let rowGroup { place += " in row group \(rowGroup)" }
    return switch reason {
    case .system(let operation, let code):
      "cannot \(operation) \(path.map { "'\($0)'" } ?? "the Parquet file"): \(String(cString: strerror(code)))"
    case .source(let diagnostic): diagnostic.message
    case .notParquet(let why): "\(path.map { "'\($0)'" } ?? "this") is not a Parquet file: \(why)"
    case .truncated(let what): "\(place) is cut off: \(what)"
    case .damaged(let what): "\(place) is damaged: \(what)"
    case .unsupported(let what): "cannot read \(place): \(what)"
    case .limitExceeded(let what, let value, let limit):
      "\(place) is beyond the reader's limits: \(what) is \(value), the limit is \(limit)"
    case .checksumMismatch(let expected, let actual):
      "\(place) is damaged: a page's CRC-32 is 0x\(String(actual, radix: 16)), its header says 0x\(String(expected, radix: 16))"
    case .unwritable(let what): "cannot write \(place): \(what)"
    }
  }

  private var hints: [String] {
    switch reason {
    case .system(_, ENOSPC), .system(_, EDQUOT): ["free some space, or write to another disk"]
    case .system(_, EACCES), .system(_, EPERM): ["check the permissions of the file and its folder"]
    case .system, .source: []
    case .notParquet: ["check the path, and that the whole file was written"]
    case .truncated, .damaged, .checksumMismatch: ["write or download the file again"]
    case .unsupported:
      ["write the file again with flat columns and a codec and encoding that docs/parquet.md lists"]
    case .limitExceeded: ["write the file again with smaller pages and row groups, if it is to be trusted"]
    case .unwritable: []
    }
  }
}
