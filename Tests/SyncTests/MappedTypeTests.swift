import Diagnostics
import Files
import Parquet
import SQLite
import Storage
import Sync
import TestSupport
import Testing

@Suite struct MappedTypeTests {
  @Test(
    "every declared type has a type everywhere, and docs/parquet.md lists them",
    arguments: MappedType.allCases)
  func documented(type: MappedType) throws {
    let repository = Path.parent(of: Path.parent(of: Path.parent(of: #filePath)))
    let table = try FileSystem.readText(Path.join(repository, "docs/parquet.md"))
    let column = type.parquetColumn("x")
    let parquet = column.physicalType.name + (column.logicalType.map { " \($0.name)" } ?? "")
    #expect(table.contains("| \(type.rawValue) |"))
    for name in [parquet, type.glueName, type.snowflakeName] {
      #expect(table.contains("| \(name) |"), "\(name)")
    }
  }

  @Test(
    "undeclared columns have the type of their values",
    arguments: [
      (["integer", "null"], .integer), (["integer", "real"], .real), (["null"], .text), ([], .text),
      (["blob"], .binary),
      (["text", "integer"], nil), (["blob", "text"], nil),
    ] as [([String], MappedType?)])
  func observed(classes: [String], type: MappedType?) {
    #expect(MappedType.observed(Set(classes)) == type)
  }
}
