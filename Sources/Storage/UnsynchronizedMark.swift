import Files

#if canImport(Darwin)
  import Darwin
#endif

/// A file in the draft that says: writes are under way that the disk may not have yet.
///
/// It names the running boot of the machine. A process that dies leaves its writes with the system, so a mark of
/// this boot means nothing; a mark of another boot means that the machine went down in between.
struct UnsynchronizedMark {
  private let path: String
  private let boot: String?

  init(folder: String) {
    path = Path.join(folder, "unsynchronized")
    boot = Self.currentBoot()
  }

  /// Whether the mark can tell; where a system does not name its boots, every transaction is synchronized instead.
  var isReliable: Bool { boot != nil }

  /// Whether a mark is there.
  var isSet: Bool { FileSystem.exists(path) }

  /// Whether a mark was left by another boot.
  func survivedMachine() throws -> Bool {
    guard let boot, FileSystem.exists(path) else { return false }
    return try FileSystem.readText(path) != boot
  }

  /// Sets the mark, on the disk.
  func set() throws {
    guard let boot, !FileSystem.exists(path) else { return }
    try FileSystem.write(boot.utf8, to: path)
  }

  func remove() throws {
    try FileSystem.remove(path)
  }

  private static func currentBoot() -> String? {
    #if os(Linux)
      let text = try? FileSystem.readText("/proc/sys/kernel/random/boot_id")
      return text.flatMap { $0.split(separator: "\n").first.map(String.init) }
    #else
      var buffer = [CChar](repeating: 0, count: 64)
      var count = buffer.count
      guard sysctlbyname("kern.bootsessionuuid", &buffer, &count, nil, 0) == 0 else { return nil }
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #endif
  }
}
