extension GlueClient {
  /// The table, or nil where there is none. A database that is not there is an error like any other.
  package func getTable(_ database: String, _ name: String) throws -> GlueTable? {
    struct Input: Encodable {
      var DatabaseName: String
      var Name: String
    }
    struct Answer: Decodable { var Table: GlueTable }
    do {
      let input = Input(DatabaseName: database, Name: name)
      let answer: Answer = try call("GetTable", input, target: "\(database).\(name)")
      return answer.Table
    } catch let error as CloudError where error.serviceCode == "EntityNotFoundException" {
      // The code is the same for both.
      _ = try getDatabase(database)
      return nil
    }
  }

  /// All tables of a database, by pages of at most 100.
  ///
  /// - Parameter expression: a pattern for their names, as the reference describes it.
  package func getTables(_ database: String, expression: String? = nil) throws -> [GlueTable] {
    struct Input: Encodable {
      var DatabaseName: String
      var Expression: String?
      var NextToken: String?
    }
    struct Page: GluePage {
      var TableList: [GlueTable]
      var NextToken: String?
      var nextToken: String? { NextToken }
    }
    var all: [GlueTable] = []
    try pages(
      "GetTables", target: database, as: Page.self,
      { Input(DatabaseName: database, Expression: expression, NextToken: $0) }
    ) { all += $0.TableList }
    return all
  }

  package func createTable(_ database: String, _ table: GlueTableInput) throws {
    struct Input: Encodable {
      var DatabaseName: String
      var TableInput: GlueTableInput
    }
    try run(
      "CreateTable", Input(DatabaseName: database, TableInput: table), target: "\(database).\(table.name)")
  }

  /// Replaces a table by another of the same name.
  ///
  /// - Parameter versionID: of the table that the change was made from. If the catalog has another by now, the error's
  ///   `isConditionFailed` says so and nothing is changed.
  /// - Parameter skipsArchive: whether the former table is not kept as a version.
  package func updateTable(
    _ database: String, _ table: GlueTableInput, versionID: String?, skipsArchive: Bool = true
  ) throws {
    struct Input: Encodable {
      var DatabaseName: String
      var TableInput: GlueTableInput
      var VersionId: String?
      var SkipArchive: Bool
    }
    let target = "\(database).\(table.name)"
    // The service compares too, in one step with the change; not every one that speaks like it does.
    if let versionID, let there = try getTable(database, table.name)?.versionID, there != versionID {
      var error = CloudError(
        ServiceFault(
          status: 400, code: "ConcurrentModificationException",
          message: "the table is at version \(there), not \(versionID)"))
      error.operation = "Glue UpdateTable \(target)"
      throw error
    }
    try run(
      "UpdateTable",
      Input(DatabaseName: database, TableInput: table, VersionId: versionID, SkipArchive: skipsArchive),
      target: target)
  }

  /// Deletes a table's entry; the files stay. That there is none is an error.
  package func deleteTable(_ database: String, _ name: String) throws {
    struct Input: Encodable {
      var DatabaseName: String
      var Name: String
    }
    try run("DeleteTable", Input(DatabaseName: database, Name: name), target: "\(database).\(name)")
  }

  /// Deletes the entries of many tables, a hundred with each request. Returns those that were not deleted.
  package func batchDeleteTable(_ database: String, _ names: [String]) throws -> [GlueBatchFault] {
    struct Input: Encodable {
      var DatabaseName: String
      var TablesToDelete: [String]
    }
    struct Answer: Decodable {
      struct Fault: Decodable {
        var TableName: String?
        var ErrorDetail: GlueErrorDetail?
      }
      var Errors: [Fault]?
    }
    var faults: [GlueBatchFault] = []
    for start in stride(from: 0, to: names.count, by: 100) {
      let some = Array(names[start..<min(start + 100, names.count)])
      let answer: Answer = try call(
        "BatchDeleteTable", Input(DatabaseName: database, TablesToDelete: some), target: database)
      faults += (answer.Errors ?? []).map { ($0.ErrorDetail ?? GlueErrorDetail()).fault($0.TableName) }
    }
    return faults
  }
}
