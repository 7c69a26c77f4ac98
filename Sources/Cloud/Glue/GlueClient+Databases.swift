extension GlueClient {
  package func getDatabase(_ name: String) throws -> GlueDatabase {
    struct Input: Encodable { var Name: String }
    struct Answer: Decodable { var Database: GlueDatabase }
    let answer: Answer = try call("GetDatabase", Input(Name: name), target: name)
    return answer.Database
  }

  /// All databases, by pages of at most 100.
  package func getDatabases() throws -> [GlueDatabase] {
    struct Input: Encodable { var NextToken: String? }
    struct Page: GluePage {
      var DatabaseList: [GlueDatabase]
      var NextToken: String?
      var nextToken: String? { NextToken }
    }
    var all: [GlueDatabase] = []
    try pages("GetDatabases", target: "", as: Page.self, { Input(NextToken: $0) }) { all += $0.DatabaseList }
    return all
  }

  package func createDatabase(_ database: GlueDatabase) throws {
    struct Input: Encodable { var DatabaseInput: GlueDatabase }
    try run("CreateDatabase", Input(DatabaseInput: database), target: database.name)
  }

  package func updateDatabase(_ database: GlueDatabase) throws {
    struct Input: Encodable {
      var Name: String
      var DatabaseInput: GlueDatabase
    }
    try run("UpdateDatabase", Input(Name: database.name, DatabaseInput: database), target: database.name)
  }

  /// Deletes a database with its tables' entries; the files stay.
  package func deleteDatabase(_ name: String) throws {
    struct Input: Encodable { var Name: String }
    try run("DeleteDatabase", Input(Name: name), target: name)
  }
}
