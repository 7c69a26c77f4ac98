/// A zip archive opened for reading. A value that can be shared: reads are positioned, nothing is mapped.
package struct ZipArchive: Sendable {
  let file: ArchiveFile
  let end: EndOfCentralDirectory

  /// Opens the file and finds its central directory; the directory itself is not read yet.
  package init(path: String) throws(ZipError) {
    file = try ArchiveFile(path: path)
    end = try EndOfCentralDirectory.find(in: file)
  }

  /// The path as it was given.
  package var path: String { file.path }

  /// The file's size.
  package var byteCount: Int { file.byteCount }

  /// The entries whose raw name is wanted, in the directory's order.
  ///
  /// The directory is streamed: entries that are not wanted cost neither memory nor much time. The bytes are
  /// valid during the call of `wanted` only.
  package func entries(
    where wanted: (_ rawName: UnsafeRawBufferPointer) -> Bool = { _ in true }
  ) throws(ZipError) -> [ZipEntry] {
    try CentralDirectory(file: file, end: end).entries(where: wanted)
  }

  /// A reader of one member's content; several may be in use at once, on different threads.
  package func reader(of entry: ZipEntry) throws(ZipError) -> ZipEntryReader {
    try ZipEntryReader(archive: self, entry: entry)
  }
}
