import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A system call that failed on a file: which call, on what, and why.
package struct FileError: DiagnosticConvertible, Equatable {
  /// What was being done, as a verb phrase: `open`, `rename to /x/y`.
  package let operation: String
  package let path: String
  /// The number that the system call left in `errno`.
  package let errorNumber: Int32

  package init(_ operation: String, _ path: String, errorNumber: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.errorNumber = errorNumber
  }

  package var code: DiagnosticCode {
    switch errorNumber {
    case ENOENT, ENOTDIR: .fileNotFound
    case ENOSPC, EDQUOT, EFBIG: .diskFull
    default: .fileAccess
    }
  }

  /// The system's words for the fault.
  package var reason: String { String(cString: strerror(errorNumber)) }

  package var diagnostic: Diagnostic {
    Diagnostic(code, "cannot \(operation) '\(path)': \(reason)", hints: hint.map { [$0] } ?? [])
  }

  private var hint: String? {
    switch errorNumber {
    case ENOSPC, EDQUOT:
      "free some space there and run the command again; nothing that was published has changed"
    case EACCES, EPERM: "check the owner and the permissions of that path"
    case EROFS: "the file system is mounted read-only"
    case EMFILE, ENFILE: "too many files are open: raise the limit with `ulimit -n`"
    default: nil
    }
  }
}
