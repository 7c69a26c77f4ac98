import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

/// Whatever a server answers, the client says what is wrong, and neither crashes nor hangs.
@Suite struct HostileAnswerTests {
  private static let answers = [
    "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>"
      + "<EncodingType>url</EncodingType><Contents><Key>a%20&amp;&#x62;</Key><Size>3</Size><ETag>&quot;e&quot;</ETag></Contents>"
      + "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>",
    "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>5</Size></Part><![CDATA[x]]><!-- c --></ListPartsResult>",
    "<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>",
    "<Error><Code>SlowDown</Code><Message>m</Message></Error>",
    #"{"TableList":[{"Name":"t","StorageDescriptor":{"Columns":[{"Name":"c","Type":"int"}]}}],"NextToken":null}"#,
  ]

  @Test("damaged answers are told, and sound ones are read", arguments: [200, 404])
  func mutations(_ status: Int) throws {
    var random = SeededRandom.fresh()
    let seed = random.seed
    let body = Mutex("")
    let fixture = try CloudFixture(attempts: 1) { _, _ in .answer(status, [:], body.withLock { $0 }) }
    let glue = try GlueClient(fixture.configuration)
    let calls: [() throws -> Void] = [
      { _ = try fixture.s3.listObjectsV2("bucket") },
      { _ = try fixture.s3.listParts("bucket", "k", uploadID: "u") },
      { _ = try fixture.s3.completeMultipartUpload("bucket", "k", uploadID: "u", parts: []) },
      { _ = try fixture.s3.listMultipartUploads("bucket") }, { _ = try glue.getTables("db") },
    ]
    for _ in 0..<400 {
      var bytes = Array(Self.answers.randomElement(using: &random)!.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
        case 2: bytes.removeSubrange(place...)
        default: bytes.insert(contentsOf: bytes.prefix(20), at: place)
        }
      }
      body.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
      for call in calls {
        do {
          try call()
          #expect(status == 200, "seed \(seed): a refusal was taken for an answer")
        } catch {
          #expect(error is CloudError, "seed \(seed): \(error)")
        }
      }
    }
  }

  @Test("elements in elements without end are refused")
  func depth() throws {
    let fixture = try CloudFixture { _, _ in .answer(200, [:], String(repeating: "<a>", count: 100_000)) }
    #expect(diagnostic { _ = try fixture.s3.listObjectsV2("bucket") }?.code == .answerInvalid)
  }

  @Test("entities of a document's own are not expanded")
  func entities() throws {
    let document =
      "<!DOCTYPE a [<!ENTITY x \"y\">]><ListBucketResult><Contents><Key>&x;</Key><Size>1</Size></Contents></ListBucketResult>"
    let fixture = try CloudFixture { _, _ in .answer(200, [:], document) }
    #expect(diagnostic { _ = try fixture.s3.listObjectsV2("bucket") }?.code == .answerInvalid)
  }

  @Test("what a service says is shown on one line, and not without end")
  func message() throws {
    let text = "a\u{1B}[31mred\nnext" + String(repeating: "x", count: 5_000)
    let fixture = try CloudFixture { _, _ in .answer(400, [:], CloudFixture.error("InvalidArgument", text)) }
    let told = try #require(diagnostic { _ = try fixture.s3.listObjectsV2("bucket") })
    #expect(told.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(told.message.count < 700)
  }
}
