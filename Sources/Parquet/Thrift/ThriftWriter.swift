/// Writes Thrift's compact protocol. Fields are written in ascending order of their ids.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  /// The id of the last field of each structure that is open.
  private var lastIDs: [Int] = [0]

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func zigzag(_ value: Int) {
    varint(UInt64(bitPattern: Int64(value << 1) ^ Int64(value >> 63)))
  }

  private mutating func header(_ id: Int, _ type: ThriftType) {
    let delta = id - lastIDs[lastIDs.count - 1]
    precondition(delta > 0, "fields are written in order")
    if delta <= 15 {
      bytes.append(UInt8(delta << 4) | type.rawValue)
    } else {
      bytes.append(type.rawValue)
      zigzag(id)
    }
    lastIDs[lastIDs.count - 1] = id
  }

  mutating func bool(_ id: Int, _ value: Bool) { header(id, value ? .boolTrue : .boolFalse) }

  mutating func i8(_ id: Int, _ value: Int8) {
    header(id, .i8)
    bytes.append(UInt8(bitPattern: value))
  }

  mutating func i16(_ id: Int, _ value: Int) {
    header(id, .i16)
    zigzag(value)
  }

  mutating func i32(_ id: Int, _ value: Int) {
    header(id, .i32)
    zigzag(value)
  }

  mutating func i64(_ id: Int, _ value: Int) {
    header(id, .i64)
    zigzag(value)
  }

  mutating func binary(_ id: Int, _ value: some Collection<UInt8>) {
    header(id, .binary)
    binaryElement(value)
  }

  mutating func string(_ id: Int, _ value: String) { binary(id, value.utf8) }

  mutating func structure(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
    header(id, .structure)
    structureElement(body)
  }

  /// A structure that stands by itself or in a list.
  mutating func structureElement(_ body: (inout ThriftWriter) -> Void) {
    lastIDs.append(0)
    body(&self)
    lastIDs.removeLast()
    bytes.append(0)
  }

  mutating func list<Element>(
    _ id: Int, of type: ThriftType, _ elements: some Collection<Element>,
    _ body: (inout ThriftWriter, Element) -> Void
  ) {
    header(id, .list)
    if elements.count < 15 {
      bytes.append(UInt8(elements.count << 4) | type.rawValue)
    } else {
      bytes.append(0xF0 | type.rawValue)
      varint(UInt64(elements.count))
    }
    for element in elements { body(&self, element) }
  }

  mutating func intElement(_ value: Int) { zigzag(value) }

  mutating func boolElement(_ value: Bool) { bytes.append(value ? 1 : 2) }

  mutating func binaryElement(_ value: some Collection<UInt8>) {
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }
}
