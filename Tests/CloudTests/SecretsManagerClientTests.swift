import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct SecretsManagerClientTests {
  @Test("a secret is read, and printed by nothing")
  func read() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(200, [:], #"{"ARN":"arn:s","Name":"s","VersionId":"v","SecretString":"hidden-text"}"#)
    }
    let value = try SecretsManagerClient(fixture.configuration).getSecretValue("s")
    #expect(value.text.reveal() == "hidden-text")
    #expect(value.versionID == "v")
    var dumped = ""
    dump(value, to: &dumped)
    #expect(!"\(value) \(dumped)".contains("hidden-text"))
    #expect(fixture.server.requests.first?["X-Amz-Target"] == "secretsmanager.GetSecretValue")
  }

  @Test("a binary secret is refused by name")
  func binary() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(200, [:], #"{"ARN":"arn:s","Name":"s","VersionId":"v","SecretBinary":"AAAA"}"#)
    }
    let told = diagnostic { _ = try SecretsManagerClient(fixture.configuration).getSecretValue("s") }
    #expect(told?.message.contains("the secret 's' is binary") == true)
  }

  @Test("all attempts to write a secret are one, by their token")
  func write() throws {
    let fixture = try CloudFixture { _, number in
      number == 1 ? .answer(500) : .answer(200, [:], #"{"ARN":"arn:s","Name":"s","VersionId":"v2"}"#)
    }
    #expect(try SecretsManagerClient(fixture.configuration).putSecretValue("s", Secret("new")) == "v2")
    #expect(fixture.server.requests.count == 2)
    #expect(fixture.server.requests[0].body == fixture.server.requests[1].body)
    #expect(
      String(decoding: fixture.server.requests[0].body, as: UTF8.self).contains(#""SecretString":"new""#))
  }

  @Test("a secret that is not there is told, without its text")
  func missing() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(400, [:], #"{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find it."}"#)
    }
    let fault = try #require(
      CloudFixture.fault {
        _ = try SecretsManagerClient(fixture.configuration).putSecretValue("s", Secret("hidden"))
      })
    #expect(fault.isNotFound)
    #expect(!"\(fault) \(fault.diagnostic)".contains("\"hidden"))
  }
}
