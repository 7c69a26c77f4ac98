/// A macro, a call block's body, or a host's block, as a template declares it.
package final class Definition: Sendable {
  /// A parameter, with the expression that stands for it when a call leaves it out.
  package struct Parameter: Sendable {
    package let name: String
    let defaultValue: ExpressionNode?

    /// Whether a call may leave it out.
    package var hasDefault: Bool { defaultValue != nil }
    /// The default, if it is written as a literal.
    package var constantDefault: Constant? { defaultValue?.constant }
  }

  /// An option of a host's block tag: `adapter='x'`, or the bare word `default` whose value is nil.
  package struct Option: Sendable, Equatable {
    package let name: String
    package let value: Constant?
  }

  /// The tag's word: `macro`, or that of a `BlockTag`.
  package let tag: String
  package let name: String
  package let parameters: [Parameter]
  package let options: [Option]
  /// The whole block, from its opening to its closing tag.
  package let span: SourceSpan
  /// What stands between the opening and the closing tag.
  package let bodySpan: SourceSpan
  package let source: Source
  let body: [Statement]
  /// Whether the body speaks of `varargs`, `kwargs` and `caller`: only then does a call accept them.
  let usesVarargs: Bool
  let usesKwargs: Bool
  let usesCaller: Bool

  init(
    tag: String, name: String, parameters: [Parameter], options: [Option] = [], span: SourceSpan,
    bodySpan: SourceSpan, source: Source, body: [Statement], uses: Set<String> = []
  ) {
    self.tag = tag
    self.name = name
    self.parameters = parameters
    self.options = options
    self.span = span
    self.bodySpan = bodySpan
    self.source = source
    self.body = body
    usesVarargs = uses.contains("varargs")
    usesKwargs = uses.contains("kwargs")
    usesCaller = uses.contains("caller")
  }

  /// The block as it is written, with its tags.
  package var text: String { source.text(in: span) }
  /// The body as it is written.
  package var bodyText: String { source.text(in: bodySpan) }

  package func option(_ name: String) -> Option? {
    options.first { $0.name == name }
  }
}

extension Source {
  /// The text between two byte offsets.
  package func text(in span: SourceSpan) -> String {
    let bytes = text.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: min(max(Int(span.start), 0), bytes.count))
    let end = bytes.index(bytes.startIndex, offsetBy: min(max(Int(span.end), 0), bytes.count))
    return start <= end ? String(decoding: bytes[start..<end], as: UTF8.self) : ""
  }
}
