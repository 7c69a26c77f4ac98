import Files
import TestSupport
import Testing

@Suite struct PathTests {
  @Test(
    "two parts are joined by one slash",
    arguments: [
      ("a", "b", "a/b"), ("a/", "b", "a/b"), ("a", "/b", "/b"), ("", "b", "b"), ("a", "", "a"),
      ("/", "b", "/b"), ("a", "b/c", "a/b/c"),
    ])
  func join(base: String, name: String, expected: String) {
    #expect(Path.join(base, name) == expected)
  }

  @Test(
    "a path falls into its parts",
    arguments: [
      // path, parent, name, stem, extension
      ("/a/b.tar.gz", "/a", "b.tar.gz", "b.tar", "gz"), ("a/b/", "a", "b", "b", ""),
      ("b.CSV", ".", "b.CSV", "b", "csv"),
      ("/a", "/", "a", "a", ""), ("/", "/", "", "", ""), ("", ".", "", "", ""),
      (".hidden", ".", ".hidden", ".hidden", ""),
      ("a.d/b", "a.d", "b", "b", ""), ("a/b.", "a", "b.", "b", ""), ("ä/ö.ü", "ä", "ö.ü", "ö", "ü"),
    ])
  func parts(path: String, parent: String, name: String, stem: String, suffix: String) {
    #expect(Path.parent(of: path) == parent)
    #expect(Path.name(of: path) == name)
    #expect(Path.stem(of: path) == stem)
    #expect(Path.fileExtension(of: path) == suffix)
  }

  @Test(
    "dots and doubled slashes are taken out",
    arguments: [
      ("a/./b//c", "a/b/c"), ("a/../b", "b"), ("a/../..", ".."), ("../../a", "../../a"), ("/../a", "/a"),
      ("/", "/"), ("", "."), ("./", "."), ("/a/..", "/"), ("a/b/../../..", ".."), ("/a/b/", "/a/b"),
    ])
  func normalized(path: String, expected: String) {
    #expect(Path.normalized(path) == expected)
    #expect(Path.normalized(expected) == expected)
  }

  @Test(
    "a path inside a folder is told from it, another stays",
    arguments: [
      ("/a/b/c", "/a", "b/c"), ("/a/b", "/a/", "b"), ("/a", "/a", "."), ("/ab", "/a", "/ab"),
      ("/x", "/", "x"),
      ("a/b", "a", "b"), ("b", "a", "b"), ("/ä/ö", "/ä", "ö"),
    ])
  func relative(path: String, base: String, expected: String) {
    #expect(Path.relative(path, to: base) == expected)
  }

  @Test("an absolute path starts at the root")
  func absolute() {
    #expect(Path.absolute("/a/../b") == "/b")
    #expect(Path.absolute("x") == Path.join(Path.workingDirectory, "x"))
  }

  @Test("links are followed to what exists")
  func resolved() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "deep/file")
    try FileSystem.replaceLink(folder.file("link"), target: "deep")
    #expect(Path.resolved(folder.file("link/file")) == file)
    #expect(Path.resolved(folder.file("nothing")) == nil)
  }
}
