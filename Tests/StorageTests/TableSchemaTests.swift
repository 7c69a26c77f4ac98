import SQLite
import Storage
import Testing

@Suite struct TableSchemaTests {
  @Test(
    "a declared type is known as SQL dialects spell it",
    arguments: [
      ("integer", .integer), ("INT", .integer), ("BigInt", .integer), ("int8", .integer),
      ("tinyint(1)", .integer),
      ("real", .real), ("double precision", .real), ("FLOAT", .real), ("numeric(10, 2)", .real),
      ("decimal (5,1)", .real),
      ("number", .real), ("text", .text), ("varchar(255)", .text), ("character varying", .text),
      ("STRING", .text),
      ("date", .date), ("boolean", .boolean), ("bool", .boolean), ("timestamp", .timestamp),
      ("timestamp with time zone", .timestamp), ("datetime", .timestamp), ("timestamp_ntz(9)", .timestamp),
      ("  text  ", .text), ("", nil), ("json", nil), ("blob", nil), ("integers", nil), ("(5)", nil),
    ] as [(String, ColumnType?)])
  func declared(text: String, type: ColumnType?) {
    #expect(ColumnType(declared: text) == type)
  }

  @Test("a type is known by its own names", arguments: ColumnType.allCases)
  func ownNames(type: ColumnType) {
    #expect(ColumnType(declared: type.rawValue) == type)
    #expect(ColumnType(declared: type.sqliteName) == type)
  }

  @Test("the statement makes the table, whatever its names hold")
  func createStatement() throws {
    let schema = TableSchema(
      name: "the \"table\"",
      columns: [
        ColumnSchema(name: "id", type: .integer, isNotNull: true), ColumnSchema(name: "a \"b\"", type: .date),
      ])
    let statement = schema.createStatement(qualifiedName: "\(SQLIdentifier(schema.name))")
    #expect(statement == #"create table "the ""table""" ("id" INTEGER NOT NULL, "a ""b""" DATE)"#)
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.execute(statement)
    try connection.run("insert into \(SQLIdentifier(schema.name)) values (1, '2020-01-31')")
    #expect(throws: SQLiteError.self) {
      try connection.run("insert into \(SQLIdentifier(schema.name)) values (null, null)")
    }
    #expect(try connection.rows("select * from \(SQLIdentifier(schema.name))") == [[1, "2020-01-31"]])
  }
}
