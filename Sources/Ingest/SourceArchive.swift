import Diagnostics
import Files
import Zip

/// What was given to load from: a zip, a folder, or one file.
enum SourceArchive {
  case zip(ZipArchive)
  case folder(String)
  case file(String)

  init(path: String) throws {
    if FileSystem.isDirectory(path) {
      self = .folder(path)
    } else if ["csv", "tsv", "txt", "parquet"].contains(Path.fileExtension(of: path)) {
      guard FileSystem.exists(path) else {
        throw IngestError(
          .fileNotFound, "there is no file '\(path)'", hints: ["check the path of the archive"])
      }
      self = .file(path)
    } else {
      self = .zip(try ZipArchive(path: path))
    }
  }

  /// What it is called in messages.
  var subject: String {
    switch self {
    case .zip(let archive): "the archive '\(archive.path)'"
    case .folder(let path): "the folder '\(path)'"
    case .file(let path): "the file '\(path)'"
    }
  }

  /// The members whose base name is one of `baseNames`, whatever its case, and all other CSV and Parquet files, by name.
  func members(named baseNames: [String]) throws -> [ArchiveMember] {
    switch self {
    case .zip(let archive): try Self.members(of: archive, named: baseNames)
    case .folder(let path): try Self.members(ofFolder: path, named: baseNames)
    case .file(let path):
      [
        ArchiveMember(
          archivePath: path, name: Path.name(of: path),
          byteCount: try FileSystem.status(path)?.byteCount ?? 0,
          crc32: nil, origin: .file)
      ]
    }
  }

  // MARK: Zips

  private static func members(of archive: ZipArchive, named baseNames: [String]) throws -> [ArchiveMember] {
    let filter = BaseNameFilter(baseNames)
    // Posters by the hundred thousand share the directory with the files: names are judged as bytes.
    let entries = try archive.entries { filter.admits($0) }
    return entries.filter { !$0.isDirectory && !isHidden($0.name) }.map { entry in
      ArchiveMember(
        archivePath: archive.path, name: entry.name, byteCount: entry.uncompressedSize, crc32: entry.crc32,
        origin: .entry(entry))
    }.sorted { $0.name < $1.name }
  }

  /// Whether a path is one of those that operating systems add: `__MACOSX/`, `.DS_Store` and the like.
  private static func isHidden(_ path: String) -> Bool {
    path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
  }

  // MARK: Folders

  private static func members(ofFolder root: String, named baseNames: [String]) throws -> [ArchiveMember] {
    let filter = BaseNameFilter(baseNames)
    var found: [ArchiveMember] = []
    var folders = [""]
    while let folder = folders.popLast() {
      for name in try FileSystem.list(Path.join(root, folder)) where !isHidden(name) {
        let relative = Path.join(folder, name)
        let path = Path.join(root, relative)
        // A link to a folder is not followed: it may lead in a circle.
        if try FileSystem.status(path, followingLinks: false)?.kind == .directory {
          folders.append(relative)
        } else if let status = try FileSystem.status(path), status.kind == .file,
          Array(name.utf8).withUnsafeBytes({ filter.admits($0) })
        {
          found.append(
            ArchiveMember(
              archivePath: root, name: relative, byteCount: status.byteCount, crc32: nil, origin: .file))
        }
      }
    }
    return found.sorted { $0.name < $1.name }
  }
}

/// Judges paths by their last part, as bytes: without a text for each of them.
struct BaseNameFilter {
  private let wanted: [[UInt8]]
  private static let suffixes = [".csv", ".parquet"].map { Array($0.utf8) }

  init(_ baseNames: [String]) {
    wanted = baseNames.map { Array($0.utf8) }
  }

  /// Whether the path ends in one of the names, in `.csv` or in `.parquet`, whatever the case of ASCII letters.
  func admits(_ path: UnsafeRawBufferPointer) -> Bool {
    if Self.suffixes.contains(where: { Self.ends(path, in: $0) }) { return true }
    return wanted.contains { name in
      let before = path.count - name.count - 1
      return Self.ends(path, in: name) && (before < 0 || path[before] == UInt8(ascii: "/"))
    }
  }

  private static func ends(_ path: UnsafeRawBufferPointer, in suffix: [UInt8]) -> Bool {
    let start = path.count - suffix.count
    guard start >= 0 else { return false }
    for (index, byte) in suffix.enumerated() where lowercase(path[start + index]) != lowercase(byte) {
      return false
    }
    return true
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
