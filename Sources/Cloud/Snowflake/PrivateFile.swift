import Files

/// A file with secrets in it.
enum PrivateFile {
  private static let byteLimit = 1 << 20

  /// Reads the file; nil where there is none.
  ///
  /// - Parameters:
  ///   - title: what it holds, for errors.
  ///   - others: the permissions that nobody else may have, as bits of the mode.
  static func read(_ path: String, title: String, others: UInt32 = 0o077) throws(CloudError) -> Secret? {
    let found: FileStatus?
    do throws(FileError) {
      found = try FileSystem.status(path)
    } catch {
      throw CloudError(error)
    }
    guard let status = found else { return nil }
    guard status.mode & others == 0 else {
      throw CloudError(
        .credentials, "others on this machine may read or change '\(path)', \(title)",
        hints: ["chmod 600 '\(path)'"])
    }
    guard status.kind == .file, status.byteCount <= byteLimit else {
      throw CloudError(.configuration, "'\(path)' cannot be \(title): it is no file, or too large")
    }
    do throws(FileError) {
      return Secret(try FileSystem.readText(path))
    } catch {
      throw CloudError(error)
    }
  }
}
