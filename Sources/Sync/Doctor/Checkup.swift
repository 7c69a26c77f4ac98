import Diagnostics

/// One link of the chain from this machine to the mirror, and what an examination found.
package struct LinkCheck: Sendable {
  package enum Outcome: Sendable {
    /// It holds; with what was found.
    case sound(String)
    case broken([Diagnostic])
    /// It could not be looked at, and why: an earlier link is broken, or whoever asks may not see it.
    case unseen(String)
  }

  /// What the link belongs to: `AWS`, `Snowflake`.
  package let group: String
  package let name: String
  package let outcome: Outcome

  package var diagnostics: [Diagnostic] {
    if case .broken(let diagnostics) = outcome { diagnostics } else { [] }
  }
}

/// What the examination of a link that is not broken ends with.
package enum Finding {
  case sound(String)
  case unseen(String)
}

/// An examination of links, one after the other. What rests on a broken link is not looked at.
package struct Checkup {
  package private(set) var checks: [LinkCheck] = []
  private let onCheck: (LinkCheck) -> Void

  package init(onCheck: @escaping (LinkCheck) -> Void = { _ in }) {
    self.onCheck = onCheck
  }

  package var diagnostics: [Diagnostic] { checks.flatMap(\.diagnostics) }

  package func isSound(_ group: String, _ name: String) -> Bool {
    checks.contains {
      guard $0.group == group, $0.name == name, case .sound = $0.outcome else { return false }
      return true
    }
  }

  /// Looks at a link, if all that it rests on is sound.
  ///
  /// - Parameter base: names of earlier links of the same group.
  /// - Parameter body: throws what is wrong, as errors that can be told.
  package mutating func check(
    _ group: String, _ name: String, after base: [String] = [], _ body: () throws -> Finding
  ) {
    let outcome: LinkCheck.Outcome
    if let missing = base.first(where: { !isSound(group, $0) }) {
      outcome = .unseen("not looked at without the \(missing)")
    } else {
      do {
        switch try body() {
        case .sound(let what): outcome = .sound(what)
        case .unseen(let why): outcome = .unseen(why)
        }
      } catch {
        outcome = .broken(Diagnostic.all(of: error))
      }
    }
    let check = LinkCheck(group: group, name: name, outcome: outcome)
    checks.append(check)
    onCheck(check)
  }
}
