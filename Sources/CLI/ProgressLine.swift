import Storage

/// One line on a terminal that says how far a long command is: percentage, rate and time left.
struct ProgressLine {
  private let console: Console
  private let stopwatch = Stopwatch()
  private var lastSeconds = -1.0

  init(_ console: Console) {
    self.console = console
  }

  /// Redraws the line, at most ten times a second.
  ///
  /// - Parameters:
  ///   - fraction: of the work that is done.
  ///   - text: what is being done, and how much of it.
  ///   - rate: how fast, in words; empty for none.
  mutating func update(fraction: Double, text: String, rate: (Double) -> String) {
    guard console.isErrorTerminal else { return }
    let seconds = stopwatch.seconds
    guard seconds - lastSeconds >= 0.1 else { return }
    lastSeconds = seconds
    let percent = Int(min(max(fraction, 0), 1) * 100)
    var line =
      "\(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0))\(percent)%  \(text)"
    if seconds > 0.5, fraction > 0.001 {
      line += "  \(rate(seconds))  ETA \(Self.duration(seconds / fraction - seconds))"
    }
    console.progress(line)
  }

  func end() { console.endProgress() }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 359_999).rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m\(whole % 60)s" }
    return "\(whole / 3600)h\(whole / 60 % 60)m"
  }
}

/// Numbers for people.
enum NumberText {
  /// `17,055,841`.
  static func grouped(_ number: Int) -> String {
    var groups: [String] = []
    var rest = String(abs(number))
    while rest.count > 3 {
      groups.insert(String(rest.suffix(3)), at: 0)
      rest.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([rest] + groups).joined(separator: ",")
  }

  /// One decimal.
  static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
