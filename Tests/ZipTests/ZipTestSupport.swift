import Foundation
import Zip

/// A folder that goes away with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("zip-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

func contents(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// A small generator of repeatable bytes.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Text that compresses as text does.
func sampleText(byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = TestRandom(state: seed)
  let words = ["seven", "rivers", "met", "under", "a", "copper", "moon", "and", "sang", "12", "3.5"]
  var bytes: [UInt8] = []
  while bytes.count < byteCount {
    bytes += words.randomElement(using: &random)!.utf8
    bytes.append(UInt8(ascii: " "))
  }
  return Array(bytes.prefix(byteCount))
}

/// Writes an archive of whole members.
func writeArchive(
  _ members: [(name: String, bytes: [UInt8])], to path: String,
  compression: ZipWriter.Compression = .deflate(level: 6), isLarge: Bool = false
) throws {
  var writer = try ZipWriter(path: path)
  for (name, bytes) in members {
    try writer.addMember(name, compression: compression, isLarge: isLarge) { member in
      try bytes.withUnsafeBytes { try member.write($0) }
    }
  }
  try writer.finish()
}

/// Reads one member whole, through a buffer of `step` bytes.
func readAll(_ entry: ZipEntry, of archive: ZipArchive, step: Int = 65_536) throws -> [UInt8] {
  var reader = try archive.reader(of: entry)
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: step)
  while !reader.isAtEnd {
    let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
    result += buffer[..<count]
  }
  return result
}

/// Reads every member of the archive at `path`.
func readArchive(_ path: String) throws -> [(name: String, bytes: [UInt8])] {
  let archive = try ZipArchive(path: path)
  return try archive.entries().map { ($0.name, try readAll($0, of: archive)) }
}

/// The error that `body` throws, if it is one of archives.
func zipError(_ body: () throws -> Void) -> ZipError? {
  do {
    try body()
    return nil
  } catch {
    return error as? ZipError
  }
}

/// Another program, where the machine has it.
struct Tool {
  let path: String

  init?(_ name: String) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard
      let path = folders.map({ "\($0)/\(name)" }).first(where: {
        FileManager.default.isExecutableFile(atPath: $0)
      })
    else { return nil }
    self.path = path
  }

  static func exists(_ name: String) -> Bool { Tool(name) != nil }

  /// Runs the program and returns its exit status and all that it wrote.
  func run(_ arguments: [String], in folder: String? = nil) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
