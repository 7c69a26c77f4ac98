/// How template text is read: whitespace rules and the block tags that a host adds.
package struct Syntax: Sendable {
  /// Whether the line break behind a block tag is dropped.
  package var trimBlocks = false
  /// Whether blanks between the start of a line and a block tag are dropped.
  package var lstripBlocks = false
  /// Whether the last line break of the source is kept.
  package var keepsTrailingNewline = false
  package var blockTags: [BlockTag]
  package var limits = Limits()

  package init(blockTags: [BlockTag] = []) {
    self.blockTags = blockTags
  }
}

/// A block tag of the host: `{% name … %} … {% endname %}`, handed back as a `Definition`.
package struct BlockTag: Sendable, Equatable {
  /// What stands behind the tag's word.
  package enum Header: Sendable, Equatable {
    /// A name and parameters in parentheses, as in `{% macro name(a, b=1) %}`.
    case signature
    /// A name, then options: `{% materialization name, adapter='x', default %}`.
    case options
  }

  package enum Body: Sendable, Equatable {
    /// The body is template text.
    case template
    /// The body is kept as it is written.
    case raw
  }

  package let name: String
  package let header: Header
  package let body: Body

  package init(_ name: String, header: Header, body: Body = .template) {
    self.name = name
    self.header = header
    self.body = body
  }

  var endName: String { "end" + name }
}
