/// A flat column: its name, how its values are stored and what they mean.
package struct Column: Sendable, Hashable {
  package var name: String
  package var physicalType: PhysicalType
  package var logicalType: LogicalType?
  package var isNullable: Bool
  /// Its place among the leaves of the schema, nested ones counted.
  package internal(set) var leafIndex = 0

  package init(
    _ name: String, _ physicalType: PhysicalType, _ logicalType: LogicalType? = nil, isNullable: Bool = true
  ) {
    self.name = name
    self.physicalType = physicalType
    self.logicalType = logicalType
    self.isNullable = isNullable
  }

  /// How two values compare for statistics; nil where the specification gives no order.
  var order: ValueOrder? {
    switch (physicalType, logicalType) {
    case (.int96, _), (_, .unknown), (_, .other): nil
    case (.int32, .integer(_, isSigned: false)): .uint32
    case (.int64, .integer(_, isSigned: false)): .uint64
    case (.boolean, _): .boolean
    case (.int32, _): .int32
    case (.int64, _): .int64
    case (.float, _): .float
    case (.double, _): .double
    // Two's complement of any length: left out, as many writers do.
    case (.byteArray, .decimal): nil
    case (.fixedLengthByteArray, .decimal): .signedBytes
    case (.fixedLengthByteArray, .float16): nil
    case (.byteArray, _), (.fixedLengthByteArray, _): .bytes
    }
  }
}

/// The orders in which least and greatest values are meant.
enum ValueOrder {
  case boolean, int32, int64, uint32, uint64, float, double
  /// Unsigned, byte by byte.
  case bytes
  /// Two's complement, highest byte first, all of one length.
  case signedBytes
}

/// The columns of a file.
package struct Schema: Sendable, Hashable {
  /// The flat columns in their order.
  package let columns: [Column]
  /// The columns that are lists, maps or structures; they cannot be read.
  package let nestedNames: [String]
  /// How many leaves there are, those of nested columns counted.
  let leafCount: Int

  package init(_ columns: [Column]) {
    self.columns = columns.enumerated().map { index, column in
      var column = column
      column.leafIndex = index
      return column
    }
    nestedNames = []
    leafCount = columns.count
  }

  init(columns: [Column], nestedNames: [String], leafCount: Int) {
    self.columns = columns
    self.nestedNames = nestedNames
    self.leafCount = leafCount
  }

  /// The place of a flat column; a nested one is refused by name.
  package func index(of name: String) throws(ParquetError) -> Int? {
    if let index = columns.firstIndex(where: { $0.name == name }) { return index }
    if nestedNames.contains(name) { throw Self.nested(name) }
    return nil
  }

  static func nested(_ name: String) -> ParquetError {
    ParquetError(.unsupported("it is a list, map or structure, and only flat columns are read"), column: name)
  }

  /// What cannot be written, if anything.
  func validate() throws(ParquetError) {
    var names: Set<String> = []
    for column in columns {
      guard names.insert(column.name).inserted else {
        throw ParquetError(.unwritable("two columns are named so"), column: column.name)
      }
      if let misfit = column.logicalType?.misfit(column.physicalType) {
        throw ParquetError(.unwritable(misfit), column: column.name)
      }
      if column.physicalType == .int96 {
        throw ParquetError(.unwritable("INT96 is deprecated and only read"), column: column.name)
      }
    }
  }
}

/// `SchemaElement` of parquet.thrift: a node of the schema's tree, which is stored depth first.
struct SchemaElement {
  var name = ""
  var type: Int?
  var typeLength: Int?
  var repetition: Int?
  var childCount: Int?
  var convertedType: Int?
  var scale: Int?
  var precision: Int?
  var logicalType: LogicalType?

  static func read(_ reader: inout ThriftReader) throws(ParquetError) -> SchemaElement {
    try reader.enter()
    defer { reader.leave() }
    var element = SchemaElement()
    var hasName = false
    var last = 0
    while let field = try reader.field(after: &last) {
      switch field.id {
      case 1: element.type = try reader.i32(field)
      case 2: element.typeLength = try reader.i32(field)
      case 3: element.repetition = try reader.i32(field)
      case 4:
        element.name = try reader.string(field)
        hasName = true
      case 5: element.childCount = try reader.i32(field)
      case 6: element.convertedType = try reader.i32(field)
      case 7: element.scale = try reader.i32(field)
      case 8: element.precision = try reader.i32(field)
      case 10:
        try reader.expect(field, .structure)
        element.logicalType = try LogicalType.read(&reader)
      default: try reader.skip(field.type)
      }
    }
    guard hasName else { throw ParquetError(.damaged("an element of its schema has no name")) }
    return element
  }

