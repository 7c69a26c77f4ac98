/// A reference that holds values, and so may be one of a million nested in each other.
package class ValueHolder {
  /// Gives up all values held, onto the end of an array.
  func moveValues(to orphans: inout [Value]) {}
}

/// Frees nested holders one after the other rather than one within the other.
///
/// A template can nest a list a million deep; freeing that recursively would overflow the stack. So a holder that
/// goes away hands its values to this loop, which empties those that nobody else holds before it lets go of them.
enum Teardown {
  static func empty(_ holder: ValueHolder) {
    var orphans: [Value] = []
    holder.moveValues(to: &orphans)
    while !orphans.isEmpty {
      var next = take(&orphans)
      if isKnownUniquelyReferenced(&next) { next?.moveValues(to: &orphans) }
    }
  }

  /// Takes the holder out of the last value. Not inlined: on return no hidden copy may keep the holder alive.
  @inline(never)
  private static func take(_ orphans: inout [Value]) -> ValueHolder? {
    switch orphans.popLast() {
    case .list(let list), .tuple(let list): list
    case .dict(let dict): dict
    case .namespace(let namespace): namespace
    case .function(let function): function
    case .undefined(let undefined): undefined
    case .object(let object): object as? ValueHolder
    default: nil
    }
  }
}

extension Value {
  /// Whether freeing the value may free others.
  var holdsValues: Bool {
    switch self {
    case .list, .tuple, .dict, .namespace, .function, .undefined, .object: true
    default: false
    }
  }
}
