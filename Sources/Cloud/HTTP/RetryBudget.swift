import Synchronization

/// How many attempts more all calls of a client may make together, so that a service in trouble is not asked ever more:
/// the AWS SDKs' retry quota. A retry costs 5 of 500, after a time-out 10; a success gives back what its last retry cost,
/// or 1.
package final class RetryBudget: Sendable {
  private let capacity: Int
  private let left: Mutex<Int>

  package init(capacity: Int = 500) {
    self.capacity = capacity
    left = Mutex(capacity)
  }

  /// Takes the price of one retry, if there is as much.
  func take(for error: CloudError) -> Bool {
    let price = Self.price(of: error)
    return left.withLock { left in
      guard left >= price else { return false }
      left -= price
      return true
    }
  }

  func refund(afterAttempts count: Int) {
    left.withLock { $0 = min(capacity, $0 + (count > 1 ? 5 : 1)) }
  }

  private static func price(of error: CloudError) -> Int {
    if case .transport(let fault) = error.cause, fault.kind == .timedOut { 10 } else { 5 }
  }
}