  static func root(columnCount: Int) -> SchemaElement {
    SchemaElement(name: "schema", childCount: columnCount)
  }

  init(
    name: String = "", type: Int? = nil, typeLength: Int? = nil, repetition: Int? = nil,
    childCount: Int? = nil
  ) {
    self.name = name
    self.type = type
    self.typeLength = typeLength
    self.repetition = repetition
    self.childCount = childCount
  }

  init(_ column: Column) {
    name = column.name
    type = column.physicalType.code
    if case .fixedLengthByteArray(let length) = column.physicalType { typeLength = length }
    repetition = column.isNullable ? 1 : 0
    logicalType = column.logicalType
    convertedType = column.logicalType?.convertedType
    if case .decimal(let precision, let scale) = column.logicalType {
      self.precision = precision
      self.scale = scale
    }
  }

  func write(_ writer: inout ThriftWriter) {
    writer.structureElement {
      if let type { $0.i32(1, type) }
      if let typeLength { $0.i32(2, typeLength) }
      if let repetition { $0.i32(3, repetition) }
      $0.string(4, name)
      if let childCount { $0.i32(5, childCount) }
      if let convertedType { $0.i32(6, convertedType) }
      if let scale { $0.i32(7, scale) }
      if let precision { $0.i32(8, precision) }
      if let logicalType { $0.structure(10) { logicalType.write(&$0) } }
    }
  }

  /// The column of a leaf below the root.
  func column(leafIndex: Int) throws(ParquetError) -> Column {
    guard let type else { throw ParquetError(.damaged("it has neither a type nor children"), column: name) }
    let physical: PhysicalType
    do {
      physical = try PhysicalType(code: type, length: typeLength)
    } catch {
      throw error.at(column: name)
    }
    guard repetition == 0 || repetition == 1 else {
      throw ParquetError(
        .damaged("it has the unknown repetition \(repetition.map(String.init) ?? "none")"), column: name)
    }
    var logical = logicalType
    if logical == nil || logical?.misfit(physical) != nil, let convertedType {
      logical = LogicalType(convertedType: convertedType, precision: precision, scale: scale) ?? logical
    }
    // An annotation that makes no sense for the stored type is passed over, as other readers do.
    if let found = logical, found.misfit(physical) != nil { logical = nil }
    var column = Column(name, physical, logical, isNullable: repetition == 1)
    column.leafIndex = leafIndex
    return column
  }
}

extension Schema {
  /// The schema of a tree of elements, depth first.
  init(elements: [SchemaElement]) throws(ParquetError) {
    guard let root = elements.first, let topCount = root.childCount, topCount >= 0 else {
      throw ParquetError(.damaged("its schema has no root"))
    }
    var columns: [Column] = []
    var nested: [String] = []
    var index = 1
    var leafCount = 0
    for _ in 0..<topCount {
      guard index < elements.count else { throw ParquetError(.damaged("its schema ends in the middle")) }
      let element = elements[index]
      if element.childCount ?? 0 > 0 || element.repetition == 2 {
        nested.append(element.name)
        leafCount += try Self.skipTree(elements, &index)
      } else {
        columns.append(try element.column(leafIndex: leafCount))
        leafCount += 1
        index += 1
      }
    }
    guard index == elements.count else {
      throw ParquetError(.damaged("its schema has \(elements.count - index) elements too many"))
    }
    self.init(columns: columns, nestedNames: nested, leafCount: leafCount)
  }

  /// Moves past an element and all below it, and returns how many leaves they are. Needs no stack.
  private static func skipTree(_ elements: [SchemaElement], _ index: inout Int) throws(ParquetError) -> Int {
    var pending = 1
    var leaves = 0
    while pending > 0 {
      guard index < elements.count else { throw ParquetError(.damaged("its schema ends in the middle")) }
      let children = elements[index].childCount ?? 0
      guard children >= 0, children <= elements.count else {
        throw ParquetError(.damaged("an element of its schema has \(children) children"))
      }
      if children == 0 { leaves += 1 }
      pending += children - 1
      index += 1
    }
    return leaves
  }
}
