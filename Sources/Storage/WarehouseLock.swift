import Diagnostics
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to change a warehouse: one process at a time has it.
package struct WarehouseLock: ~Copyable {
  package let warehouse: Warehouse
  private let lock: FileLock

  /// Waits for the lock, then sweeps what an interrupted command left.
  ///
  /// - Parameters:
  ///   - command: what the holder is doing, told to those who wait.
  ///   - timeoutSeconds: how long to wait; then `RH1105` names the holder.
  ///   - onWait: called once, with a description of the holder, when the lock is not free.
  package init(
    _ warehouse: Warehouse, command: String, timeoutSeconds: Double, onWait: (String) -> Void = { _ in }
  ) throws {
    try warehouse.createFolders()
    let lock = try Self.wait(warehouse, timeoutSeconds: timeoutSeconds, onWait: onWait)
    try lock.write("process \(getpid()), `\(command)`, since \(Timestamp.now().iso8601)\n")
    try warehouse.sweep()
    self.warehouse = warehouse
    self.lock = consume lock
  }

  private static func wait(
    _ warehouse: Warehouse, timeoutSeconds: Double, onWait: (String) -> Void
  ) throws -> FileLock {
    let stopwatch = Stopwatch()
    var hasTold = false
    while true {
      if let lock = try take(warehouse) { return lock }
      let holder = holder(of: warehouse)
      if stopwatch.seconds >= timeoutSeconds {
        throw StorageError(
          .warehouseLocked, "the warehouse '\(warehouse.path)' is locked by \(holder)",
          hints: ["wait for that command to end, or wait longer with --lock-timeout SECONDS"])
      }
      if !hasTold {
        onWait(holder)
        hasTold = true
      }
      usleep(20_000)
    }
  }

  private static func take(_ warehouse: Warehouse) throws -> FileLock? {
    do {
      return try FileLock(trying: warehouse.lockPath, mode: .exclusive, createsFile: true)
    } catch {
      throw Warehouse.notWritable(warehouse.path, error)
    }
  }

  private static func holder(of warehouse: Warehouse) -> String {
    let text = (try? FileSystem.readText(warehouse.lockPath)) ?? ""
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    return line.isEmpty ? "another process" : line
  }
}
