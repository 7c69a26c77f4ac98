/// The types of Thrift's compact protocol, as a field's header names them.
enum ThriftType: UInt8 {
  case boolTrue = 1
  case boolFalse = 2
  case i8 = 3
  case i16 = 4
  case i32 = 5
  case i64 = 6
  case double = 7
  case binary = 8
  case list = 9
  case set = 10
  case map = 11
  case structure = 12
  case uuid = 13
}

struct ThriftField {
  var id: Int
  var type: ThriftType
}

/// Reads Thrift's compact protocol from bytes that nobody vouches for: every length is checked against what is left,
/// so that nothing larger than the input is ever allocated.
struct ThriftReader {
  private static let maxDepth = 24

  private let base: UnsafeRawPointer?
  private let count: Int
  private(set) var position = 0
  private var depth = 0

  /// Reads from memory that outlives the reader.
  init(_ bytes: UnsafeRawBufferPointer) {
    base = bytes.baseAddress
    count = bytes.count
  }

  private var remaining: Int { count - position }

  private mutating func byte() throws(ParquetError) -> UInt8 {
    guard position < count, let base else { throw ParquetError(.truncated("its metadata end in the middle")) }
    defer { position += 1 }
    return base.load(fromByteOffset: position, as: UInt8.self)
  }

