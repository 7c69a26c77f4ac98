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
  /// Columns of the file that are loaded as text though they are not declared.
  package private(set) var appended: [String] = []

  /// Declared columns that the file has not.
  package var missing: [String] { columns.filter { $0.field == nil }.map(\.schema.name) }

  var schemas: [ColumnSchema] { columns.map(\.schema) }

  /// Matches a header with a declaration. Letters match whatever their case, as they do in SQL; spaces around a
  /// name do not count.
  ///
  /// - Parameters:
  ///   - location: the header's place in the file.
  ///   - excerpt: the header's line.
  init(
    header: [String], of table: SourceTable, at location: SourceLocation, excerpt: String
  ) throws {
    let names = header.map { Self.trimmed($0) }
    fieldCount = names.count
    try Self.checkNames(names, at: location, excerpt: excerpt)
    var fieldOfName: [String: Int] = [:]
    for (index, name) in names.enumerated() { fieldOfName[name.lowercased()] = index }
    columns = table.columns.map { Column(schema: $0, field: fieldOfName[$0.name.lowercased()]) }
    guard columns.contains(where: { $0.field != nil }) else {
      throw Self.noColumn(names, of: table, at: location, excerpt: excerpt)
    }
    let declared = Set(table.columns.map { $0.name.lowercased() })
    let undeclared = names.enumerated().filter { !declared.contains($0.element.lowercased()) }
    var faults = Self.missingFaults(columns, names: names, table: table, at: location, excerpt: excerpt)
    switch table.onSchemaChange {
    case .fail:
      faults += undeclared.map { Self.undeclaredFault($0.element, of: table, at: location, excerpt: excerpt) }
    case .ignore:
      ignored = undeclared.map(\.element)
    case .append:
      appended = undeclared.map(\.element)
      columns += undeclared.map {
        Column(schema: ColumnSchema(name: $0.element, type: .text), field: $0.offset)
      }
    }
    if let only = faults.first, faults.count == 1 { throw IngestError(only) }
    if !faults.isEmpty { throw DiagnosticList(faults) }
  }

  /// Takes all columns of a header as text.
  init(textColumns header: [String], at location: SourceLocation, excerpt: String) throws {
    let names = header.map { Self.trimmed($0) }
    try Self.checkNames(names, at: location, excerpt: excerpt)
    fieldCount = names.count
    columns = names.enumerated().map {
      Column(schema: ColumnSchema(name: $0.element, type: .text), field: $0.offset)
    }
  }

  private static func checkNames(_ names: [String], at location: SourceLocation, excerpt: String) throws {
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      if name.isEmpty {
        throw IngestError(
          .headerInvalid, "column \(index + 1) of the header has no name", at: location, excerpt: excerpt,
          hints: ["the first line of the file must name all columns"])
      }
      if !seen.insert(name.lowercased()).inserted {
        throw IngestError(
          .headerInvalid, "the header names the column '\(name)' twice", at: location, excerpt: excerpt,
          notes: ["names that differ in case only are one name in SQL"], hints: ["rename one of the two"])
      }
    }
  }

  private static func noColumn(
    _ names: [String], of table: SourceTable, at location: SourceLocation, excerpt: String
  ) -> IngestError {
    var hints = ["the first line of the file must name its columns"]
    if let only = names.first, names.count == 1, table.columns.count > 1 {
      for (separator, name) in [(";", "';'"), ("\t", "a tab"), ("|", "'|'")] where only.contains(separator) {
        hints = ["the fields seem to be separated by \(name): declare it as the source's delimiter"]
      }
    }
    return IngestError(
      .headerInvalid, "the header names none of the columns that '\(table.relation)' declares", at: location,
      excerpt: excerpt, notes: ["declared are \(table.columns.map(\.name).quotedList)"], hints: hints)
  }

  private static func missingFaults(
    _ columns: [Column], names: [String], table: SourceTable, at location: SourceLocation, excerpt: String
  ) -> [Diagnostic] {
    columns.filter { $0.field == nil && $0.schema.isNotNull }.map { column in
      let name = column.schema.name
      return Diagnostic(
        .columnMissing, "the column '\(name)' is missing, and it is declared as not null", at: location,
        excerpt: excerpt, notes: declarationNotes(table),
        hints: [Suggestion.hint(for: name, in: names)].compactMap { $0 })
    }
  }

  private static func undeclaredFault(
    _ name: String, of table: SourceTable, at location: SourceLocation, excerpt: String
  ) -> Diagnostic {
    Diagnostic(
      .columnUndeclared, "the column '\(name)' is not declared for '\(table.relation)'", at: location,
      excerpt: excerpt, notes: declarationNotes(table),
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
