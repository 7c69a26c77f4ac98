import CSV
import SQLite
import Zip

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Measures the parts that loading and exporting are made of, each alone on one core.
@main struct Microbenchmarks {
  static func main() throws {
    var rounds = 7
    var batchCount = 256
    var filter = ""
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--rounds": rounds = arguments.popFirst().flatMap { Int($0) } ?? rounds
      case "--batches": batchCount = arguments.popFirst().flatMap { Int($0) } ?? batchCount
      case "--help":
        print("usage: Microbenchmarks [--rounds N] [--batches N] [WORD]; a batch has 8192 rows")
        return
      default: filter = argument
      }
    }
    guard rounds > 0, batchCount > 0 else { return print("rounds and batches are counted from 1") }
    let folder = try ScratchFolder()
    let rows = SampleRows()
    print("\(batchCount * rows.batchRowCount) rows, medians of \(rounds) rounds, per second of CPU:\n")
    Benchmark.printHead()
    let benchmarks = loading(rows, batchCount, folder) + (try reading(rows, batchCount, folder))
    for benchmark in benchmarks where filter.isEmpty || benchmark.name.contains(filter) {
      try benchmark.measure(rounds: rounds)
    }
  }

  private static func loading(_ rows: SampleRows, _ batchCount: Int, _ folder: ScratchFolder) -> [Benchmark] {
    let csv = rows.csv()
    return Inflater.Library.allCases.filter(\.isAvailable).map { library in
      Benchmark("inflate by \(library)") { try inflate(csv, batchCount, library) }
    } + [
      Benchmark("CSV splitter") { split(csv, batchCount) },
      Benchmark("record encoder") { try encode(rows, batchCount) },
      Benchmark("exact hash of records") { hash(rows, batchCount) },
      Benchmark("page writer, exact hash off") {
        try write(rows, batchCount, folder.file("off.db"), hashesRows: false)
      },
      Benchmark("page writer, exact hash on") {
        try write(rows, batchCount, folder.file("on.db"), hashesRows: true)
      },
    ]
  }

  /// A deflated piece that is the stream's next one again and again.
  private static func inflate(_ csv: [UInt8], _ batchCount: Int, _ library: Inflater.Library) throws -> Work {
    var deflater = try ChunkDeflater(level: 6)
    guard var inflater = Inflater(library) else { throw OutOfMemory() }
    let piece = csv.withUnsafeBytes { deflater.deflate($0) }.bytes
    var output = [UInt8](repeating: 0, count: 512 << 10)
    var byteCount = 0
    for _ in 0..<batchCount {
      var position = 0
      var wasFull = false
      while position < piece.count || wasFull {
        let step = piece.withUnsafeBytes { piece in
          output.withUnsafeMutableBytes { output in
            inflater.inflate(UnsafeRawBufferPointer(rebasing: piece[position...]), into: output)
          }
        }
        position += step.consumed
        byteCount += step.produced
        wasFull = step.produced == output.count
      }
    }
    return Work(rowCount: byteCount / (csv.count / 8192), byteCount: byteCount)
  }

  private static func split(_ csv: [UInt8], _ batchCount: Int) -> Work {
    var splitter = CSVSplitter()
    let batch = CSVBatch()
    var left = batchCount
    var position = 0
    var work = (rows: 0, bytes: 0)
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
      if left == 0 { return 0 }
      let count = min(buffer.count, csv.count - position)
      csv.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
      }
      position += count
      if position == csv.count { (position, left) = (0, left - 1) }
      return count
    }
    while splitter.fill(batch, from: read) {
      work.rows += batch.rows.count
      work.bytes += batch.bytes.count
    }
    return Work(rowCount: work.rows, byteCount: work.bytes)
  }

  private static func encode(_ rows: SampleRows, _ batchCount: Int) throws -> Work {
    var encoder = RowEncoder(try TableDefinition("t", SampleRows.columns))
    let target = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
    defer { target.deallocate() }
    var byteCount = 0
    for number in 0..<batchCount {
      byteCount += encoder.encode(rows.batch(number), to: target)
    }
    return Work(rowCount: batchCount * rows.batchRowCount, byteCount: byteCount)
  }

  private static func hash(_ rows: SampleRows, _ batchCount: Int) -> Work {
    // As long as a record of these rows; each begins where the one before it ends.
    let recordByteCount = rows.textByteCount / rows.batchRowCount + 8
    let batch = [UInt8](repeating: 7, count: recordByteCount * rows.batchRowCount + 16)
    var sum: UInt128 = 0
    batch.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for _ in 0..<batchCount {
        for row in 0..<rows.batchRowCount {
          sum &+= RowHasher.hash(base + row &* recordByteCount, count: recordByteCount, key: 0)
        }
      }
    }
    precondition(sum != 0)
    let rowCount = batchCount * rows.batchRowCount
    return Work(rowCount: rowCount, byteCount: rowCount * recordByteCount)
  }

  static func write(
    _ rows: SampleRows, _ batchCount: Int, _ path: String, hashesRows: Bool
  ) throws -> Work {
    unlink(path)
    var options = DatabaseFileWriter.Options()
    options.isDurable = false
    options.pageSize = 65_536
    options.hashesRows = hashesRows
    var database = try DatabaseFileWriter(path: path, options: options)
    var table = database.makeTable(try TableDefinition("t", SampleRows.columns))
    for number in 0..<batchCount { try table.append(rows.batch(number)) }
    let rowCount = try table.finish().rowCount
    try database.finish()
    return Work(rowCount: rowCount, byteCount: try byteCount(path))
  }

  static func byteCount(_ path: String) throws -> Int {
    var status = stat()
    precondition(stat(path, &status) == 0)
    return Int(status.st_size)
  }
}

private struct OutOfMemory: Error {}

/// A folder for the files that are written and read; it goes away with its owner.
final class ScratchFolder {
  private let path: String
  private var names: Set<String> = []

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/microbenchmarks-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "there is no folder for scratch files")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func file(_ name: String) -> String {
    names.insert(name)
    return "\(path)/\(name)"
  }
}
