/// A key in the form that decides equality: `1`, `1.0` and `True` are one key, as in Python.
enum DictKey: Hashable {
  case none
  case int(Int)
  case double(Double)
  case string(String)
  case tuple([DictKey])
  case identity(ObjectIdentifier)
}

/// A dict: entries in the order of their first insertion, shared by all who hold it.
package final class ValueDict: ValueHolder {
  private struct Slot {
    let key: Value
    let dictKey: DictKey
    var value: Value
  }

  /// Up to this many entries are searched one after the other.
  private static let linearLimit = 8

  private var slots: [Slot] = []
  /// The place of each key; empty while the dict is small.
  private var index: [DictKey: Int] = [:]

  package override init() {}

  package convenience init(_ entries: [(String, Value)]) {
    self.init()
    for (key, value) in entries { self[key] = value }
  }

  deinit {
    if slots.contains(where: { $0.value.holdsValues || $0.key.holdsValues }) { Teardown.empty(self) }
  }

  package var count: Int { slots.count }
  package var keys: [Value] { slots.map(\.key) }
  package var values: [Value] { slots.map(\.value) }
  package var entries: [(key: Value, value: Value)] { slots.map { ($0.key, $0.value) } }
  /// The keys that are strings, in order.
  package var names: [String] { slots.compactMap { $0.key.string } }

  /// The value of a string key; assigning nil removes it.
  package subscript(key: String) -> Value? {
    get { get(.string(key)) }
    set {
      if let newValue {
        set(.string(key), .string(key), newValue)
      } else {
        remove(.string(key))
      }
    }
  }

  /// The value of any key; throws if the key is a list, a dict or a namespace.
  package func value(for key: Value) throws -> Value? { get(try key.dictKey()) }

  package func setValue(_ value: Value, for key: Value) throws { set(try key.dictKey(), key, value) }

  func get(_ key: DictKey) -> Value? { find(key).map { slots[$0].value } }

  func set(_ dictKey: DictKey, _ key: Value, _ value: Value) {
    if let place = find(dictKey) {
      slots[place].value = value
      return
    }
    slots.append(Slot(key: key, dictKey: dictKey, value: value))
    if !index.isEmpty {
      index[dictKey] = slots.count - 1
    } else if slots.count > ValueDict.linearLimit {
      rebuildIndex()
    }
  }

  @discardableResult
  func remove(_ key: DictKey) -> Value? {
    guard let place = find(key) else { return nil }
    return removeSlot(at: place).value
  }

  /// Takes the newest entry.
  func removeLast() -> (key: Value, value: Value)? {
    slots.isEmpty ? nil : removeSlot(at: slots.count - 1)
  }

  private func removeSlot(at place: Int) -> (key: Value, value: Value) {
    let slot = slots.remove(at: place)
    if !index.isEmpty {
      if place == slots.count {
        index[slot.dictKey] = nil
      } else {
        rebuildIndex()
      }
    }
    return (slot.key, slot.value)
  }

  func removeAll() {
    slots = []
    index = [:]
  }

  override func moveValues(to orphans: inout [Value]) {
    for slot in slots {
      orphans.append(slot.key)
      orphans.append(slot.value)
    }
    removeAll()
  }

  func copy() -> ValueDict {
    let other = ValueDict()
    other.slots = slots
    other.index = index
    return other
  }

  func merge(_ other: ValueDict) {
    for slot in other.slots { set(slot.dictKey, slot.key, slot.value) }
  }

  private func find(_ key: DictKey) -> Int? {
    if !index.isEmpty { return index[key] }
    return slots.firstIndex { $0.dictKey == key }
  }

  private func rebuildIndex() {
    index.removeAll(keepingCapacity: true)
    guard slots.count > ValueDict.linearLimit else { return }
    for (place, slot) in slots.enumerated() { index[slot.dictKey] = place }
  }
}

extension Value {
  /// The value as a key; throws if it can change.
  func dictKey() throws -> DictKey {
    var budget = 100_000
    return try dictKey(depth: 0, budget: &budget)
  }

  private func dictKey(depth: Int, budget: inout Int) throws -> DictKey {
    budget -= 1
    switch self {
    case .none: return .none
    case .bool(let value): return .int(value ? 1 : 0)
    case .int(let value): return .int(value)
    case .double(let value): return Int(exactly: value).map { .int($0) } ?? .double(value)
    case .string(let value): return .string(value)
    case .tuple(let list):
      guard depth < 50, budget > list.items.count else {
        throw TemplateError.limit("a tuple is too large to be a key")
      }
      return .tuple(try list.items.map { try $0.dictKey(depth: depth + 1, budget: &budget) })
    case .function(let function): return .identity(ObjectIdentifier(function))
    case .macro(let macro): return .identity(ObjectIdentifier(macro))
    case .object(let object): return .identity(ObjectIdentifier(object))
    case .list, .dict, .namespace: throw TemplateError.runtime("unhashable type: '\(typeName)'")
    case .undefined(let undefined): throw undefined.error
    }
  }
}
