#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FileSystem {
  /// All bytes of a file. For files of a person's size; data files are streamed.
  package static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError("look at", path) }
    if status.st_mode & S_IFMT == S_IFDIR { throw FileError("read", path, errorNumber: EISDIR) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { readRetrying(descriptor, $0.baseAddress, $0.count) }
      if count < 0 { throw FileError("read", path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// All of a file as text; invalid UTF-8 is replaced.
  package static func readText(_ path: String) throws(FileError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Writes a file so that its name shows the old bytes or the new, never half: aside, then renamed over.
  ///
  /// - Parameter isDurable: whether to wait until the bytes and the name are on the disk.
  package static func write(
    _ bytes: some Collection<UInt8>, to path: String, mode: UInt32 = 0o644, isDurable: Bool = true
  ) throws(FileError) {
    let temporary = temporaryPath(for: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw FileError("create", temporary) }
    do throws(FileError) {
      defer { close(descriptor) }
      try writeAll(Array(bytes), to: descriptor, path: temporary)
      if isDurable, fsync(descriptor) != 0 { throw FileError("synchronize", temporary) }
    } catch {
      unlink(temporary)
      throw error
    }
    do throws(FileError) {
      try rename(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
    if isDurable { try synchronize(Path.parent(of: path)) }
  }

  /// Appends to a file, which is made where it is missing. A process that dies leaves a beginning of the bytes.
  package static func append(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, path: path)
  }

  /// Copies a file's bytes, sharing them where the file system can (a reflink); `new` must not exist.
  package static func copy(_ path: String, to new: String, mode: UInt32 = 0o644) throws(FileError) {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw FileError("open", path) }
    defer { close(source) }
    let target = open(new, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
    guard target >= 0 else { throw FileError("create", new) }
    do throws(FileError) {
      defer { close(target) }
      if !cloneContents(of: source, to: target) { try copyContents(of: source, path, to: target, new) }
    } catch {
      unlink(new)
      throw error
    }
  }

  private static func cloneContents(of source: Int32, to target: Int32) -> Bool {
    #if os(Linux)
      let cloneRequest: UInt = 0x4004_9409  // FICLONE of linux/fs.h, a macro that Swift does not import
      return ioctl(target, cloneRequest, source) == 0
    #else
      return false
    #endif
  }

  private static func copyContents(
    of source: Int32, _ path: String, to target: Int32, _ new: String
  ) throws(FileError) {
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = chunk.withUnsafeMutableBytes { readRetrying(source, $0.baseAddress, $0.count) }
      if count < 0 { throw FileError("read", path) }
      if count == 0 { return }
      try writeAll(chunk[..<count], to: target, path: new)
    }
  }

  private static func readRetrying(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int)
    -> Int
  {
    while true {
      #if canImport(Glibc)
        let result = Glibc.read(descriptor, buffer, count)
      #else
        let result = Darwin.read(descriptor, buffer, count)
      #endif
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private static func writeAll(
    _ bytes: some Collection<UInt8>, to descriptor: Int32, path: String
  ) throws(FileError) {
    let failure: FileError? =
      bytes.withContiguousStorageIfAvailable { buffer in
        do throws(FileError) {
          try writeAll(UnsafeRawBufferPointer(buffer), to: descriptor, path: path)
          return nil
        } catch {
          return error
        }
      } ?? nil
    if let failure { throw failure }
  }
}
