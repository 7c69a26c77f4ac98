import Storage

/// The command that is under way, as far as templates may see it.
package struct Invocation: Sendable {
  /// A random UUID.
  package var id: String
  package var startedAt: Timestamp
  /// dbt's verb: `build`, `run`, ….
  package var verb: String
  package var isFullRefresh: Bool
  /// Whether tests store their failing rows where their configuration says nothing.
  package var storesFailures: Bool
  /// Whether models read no rows of what they refer to.
  package var readsNothing: Bool

  package init(
    id: String = "00000000-0000-4000-8000-000000000000", startedAt: Timestamp = .now(),
    verb: String = "build",
    isFullRefresh: Bool = false, storesFailures: Bool = false, readsNothing: Bool = false
  ) {
    self.id = id
    self.startedAt = startedAt
    self.verb = verb
    self.isFullRefresh = isFullRefresh
    self.storesFailures = storesFailures
    self.readsNothing = readsNothing
  }
}
