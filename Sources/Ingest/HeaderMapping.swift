import Diagnostics
import Storage

/// Which field of a file's rows goes to which column of the table.
package struct HeaderMapping: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package var schema: ColumnSchema
    /// The field's index in a row; nil where the file has no such column: then it is NULL.
    package var field: Int?
  }

  /// The table's columns: the declared ones, then those that were appended.
  package private(set) var columns: [Column]
  /// How many fields each row must have.
  package let fieldCount: Int
  /// Columns of the file that are left out.
  package private(set) var ignored: [String] = []
  /// Columns of the file that are loaded though they are not declared.
  package private(set) var appended: [String] = []

  /// Declared columns that the file has not.
  package var missing: [String] { columns.filter { $0.field == nil }.map(\.schema.name) }

  var schemas: [ColumnSchema] { columns.map(\.schema) }

  /// Matches a file's columns with a declaration. Letters match whatever their case, as they do in SQL; spaces around a
  /// name do not count.
  init(_ header: FileHeader, of table: SourceTable) throws {
    let names = header.columns.map { Self.trimmed($0.name) }
    fieldCount = names.count
    try Self.checkNames(names, header)
    var fieldOfName: [String: Int] = [:]
    for (index, name) in names.enumerated() { fieldOfName[name.lowercased()] = index }
    columns = table.columns.map { Column(schema: $0, field: fieldOfName[$0.name.lowercased()]) }
    guard columns.contains(where: { $0.field != nil }) else { throw Self.noColumn(names, of: table, header) }
    let declared = Set(table.columns.map { $0.name.lowercased() })
    let undeclared = names.enumerated().filter { !declared.contains($0.element.lowercased()) }
    var faults = Self.missingFaults(columns, names: names, table: table, header)
    switch table.onSchemaChange {
    case .fail:
      faults += undeclared.map { Self.undeclaredFault($0.element, of: table, header) }
    case .ignore:
      ignored = undeclared.map(\.element)
    case .append:
      appended = undeclared.map(\.element)
      columns += undeclared.map {
        Column(
          schema: ColumnSchema(name: $0.element, type: header.columns[$0.offset].type), field: $0.offset)
      }
    }
    faults += columns.compactMap { Self.obstacle($0, header) }
    if let only = faults.first, faults.count == 1 { throw IngestError(only) }
    if !faults.isEmpty { throw DiagnosticList(faults) }
  }

  /// Takes all columns of a header as text.
  init(textColumnsOf header: FileHeader) throws {
    let names = header.columns.map { Self.trimmed($0.name) }
    try Self.checkNames(names, header)
    fieldCount = names.count
    columns = names.enumerated().map {
      Column(schema: ColumnSchema(name: $0.element, type: .text), field: $0.offset)
    }
  }

  private static func checkNames(_ names: [String], _ header: FileHeader) throws {
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      if name.isEmpty {
        throw IngestError(
          .headerInvalid, "column \(index + 1) of the header has no name", at: header.location,
          excerpt: header.excerpt, hints: ["every column of the file must have a name"])
      }
      if !seen.insert(name.lowercased()).inserted {
        throw IngestError(
          .headerInvalid, "the header names the column '\(name)' twice", at: header.location,
          excerpt: header.excerpt, notes: ["names that differ in case only are one name in SQL"],
          hints: ["rename one of the two"])
      }
    }
  }

  /// A column that is wanted and cannot be read.
  private static func obstacle(_ column: Column, _ header: FileHeader) -> Diagnostic? {
    guard let field = column.field, let obstacle = header.columns[field].obstacle else { return nil }
    return Diagnostic(
      .parquetUnsupported, "the column '\(column.schema.name)' cannot be loaded: \(obstacle)",
      at: header.location,
      hints: ["write the file again without it or with another type, or leave the column undeclared"])
  }

  private static func noColumn(_ names: [String], of table: SourceTable, _ header: FileHeader) -> IngestError
  {
    var hints = [header.hint]
    if let only = names.first, names.count == 1, table.columns.count > 1 {
      for (separator, name) in [(";", "';'"), ("\t", "a tab"), ("|", "'|'")] where only.contains(separator) {
        hints = ["the fields seem to be separated by \(name): declare it as the source's delimiter"]
      }
    }
    return IngestError(
      .headerInvalid, "the header names none of the columns that '\(table.relation)' declares",
      at: header.location, excerpt: header.excerpt,
      notes: ["declared are \(table.columns.map(\.name).quotedList)"], hints: hints)
  }

  private static func missingFaults(
    _ columns: [Column], names: [String], table: SourceTable, _ header: FileHeader
  ) -> [Diagnostic] {
    columns.filter { $0.field == nil && $0.schema.isNotNull }.map { column in
      let name = column.schema.name
      return Diagnostic(
        .columnMissing, "the column '\(name)' is missing, and it is declared as not null",
        at: header.location, excerpt: header.excerpt, notes: declarationNotes(table),
        hints: [Suggestion.hint(for: name, in: names)].compactMap { $0 })
    }
  }

  private static func undeclaredFault(_ name: String, of table: SourceTable, _ header: FileHeader)
    -> Diagnostic
  {
    Diagnostic(
      .columnUndeclared, "the column '\(name)' is not declared for '\(table.relation)'",
      at: header.location, excerpt: header.excerpt, notes: declarationNotes(table),
      hints: [
        Suggestion.hint(for: name, in: table.columns.map(\.name)),
        "declare the column, or set `on_schema_change` of the source table to `ignore` or `append`",
      ].compactMap { $0 })
  }

  private static func declarationNotes(_ table: SourceTable) -> [String] {
    table.declaration.map { ["the table is declared at \($0)"] } ?? []
  }

  private static func trimmed(_ name: String) -> String {
    var name = name[...]
    while name.first == " " || name.first == "\t" { name.removeFirst() }
    while name.last == " " || name.last == "\t" { name.removeLast() }
    return String(name)
  }
}
