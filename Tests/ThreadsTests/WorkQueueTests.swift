import Synchronization
import Testing
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Places of work that are only done when all of them are under way at once.
private final class Meeting: Sendable {
  private let arrived = Atomic(0)

  /// Waits for `count` to be there; false where they do not come.
  func attend(_ count: Int) -> Bool {
    arrived.add(1, ordering: .sequentiallyConsistent)
    for _ in 0..<5000 {
      if arrived.load(ordering: .sequentiallyConsistent) >= count { return true }
      usleep(1000)
    }
    return false
  }
}

@Suite struct WorkQueueTests {
  @Test("places are worked on at once, by this thread and others", arguments: [2, 3, 4])
  func atOnce(count: Int) throws {
    let meeting = Meeting()
    let met = try WorkQueue.run(Array(0..<count), threadCount: count) { _ in meeting.attend(count) }
    #expect(met == Array(repeating: true, count: count))
  }

  @Test("every place is done once; after an error nobody begins anew, and it is thrown")
  func places() throws {
    struct Fault: Error {}
    #expect(try WorkQueue.run(Array(0..<100), threadCount: 3) { $0 }.sorted() == Array(0..<100))
    #expect(try WorkQueue.run([], threadCount: 3) { $0 }.isEmpty)
    let begun = Atomic(0)
    #expect(throws: Fault.self) {
      try WorkQueue.run(Array(0..<100), threadCount: 1) { place in
        begun.add(1, ordering: .relaxed)
        if place == 4 { throw Fault() }
      }
    }
    #expect(begun.load(ordering: .relaxed) == 5)
  }

  @Test("elements are transformed at once, in their order", .enabled(if: Processors.count > 1))
  func elements() {
    let count = Processors.count
    let meeting = Meeting()
    let met = Array(0..<count).concurrentMap(leastCount: 1) { (number: $0, met: meeting.attend(count)) }
    #expect(met.map(\.number) == Array(0..<count) && met.allSatisfy(\.met))
  }
}
