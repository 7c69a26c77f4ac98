import Diagnostics
import Sync
import Transform

/// Tells how an examination goes, link by link, or at its end as JSON.
final class CheckupWriter {
  private let console: Console
  private let form: ReportForm
  /// Whose links are told at the moment.
  private var group = ""

  init(_ console: Console, _ form: ReportForm) {
    self.console = console
    self.form = form
  }

  private func line(_ text: String) {
    if form == .text { console.log(text, .debugLine) }
  }

  func begin(_ versions: [(title: String, text: String)]) {
    for version in versions { line("\(version.title): \(version.text)") }
  }

  func write(_ check: LinkCheck) {
    if check.group != group { line("\(check.group):") }
    group = check.group
    switch check.outcome {
    case .sound(let what): line("  \(check.name): \(what) [OK found and valid]")
    case .broken: line("  \(check.name): [ERROR invalid]")
    case .unseen(let why): line("  \(check.name): \(why) [SKIPPED]")
    }
  }

  func end(_ checkup: Checkup) {
    let faults = checkup.diagnostics
    guard form == .text else { return console.data(JSONWriter.text(json(checkup))) }
    for fault in faults { console.report(fault) }
    line(
      faults.isEmpty ? "All checks passed!" : "\(faults.count) check\(faults.count == 1 ? "" : "s") failed")
  }

  private func json(_ checkup: Checkup) -> JSONValue {
    .object([
      "sound": .bool(checkup.diagnostics.isEmpty),
      "checks": .array(
        checkup.checks.map { check in
          var fields: [String: JSONValue] = ["group": .string(check.group), "name": .string(check.name)]
          switch check.outcome {
          case .sound(let what):
            fields["status"] = .string("ok")
            fields["detail"] = .string(what)
          case .unseen(let why):
            fields["status"] = .string("skipped")
            fields["detail"] = .string(why)
          case .broken(let diagnostics):
            fields["status"] = .string("error")
            fields["diagnostics"] = .array(
              diagnostics.map {
                .object([
                  "code": .string($0.code.rawValue), "message": .string($0.message),
                  "notes": .array($0.notes.map { .string($0) }),
                  "hints": .array($0.hints.map { .string($0) }),
                ])
              })
          }
          return .object(fields)
        }),
    ])
  }
}
