import Storage
import TestSupport
import Testing

@Suite struct DigestTests {
  @Test(
    "the hash is SHA-256 in hex",
    arguments: [
      // FIPS 180-2, appendix B.
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func vectors(text: String, hash: String) throws {
    #expect(Digest.sha256(text) == hash)
    let folder = try TemporaryFolder()
    #expect(try Digest.sha256(fileAt: folder.write(text, to: "file")) == hash)
  }

  @Test("a file larger than the buffer is hashed whole")
  func largeFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: UInt8(ascii: "a"), count: 3_000_000), to: "file")
    #expect(try Digest.sha256(fileAt: path) == Digest.sha256(String(repeating: "a", count: 3_000_000)))
  }

  @Test("lists of texts that join to the same have different hashes")
  func parts() {
    let lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], []]
    #expect(Set(lists.map { Digest.sha256(parts: $0) }).count == lists.count)
  }
}
