import Diagnostics

/// Something in a file that is no sound CSV. A value, not an error: the reader decides what it means.
package struct CSVFault: Sendable, Hashable {
  package enum Kind: Sendable, Hashable, CaseIterable {
    /// A quoted field that the file's end found open.
    case unterminatedQuote
    /// Something between a closing quote and the next delimiter.
    case textAfterQuote
    /// A quote inside a field that does not begin with one.
    case strayQuote
    /// Bytes that are no UTF-8.
    case invalidUTF8
    /// A field beyond the dialect's limit. Nothing behind it is read.
    case fieldTooLarge
    /// A row beyond the dialect's limit. Nothing behind it is read.
    case rowTooLarge
  }

  package let kind: Kind
  /// The row's index in the batch; the number of its rows where the fault ends the reading.
  package let row: Int
  /// Where in the file, in bytes from 0: the quote, the first wrong byte, or the field's or row's first byte.
  package let byteOffset: Int
  /// The line of that byte, from 1.
  package let line: Int

  /// Whether the splitter cannot go on.
  package var isFatal: Bool { kind == .fieldTooLarge || kind == .rowTooLarge }
}

extension CSVFault.Kind {
  package var code: DiagnosticCode {
    switch self {
    case .unterminatedQuote: .quoteUnterminated
    case .textAfterQuote, .strayQuote: .quoteInvalid
    case .invalidUTF8: .invalidUTF8
    case .fieldTooLarge, .rowTooLarge: .fieldTooLarge
    }
  }

  /// What is wrong, as a clause.
  package var reason: String {
    switch self {
    case .unterminatedQuote: "the quote that opens here is never closed"
    case .textAfterQuote: "there is text behind the closing quote"
    case .strayQuote: "there is a quote inside a field that is not quoted"
    case .invalidUTF8: "these bytes are not UTF-8"
    case .fieldTooLarge: "the field that begins here is too large"
    case .rowTooLarge: "the row that begins here is too large"
    }
  }

  /// What the file's owner can do about it.
  package var hint: String {
    switch self {
    case .unterminatedQuote: "close the quote, or double it (\"\") where it is part of the text"
    case .textAfterQuote, .strayQuote: "put the whole field in quotes and double (\"\") those inside it"
    case .invalidUTF8: "convert the file to UTF-8, for instance with `iconv -f WINDOWS-1252 -t UTF-8`"
    case .fieldTooLarge, .rowTooLarge: "a quote that is not closed can be the cause: look at that line"
    }
  }
}
