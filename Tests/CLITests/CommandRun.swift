import Files
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built `reelhouse`, as a program.
enum ReelhouseBinary {
  /// Beside the test bundle, where the build put both; `REELHOUSE_BINARY` names another.
  static var path: String {
    if let path = getenv("REELHOUSE_BINARY") { return String(cString: path) }
    var folder = Path.parent(of: Path.absolute(CommandLine.arguments[0]))
    while folder != "/" {
      let candidate = Path.join(folder, "reelhouse")
      if FileSystem.exists(candidate), !FileSystem.isDirectory(candidate) { return candidate }
      folder = Path.parent(of: folder)
    }
    return "reelhouse"
  }
}
