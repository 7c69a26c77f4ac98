import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder for the database files of a test; it goes away with its owner.
final class DatabaseFolder: Sendable {
  let path: String

  init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/bulk-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file anew.
  func write(_ bytes: [UInt8], to name: String) throws {
    guard let stream = fopen(file(name), "wb") else { throw FileFailure(path: file(name)) }
    defer { fclose(stream) }
    guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw FileFailure(path: file(name)) }
  }

  struct FileFailure: Error { let path: String }

  func bytes(of name: String) -> [UInt8] {
    guard let stream = fopen(file(name), "rb") else { return [] }
    defer { fclose(stream) }
    fseek(stream, 0, SEEK_END)
    let count = ftell(stream)
    rewind(stream)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = fread(buffer.baseAddress, 1, count, stream)
    }
  }
}

/// SplitMix64: numbers that a printed seed gives again.
struct CaseRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// True once in `count` times.
  mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}

/// A number of the environment.
func environmentNumber(_ name: String) -> Int? {
  getenv(name).flatMap { Int(String(cString: $0)) }
}

func unlinkFile(_ path: String) { unlink(path) }

/// Writes a file of one table from values.
@discardableResult
func writeTable(
  _ path: String, _ definition: TableDefinition, _ rows: [[SQLiteValue]], pageSize: Int = 4096,
  entries: [SchemaEntry] = []
) throws -> TableSummary {
  var options = DatabaseFileWriter.Options()
  options.pageSize = pageSize
  options.isDurable = false
  var database = try DatabaseFileWriter(path: path, options: options)
  var table = database.makeTable(definition)
  try table.append(rows)
  let summary = try table.finish()
  for entry in entries { database.add(entry) }
  try database.finish()
  return summary
}

/// What `pragma integrity_check` says.
func integrity(_ connection: Connection, _ schema: String = "main") throws -> SQLiteValue? {
  try connection.scalar("pragma \(schema).integrity_check")
}
