import Files
import SQLite

/// New tables of a layer, written in bulk, on several threads if wanted; nobody sees them before `commit`.
///
/// They go behind the end of the layer's file, or into a new file with copies of the tables that stay, which then
/// takes the old one's place.
package struct LayerWriter: ~Copyable {
  private let draft: Draft
  private let layer: Layer
  private var file: DatabaseFileExtension
  private var replacement: LayerReplacement?
  private var rest: LayerCopy?
  private var mark: ExtensionMark.Hold?
  private var names: [String] = []

  /// Writes behind the end of the layer's file.
  fileprivate init(_ draft: Draft, _ layer: Layer) throws {
    let path = draft.warehouse.draftFile(layer)
    let file = try DatabaseFileExtension(path: path)
    mark = try ExtensionMark.Hold(ExtensionMark(path), origin: file.origin)
    self.draft = draft
    self.layer = layer
    self.file = file
    replacement = nil
  }

  /// Writes to a new file, which gets a copy of the rest of the old one.
  fileprivate init(
    _ draft: Draft, _ replacement: consuming LayerReplacement, _ rest: LayerCopy, shouldStop: () -> Bool
  ) throws {
    var file = try DatabaseFileExtension(path: replacement.path)
    try rest.copyTables(to: &file, shouldStop: shouldStop)
    self.draft = draft
    layer = replacement.layer
    self.file = file
    self.rest = rest
    self.replacement = consume replacement
  }

  /// Begins a table. It replaces a table or view of its name.
  package mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    names.append(definition.name)
    return file.makeTable(definition)
  }

  /// Adds a table that was written to a file of its own. It replaces a table or view of its name.
  package mutating func adopt(_ table: DetachedTable) throws {
    names.append(table.definition.name)
    try table.copy(to: &file)
  }

  /// Makes the tables visible, in one transaction with what `complete` does with a connection that has the layer
  /// attached under the name that it is given. All tables must be finished.
  ///
  /// - Parameter connection: one to the draft that may write to the layer, where there is one already.
  package consuming func commit(
    through connection: Connection? = nil, _ complete: (Connection, _ schema: String) throws -> Void
  ) throws {
    let (draft, layer, names, rest, mark) = (draft, layer, names, rest, mark)
    let added = try file.finish()
    if let replacement = consume replacement {
      do {
        let connection = try Connection(path: replacement.path, access: .readWrite)
        try connection.execute("pragma synchronous = off")
        try Self.register(added, names, connection, "main") {
          try rest?.complete($0, $1)
          try complete($0, $1)
        }
      }
      try replacement.commit()
    } else {
      let connection = try connection ?? draft.connect(writing: [layer])
      try Self.register(added, names, connection, layer.schemaName, complete)
    }
    _ = mark
  }

  private static func register(
    _ added: AddedTables, _ names: [String], _ connection: Connection, _ schema: String,
    _ complete: (Connection, String) throws -> Void
  ) throws {
    try added.register(through: connection, schema: schema) {
      for name in names { try connection.dropRelation(named: name, inSchema: schema) }
    } complete: {
      try complete(connection, schema)
    }
  }
}

extension Draft {
  /// Begins tables that go behind the end of a layer's file.
  package func extend(_ layer: Layer) throws -> LayerWriter {
    try thaw(layer)
    return try LayerWriter(self, layer)
  }

  /// Begins tables that take the place of others of a layer.
  ///
  /// The pages of old tables stay in the file, free. So where they would be much of it, and where the file is a
  /// build's too and had to be copied before its first change anyway, a new file is made, with copies of what stays.
  ///
  /// - Parameters:
  ///   - names: tables of which nothing stays.
  ///   - share: how much of the layer's bytes they are, about, 0...1.
  package func rewrite(
    _ layer: Layer, replacing names: [String], share: Double, shouldStop: () -> Bool = { false }
  ) throws -> LayerWriter {
    let path = warehouse.draftFile(layer)
    let isShared = try FileSystem.status(path).map { $0.linkCount > 1 } ?? false
    let free = try DatabaseFileExtension.freeShare(of: path)
    if !isShared, share + free <= Self.largestFreeShare { return try extend(layer) }
    let rest = try LayerCopy(layer, at: path, exceptOf: names)
    return try LayerWriter(self, try replace(layer), rest, shouldStop: shouldStop)
  }

  /// Makes a layer's file anew without its free pages, if they are much of it. Connections must be closed.
  package func compact(_ layer: Layer) throws {
    let path = warehouse.draftFile(layer)
    guard try LayerFile.condition(of: path) == .writable,
      try DatabaseFileExtension.freeShare(of: path) > Self.largestFreeShare
    else { return }
    let rest = try LayerCopy(layer, at: path, exceptOf: [])
    try LayerWriter(self, try replace(layer), rest, shouldStop: { false }).commit { _, _ in }
  }

  private static let largestFreeShare = 0.4
}
