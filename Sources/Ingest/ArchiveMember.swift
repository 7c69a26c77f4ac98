import Files
import Zip

/// The form of a file that can be loaded.
enum MemberFormat {
  case csv
  case parquet
}

/// A file that can be loaded: a member of a zip, or a file of its own.
package struct ArchiveMember: Sendable, Equatable {
  enum Origin: Sendable, Equatable {
    case entry(ZipEntry)
    case file
  }

  /// The path of the archive, folder or file that was given.
  package let archivePath: String
  /// The path in the archive or folder; the base name of a single file.
  package let name: String
  /// Uncompressed.
  package let byteCount: Int
  /// Of the uncompressed bytes, where the origin keeps it.
  package let crc32: UInt32?
  let origin: Origin

  package var baseName: String { Path.name(of: name) }

  /// Told by the name's extension.
  var format: MemberFormat { Path.fileExtension(of: name) == "parquet" ? .parquet : .csv }

  /// The member as people write it: `archive.zip!movies.csv`, or the file's path.
  package var displayPath: String {
    switch origin {
    case .entry: "\(archivePath)!\(name)"
    case .file: filePath
    }
  }

  /// Where the file is that is not in a zip.
  var filePath: String {
    FileSystem.isDirectory(archivePath) ? Path.join(archivePath, name) : archivePath
  }
}
