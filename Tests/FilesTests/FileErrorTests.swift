import Diagnostics
import Files
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct FileErrorTests {
  @Test(
    "the number of a system call decides the code",
    arguments: [
      (ENOENT, .fileNotFound), (ENOTDIR, .fileNotFound), (ENOSPC, .diskFull), (EDQUOT, .diskFull),
      (EACCES, .fileAccess), (EISDIR, .fileAccess), (EIO, .fileAccess),
    ] as [(Int32, DiagnosticCode)])
  func code(number: Int32, code: DiagnosticCode) {
    #expect(FileError("open", "/x", errorNumber: number).diagnostic.code == code)
  }

  @Test("the message names the call, the path and the reason; a remedy follows where there is one")
  func message() {
    let denied = FileError("open", "/a b", errorNumber: EACCES).diagnostic
    #expect(denied.message == "cannot open '/a b': Permission denied")
    #expect(denied.hints.count == 1)
    #expect(FileError("open", "/x", errorNumber: EIO).diagnostic.hints.isEmpty)
  }
}
