extension Runner {
  package struct Options: Sendable {
    /// Whether the first failure ends the run.
    package var failsFast: Bool
    /// Whether incremental models are made from nothing.
    package var isFullRefresh: Bool
    /// Whether nodes run whose former results still stand.
    package var ignoresFormerResults: Bool
    /// Whether models are made a second time, of inputs in another order, to see that it makes no difference.
    package var shufflesInputs: Bool
    /// Whether a test that would warn fails.
    package var failsWarnings: Bool
    /// How many nodes run at a time.
    package var threadCount: Int
    /// From how many rows on a table's pages are read to show that its tests pass; the queries of smaller ones take no
    /// time.
    package var leastProvenRowCount: Int
    /// Asked between nodes: whether the user wants the run to end.
    package var shouldStop: @Sendable () -> Bool

    package init(
      failsFast: Bool = false, isFullRefresh: Bool = false, failsWarnings: Bool = false,
      ignoresFormerResults: Bool = false, shufflesInputs: Bool = false, threadCount: Int = 1,
      leastProvenRowCount: Int = 20_000, shouldStop: @escaping @Sendable () -> Bool = { false }
    ) {
      self.failsFast = failsFast
      self.isFullRefresh = isFullRefresh
      self.failsWarnings = failsWarnings
      self.ignoresFormerResults = ignoresFormerResults
      self.shufflesInputs = shufflesInputs
      self.threadCount = threadCount
      self.leastProvenRowCount = leastProvenRowCount
      self.shouldStop = shouldStop
    }
  }
}
