import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing

@Suite struct VerifierTests {
  private func verify(_ fixture: RemoteFixture, isQuick: Bool = false) throws -> [Verification] {
    var verifier = try RemoteVerifier(fixture.remote(), fixture.warehouse, isQuick: isQuick)
    return try verifier.run(environments: fixture.remote().environments())
  }

  @Test("a sound remote is said to be, with what it has")
  func sound() throws {
    let fixture = try RemoteFixture()
    let first = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    try fixture.push(to: "dev")
    let second = try fixture.publish("update raw.movies set score = 1", second: 2)
    try fixture.push(second)
    let found = try verify(fixture)
    #expect(found.map(\.build) == [first.id, second.id])
    #expect(found.map(\.environments) == [["dev"], ["prod"]])
    #expect(found.allSatisfy { $0.isSound && $0.rowCount == 5011 && $0.objectCount == 6 }, "\(found)")
    #expect(try FileSystem.list(Path.join(fixture.warehouse.path, "push/objects")) == [])
  }

  enum Damage: CaseIterable {
    case missing, shorter, longer, flipped, otherRows, manifest
  }

  @Test("what is missing, cut off or changed is named", arguments: Damage.allCases)
  func damaged(damage: Damage) throws {
    let fixture = try RemoteFixture()
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    let manifest = try #require(try fixture.remote().manifest(id: build.id)).manifest
    let object = try #require(manifest.tables.first { $0.name == "many" }?.objects.first)
    let path = Path.join(fixture.remotePath, object.key)
    var bytes = try FileSystem.read(path)
    var key = object.key
    switch damage {
    case .missing: try FileSystem.remove(path)
    case .shorter: try FileSystem.write(bytes.dropLast(), to: path)
    case .longer: try FileSystem.write(bytes + [0], to: path)
    case .flipped, .otherRows:
      bytes[damage == .flipped ? bytes.count / 2 : 4] ^= 1
      try FileSystem.write(bytes, to: path)
    case .manifest:
      key = "builds/\(build.id).json"
      let path = Path.join(fixture.remotePath, key)
      try FileSystem.write(FileSystem.read(path) + [0x0A], to: path)
    }
    let found = try #require(try verify(fixture).first)
    #expect(found.faults.map(\.key) == [key], "\(found)")
    let isSeenQuickly = ![.flipped, .otherRows].contains(damage)
    #expect(try verify(fixture, isQuick: true).first?.isSound == !isSeenQuickly)
  }
}