  private mutating func varint() throws(ParquetError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else {
        throw ParquetError(.damaged("its metadata hold an integer of more than 64 bits"))
      }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  private mutating func zigzag() throws(ParquetError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  // Structures

  /// The next field of a structure, or nil at its end. `last` holds the id of the field before, 0 at first.
  mutating func field(after last: inout Int) throws(ParquetError) -> ThriftField? {
    let header = try byte()
    if header == 0 { return nil }
    guard let type = ThriftType(rawValue: header & 0x0F) else {
      throw ParquetError(.damaged("its metadata hold a field of the unknown type \(header & 0x0F)"))
    }
    let delta = Int(header >> 4)
    let id = delta != 0 ? last + delta : Int(truncatingIfNeeded: try zigzag())
    guard (0...0x7FFF).contains(id) else {
      throw ParquetError(.damaged("its metadata hold a field numbered \(id)"))
    }
    last = id
    return ThriftField(id: id, type: type)
  }

  /// Enters a structure; `leave` comes when its end was read.
  mutating func enter() throws(ParquetError) {
    depth += 1
    guard depth <= Self.maxDepth else {
      throw ParquetError(.damaged("its metadata nest deeper than \(Self.maxDepth) levels"))
    }
  }

  mutating func leave() { depth -= 1 }

  // Values

  func expect(_ field: ThriftField, _ type: ThriftType) throws(ParquetError) {
    guard field.type == type else {
      throw ParquetError(.damaged("field \(field.id) of its metadata is a \(field.type), not a \(type)"))
    }
  }

  mutating func bool(_ field: ThriftField) throws(ParquetError) -> Bool {
    switch field.type {
    case .boolTrue: return true
    case .boolFalse: return false
    default:
      throw ParquetError(.damaged("field \(field.id) of its metadata is a \(field.type), not a boolean"))
    }
  }

  mutating func i8(_ field: ThriftField) throws(ParquetError) -> Int8 {
    try expect(field, .i8)
    return Int8(bitPattern: try byte())
  }

  mutating func i32(_ field: ThriftField) throws(ParquetError) -> Int {
    switch field.type {
    case .i32, .i16: return try i32Element()
    default:
      try expect(field, .i32)
      return 0
    }
  }

  mutating func i64(_ field: ThriftField) throws(ParquetError) -> Int {
    try expect(field, .i64)
    return Int(try zigzag())
  }

  mutating func i32Element() throws(ParquetError) -> Int {
    let value = try zigzag()
    guard let narrow = Int32(exactly: value) else {
      throw ParquetError(.damaged("its metadata hold \(value) where 32 bits are due"))
    }
    return Int(narrow)
  }

  mutating func i64Element() throws(ParquetError) -> Int { Int(try zigzag()) }

  mutating func boolElement() throws(ParquetError) -> Bool { try byte() == 1 }

  mutating func binary(_ field: ThriftField) throws(ParquetError) -> [UInt8] {
    try expect(field, .binary)
    return try binaryElement()
  }

  mutating func binaryElement() throws(ParquetError) -> [UInt8] {
    let length = try varint()
    guard length <= UInt64(remaining) else {
      throw ParquetError(.truncated("its metadata hold a text of \(length) bytes and end after \(remaining)"))
    }
    defer { position += Int(length) }
    return Array(UnsafeRawBufferPointer(start: base.map { $0 + position }, count: Int(length)))
  }

  mutating func string(_ field: ThriftField) throws(ParquetError) -> String {
    String(decoding: try binary(field), as: UTF8.self)
  }

  mutating func stringElement() throws(ParquetError) -> String {
    String(decoding: try binaryElement(), as: UTF8.self)
  }

  // Lists

  /// The number of elements of a list, each of at least one byte.
  mutating func list(_ field: ThriftField, of element: ThriftType) throws(ParquetError) -> Int {
    try expect(field, .list)
    let header = try listHeader()
    let isBool = element == .boolTrue && (header.element == 1 || header.element == 2)
    guard header.count == 0 || isBool || header.element == element.rawValue else {
      throw ParquetError(
        .damaged("field \(field.id) of its metadata lists elements of type \(header.element)"))
    }
    return header.count
  }

  private mutating func listHeader() throws(ParquetError) -> (count: Int, element: UInt8) {
    let header = try byte()
    let short = header >> 4
    let count = short == 15 ? try varint() : UInt64(short)
    guard count <= UInt64(remaining) else {
      throw ParquetError(.truncated("its metadata list \(count) elements and end after \(remaining) bytes"))
    }
    return (Int(count), header & 0x0F)
  }

  // What is unknown

  /// Reads over a value that nobody asked for.
  mutating func skip(_ type: ThriftType) throws(ParquetError) {
    switch type {
    case .boolTrue, .boolFalse: break
    default: try skipElement(type)
    }
  }

  private mutating func skipElement(_ type: ThriftType) throws(ParquetError) {
    switch type {
    case .boolTrue, .boolFalse, .i8: _ = try byte()
    case .i16, .i32, .i64: _ = try varint()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary:
      let length = try varint()
      try advance(Int(clamping: length))
    case .list, .set:
      try enter()
      let header = try listHeader()
      guard header.count == 0 || ThriftType(rawValue: header.element) != nil else {
        throw ParquetError(.damaged("its metadata list elements of the unknown type \(header.element)"))
      }
      if let element = ThriftType(rawValue: header.element) {
        for _ in 0..<header.count { try skipElement(element) }
      }
      leave()
    case .map: try skipMap()
    case .structure:
      try enter()
      var last = 0
      while let field = try field(after: &last) { try skip(field.type) }
      leave()
    }
  }

  private mutating func skipMap() throws(ParquetError) {
    let count = try varint()
    if count == 0 { return }
    guard count <= UInt64(remaining) else {
      throw ParquetError(.truncated("its metadata hold a map of \(count) entries"))
    }
    let types = try byte()
    guard let key = ThriftType(rawValue: types >> 4), let value = ThriftType(rawValue: types & 0x0F) else {
      throw ParquetError(.damaged("its metadata hold a map of unknown types"))
    }
    try enter()
    for _ in 0..<Int(count) {
      try skipElement(key)
      try skipElement(value)
    }
    leave()
  }

  private mutating func advance(_ bytes: Int) throws(ParquetError) {
    guard bytes <= remaining else {
      throw ParquetError(.truncated("its metadata end in the middle of a value"))
    }
    position += bytes
  }
}
