#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the file system knows of a file.
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case file
    case directory
    case symbolicLink
    case other
  }

  package let kind: Kind
  /// Size in bytes.
  package let byteCount: Int
  /// How many names the file has; a file with more than one must not be changed through any of them.
  package let linkCount: Int
  package let device: UInt64
  package let inode: UInt64
  /// Permission bits.
  package let mode: UInt32
  /// Time of the last change of the contents, in nanoseconds since 1970.
  package let modifiedNanoseconds: Int64

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symbolicLink
    default: kind = .other
    }
    byteCount = Int(status.st_size)
    linkCount = Int(status.st_nlink)
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    mode = UInt32(status.st_mode & 0o7777)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modifiedNanoseconds = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Whether both describe one file of one file system.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}
