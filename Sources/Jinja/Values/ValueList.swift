/// The items of a list or tuple, shared by all who hold it.
package final class ValueList: ValueHolder {
  package var items: [Value]
  /// The type's name, if this is what `items()`, `keys()` or `values()` of a dict gives: it has no subscripts.
  let viewName: String?

  package init(_ items: [Value] = []) {
    self.items = items
    viewName = nil
  }

  init(_ items: [Value], viewName: String) {
    self.items = items
    self.viewName = viewName
  }

  deinit {
    if items.contains(where: \.holdsValues) { Teardown.empty(self) }
  }

  override func moveValues(to orphans: inout [Value]) {
    orphans.append(contentsOf: items)
    items = []
  }
}

/// The variables of `namespace()`: the one thing that a loop can assign to and keep.
package final class Namespace: ValueHolder {
  package let attributes: ValueDict

  package init(_ attributes: ValueDict = ValueDict()) { self.attributes = attributes }

  deinit { Teardown.empty(self) }

  override func moveValues(to orphans: inout [Value]) { attributes.moveValues(to: &orphans) }
}
