/// What a command leaves to the end of the process.
enum ProcessEnd {
  /// Keeps a value until the process ends, which is next: to free a project node by node takes longer than all of its
  /// memory at once.
  static func keep<Value>(_ value: Value) {
    _ = Unmanaged.passRetained(Box(value))
  }

  private final class Box<Value> {
    let value: Value

    init(_ value: Value) { self.value = value }
  }
}
