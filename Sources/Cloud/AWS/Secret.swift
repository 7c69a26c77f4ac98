/// A value that nobody shall see: it prints as `***`, in any way.
package struct Hidden<Value: Sendable>: Sendable {
  private let value: Value

  package init(_ value: Value) {
    self.value = value
  }

  /// The value itself, for signing and sending.
  package func reveal() -> Value { value }
}

/// A password, a key, a token.
package typealias Secret = Hidden<String>

extension Hidden: Equatable where Value: Equatable {}

extension Hidden: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
