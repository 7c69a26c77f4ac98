import Threads

/// Keeps credentials and gets new ones before they run out. One thread gets them; others that need them wait.
///
/// `@unchecked Sendable`: what changes is only touched with the monitor locked.
package final class CredentialCache: CredentialSource, @unchecked Sendable {
  /// New ones are asked for so long before the old ones run out; until then the old ones serve if there are none.
  static let refreshSeconds = 300

  private let source: any CredentialSource
  private let monitor = Monitor()
  private var kept: Credentials?

  package init(_ source: any CredentialSource) {
    self.source = source
  }

  package func credentials(at time: AWSTime) throws -> Credentials {
    try monitor.locked {
      Result {
        let left = kept.map { $0.expiration.map { $0.seconds - time.seconds } ?? .max }
        if let kept, let left, left > Self.refreshSeconds { return kept }
        do {
          let fresh = try source.credentials(at: time)
          kept = fresh
          return fresh
        } catch {
          if let kept, let left, left > 0 { return kept }
          throw error
        }
      }
    }.get()
  }

  package func renew() throws -> Bool {
    try monitor.locked {
      Result {
        guard try source.renew() else { return false }
        kept = nil
        return true
      }
    }.get()
  }
}
