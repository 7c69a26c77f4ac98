import CSV
import Diagnostics
import Files
import SQLite
import Storage

/// A CSV file of a project, loaded as dbt loads seeds: all columns, types found in the data, and both an empty
/// field and the word `null` are NULL.
package struct SeedFile {
  private let path: String
  private let displayPath: String
  private let dialect: CSVDialect
  /// Asked between batches; when it says yes, the work ends with `CancellationError`.
  package var shouldStop: () -> Bool = { false }

  /// - Parameter displayPath: the path for messages, relative to the project.
  package init(path: String, displayPath: String? = nil, delimiter: UInt8 = UInt8(ascii: ",")) {
    self.path = path
    self.displayPath = displayPath ?? path
    dialect = CSVDialect(delimiter: delimiter)
  }

  /// The file's columns in its order, each with the first type of integer, real, date, timestamp, boolean, text
  /// that all its values have; a column without values is an integer.
  ///
  /// - Parameter declared: types that are not looked for, by column; letters match whatever their case.
  package func inferColumns(declared: [String: ColumnType] = [:]) throws -> [ColumnSchema] {
    let stream = try open()
    let header = try stream.readHeader()
    let mapping = try HeaderMapping(textColumnsOf: header)
    let declared = Dictionary(
      declared.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    let known = mapping.columns.compactMap { column in
      declared[column.schema.name.lowercased()].map { ColumnSchema(name: column.schema.name, type: $0) }
    }
    // Where all types are said, none is looked for.
    if known.count == mapping.columns.count { return known }
    stream.setMapping(mapping)
    var types = TypeInference(columnCount: mapping.columns.count)
    _ = try loader(stream).load(into: &types, isThreaded: false) { _ in }
    return zip(mapping.columns, types.columnTypes).map { column, type in
      ColumnSchema(name: column.schema.name, type: declared[column.schema.name.lowercased()] ?? type)
    }
  }

  /// Writes the file's rows to a table; the first row that does not fit is thrown as an error.
  ///
  /// - Parameters:
  ///   - columns: the table's columns in order; the file may have them in another.
  ///   - writer: the table's, which nothing was written to yet.
  package func load(_ columns: [ColumnSchema], into writer: consuming TableWriter) throws -> TableSummary {
    let stream = try open()
    let header = try stream.readHeader()
    let table = SourceTable(
      uniqueID: displayPath, relation: Relation(layer: .main, name: Path.stem(of: path)), columns: columns)
    let mapping = try HeaderMapping(header, of: table)
    stream.setMapping(mapping)
    var sink = BulkSink(writer)
    _ = try loader(stream).load(into: &sink, isThreaded: false) { _ in }
    return try sink.finish()
  }

  private func open() throws -> CSVStream {
    let status = try FileSystem.status(path)
    let member = ArchiveMember(
      archivePath: path, name: Path.name(of: path), byteCount: status?.byteCount ?? 0, crc32: nil,
      origin: .file)
    return try CSVStream(member, displayPath: displayPath, dialect: dialect, nullRule: .emptyOrNullWord)
  }

  private func loader(_ stream: CSVStream) -> TableLoader {
    var loader = TableLoader(stream: stream, limit: .none)
    loader.shouldStop = shouldStop
    return loader
  }
}
