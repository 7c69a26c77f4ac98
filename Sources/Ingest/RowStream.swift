import Diagnostics
import Storage

/// A member from its bytes to typed rows, a batch at a time. One thread at a time uses it.
protocol RowStream: AnyObject, Sendable {
  /// The member as messages name it.
  var displayPath: String { get }
  /// Of the whole member, once it was read to its end.
  var byteCount: Int { get }
  /// Of the whole member, once it was read to its end.
  var crc32: UInt32 { get }

  /// The file's columns. Comes first.
  func readHeader() throws -> FileHeader

  /// How the rows are to be typed. Needed before `makeBatch` and `fill`.
  func setMapping(_ mapping: HeaderMapping)

  /// A batch that `fill` can fill.
  func makeBatch() -> LoadBatch

  /// Fills a batch with the next rows. Returns false at the end. What goes wrong is left in the batch, behind the
  /// rows that were read before it.
  func fill(_ batch: LoadBatch) -> Bool

  /// Makes the checks that stand at a member's end, whatever is still to be read.
  func drain() throws
}

/// What a file says of its columns: the header of a CSV file, the schema of a Parquet file.
struct FileHeader: Sendable {
  struct Column: Sendable, Equatable {
    var name: String
    /// What the column is loaded as where nobody declares it.
    var type = ColumnType.text
    /// Why it cannot be loaded, as a clause; nil where it can.
    var obstacle: String?
  }

  var columns: [Column]
  var location: SourceLocation
  /// The line that names the columns, where there is one.
  var excerpt: String?
  /// How people find out what columns the file has.
  var hint: String
}
