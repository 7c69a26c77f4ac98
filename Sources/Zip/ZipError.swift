import Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why an archive could not be opened, read or written.
package struct ZipError: DiagnosticConvertible, Equatable {
  package enum Reason: Sendable, Equatable {
    /// A call to the operating system failed: `operation` is a verb ("open", "read", "write").
    case system(operation: String, errno: Int32)
    /// No zip archive at all; `content` says what it is where that is plain ("a gzip file").
    case notZip(content: String?)
    /// The end is missing: of the file, of its directory or of a member.
    case truncated(String)
    /// Signatures, sizes or offsets contradict each other.
    case damaged(String)
    /// One part of an archive that was split over several files.
    case multiDisk
    case encrypted
    case unsupportedMethod(ZipMethod)
    case checksumMismatch(expected: UInt32, actual: UInt32)
    /// What was asked of a writer does not fit the format.
    case unwritable(String)
  }

  package var reason: Reason
  /// The archive's path.
  package var path: String
  /// The member's name, where one is concerned.
  package var member: String?
  /// Where in the archive, counted in bytes from 0.
  package var byteOffset: Int?

  package init(_ reason: Reason, path: String, member: String? = nil, byteOffset: Int? = nil) {
    self.reason = reason
    self.path = path
    self.member = member
    self.byteOffset = byteOffset
  }

  package var code: DiagnosticCode {
    switch reason {
    case .system(_, ENOENT): .fileNotFound
    case .system(_, ENOSPC), .system(_, EDQUOT): .diskFull
    case .system: .fileAccess
    case .notZip: .archiveNotZip
    case .truncated, .multiDisk: .archiveTruncated
    case .damaged: .archiveDamaged
    case .encrypted: .archiveEncrypted
    case .unsupportedMethod: .archiveMethodUnsupported
    case .checksumMismatch: .archiveChecksum
    case .unwritable: .invalidArgument
    }
  }

  package var diagnostic: Diagnostic {
    let location = SourceLocation(path: member.map { "\(path)!\($0)" } ?? path, byteOffset: byteOffset)
    return Diagnostic(code, message, at: location, notes: notes, hints: hints)
  }

  private var subject: String {
    member.map { "member '\($0)' of the archive" } ?? "the archive '\(path)'"
  }

  private var message: String {
    switch reason {
    case .system("open", ENOENT): "there is no archive '\(path)'"
    case .system(let operation, let code):
      "cannot \(operation) \(member == nil ? "'\(path)'" : subject): \(String(cString: strerror(code)))"
    case .notZip(let content?): "'\(path)' is not a zip archive but \(content)"
    case .notZip(nil): "'\(path)' is not a zip archive"
    case .truncated(let what): "\(subject) is cut off: \(what)"
    case .damaged(let what): "\(subject) is damaged: \(what)"
    case .multiDisk: "the archive '\(path)' is one part of several"
    case .encrypted: "\(subject) is encrypted"
    case .unsupportedMethod(let method): "\(subject) is compressed with \(method), which cannot be read"
    case .checksumMismatch(let expected, let actual):
      "\(subject) is damaged: its CRC-32 is \(hexadecimal(actual)), the directory says \(hexadecimal(expected))"
    case .unwritable(let what): "cannot write \(subject): \(what)"
    }
  }

  private var notes: [String] {
    switch reason {
    case .unsupportedMethod: ["methods that can be read: stored (0) and deflate (8)"]
    default: []
    }
  }

  private var hints: [String] {
    switch reason {
    case .system(_, ENOENT): ["check the path of the archive"]
    case .system(_, ENOSPC), .system(_, EDQUOT): ["free some space, or write to another disk"]
    case .system(_, EACCES), .system(_, EPERM): ["check the permissions of the file and its folder"]
    case .system: []
    case .notZip: ["download the archive again, and check that the whole zip file was saved"]
    case .truncated: ["the download may not have finished: download the archive again"]
    case .damaged, .checksumMismatch:
      ["`unzip -t '\(path)'` checks all members", "download the archive again"]
    case .multiDisk: ["join the parts first: `zip -s 0 <last part>.zip --out whole.zip`"]
    case .encrypted: ["make a copy without a password: `unzip` it, then `zip` the files again"]
    case .unsupportedMethod: ["compress it again with deflate: `unzip` (or `7z x`) it, then `zip` the files"]
    case .unwritable: []
    }
  }

  private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}
