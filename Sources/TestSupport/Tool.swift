import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Another program, where the machine has it.
package struct Tool: Sendable {
  package let path: String

  package init?(_ name: String) {
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let paths = folders.split(separator: ":").map { Path.join(String($0), name) }
    guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { return nil }
    self.path = path
  }

  package static func exists(_ name: String) -> Bool { Tool(name) != nil }

  /// Runs the program to its end. Returns its exit status (128 and more: the signal that ended it) and all that it
  /// wrote.
  package func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let child = try ChildProcess(path, arguments)
    var output: [UInt8] = []
    while let line = child.readLine() { output += Array((line + "\n").utf8) }
    return (child.wait(), String(decoding: output, as: UTF8.self))
  }
}
