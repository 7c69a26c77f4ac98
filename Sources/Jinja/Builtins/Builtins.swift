/// What Jinja itself offers to every template.
enum Builtins {
  static let filters: [String: Environment.Body] = [
    textFilters, layoutFilters, markupFilters, numberFilters, sequenceFilters, selectionFilters, orderFilters,
  ].reduce(into: [:]) { all, some in all.merge(some) { _, new in new } }
}

extension Call {
  /// What a filter or test is applied to.
  package var subject: Value { arguments.first ?? .none }

  /// The subject as text, as most text filters take it.
  func subjectText() throws -> String {
    if case .undefined(let undefined) = subject, undefined.policy == .strict { throw undefined.error }
    return try subject.text(byteLimit: byteLimit)
  }

  var byteLimit: Int { renderer.environment.limits.outputByteCount }
}

extension BoundArguments {
  /// Throws unless the list or text that a filter would make of `count` parts is within the limits.
  func check(_ count: Int, atMost limit: Int) throws {
    guard count <= limit else {
      throw TemplateError.limit("\(name)() would make \(count) parts: more than \(limit)")
    }
  }
}
