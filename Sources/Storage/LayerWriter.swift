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
  private var names: [String] = []

  /// Writes behind the end of the layer's file.
  fileprivate init(_ draft: Draft, _ layer: Layer) throws {
    let path = draft.warehouse.draftFile(layer)
    let file = try DatabaseFileExtension(path: path)
    try ExtensionMark(path).set(file.pageCount)
    self.draft = draft
    self.layer = layer
    self.file = file
    replacement = nil
  }

  /// Writes to a new file.
  fileprivate init(_ draft: Draft, _ replacement: consuming LayerReplacement) throws {
    let file = try DatabaseFileExtension(path: replacement.path)
    self.draft = draft
    layer = replacement.layer
    self.file = file
    self.replacement = consume replacement
  }

  /// Begins a table. It replaces a table or view of its name.
  package mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    names.append(definition.name)
    return file.makeTable(definition)
  }

  /// Makes the tables visible, in one transaction with what `complete` does with a connection that has the layer
  /// attached under the name that it is given. All tables must be finished.
  ///
  /// - Parameter connection: one to the draft that may write to the layer, where there is one already.
  package consuming func commit(
    through connection: Connection? = nil, _ complete: (Connection, _ schema: String) throws -> Void
  ) throws {
    let (draft, layer, names) = (draft, layer, names)
    let added = try file.finish()
    if let replacement = consume replacement {
      do {
        let connection = try Connection(path: replacement.path, access: .readWrite)
        try connection.execute("pragma synchronous = off; pragma cache_size = -16384")
        try Self.register(added, names, connection, "main", complete)
      }
      try replacement.commit()
    } else {
      let connection = try connection ?? draft.connect(writing: [layer])
      try Self.register(added, names, connection, layer.schemaName, complete)
      try ExtensionMark(draft.warehouse.draftFile(layer)).remove()
    }
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
  /// The pages of old tables stay in the file, free. So where they would be much of it, a new file is made, with
  /// copies of what stays.
  ///
  /// - Parameters:
  ///   - names: tables of which nothing stays.
  ///   - share: how much of the layer's bytes they are, about, 0...1.
  package func rewrite(
    _ layer: Layer, replacing names: [String], share: Double, shouldStop: () -> Bool = { false }
  ) throws -> LayerWriter {
    let path = warehouse.draftFile(layer)
    let free = try DatabaseFileExtension.freeShare(of: path)
    if share + free <= Self.largestFreeShare { return try extend(layer) }
    let replacement = try replace(layer)
    try LayerCopy(layer, from: path, to: replacement.path).copy(exceptOf: names, shouldStop: shouldStop)
    return try LayerWriter(self, replacement)
  }

  private static let largestFreeShare = 0.25
}

/// A file beside a layer's, which says that the layer is being extended, and what its number of pages was before.
struct ExtensionMark {
  private let layerPath: String
  private var path: String { "\(layerPath)-extension" }

  init(_ layerPath: String) {
    self.layerPath = layerPath
  }

  func set(_ pageCount: Int) throws {
    try FileSystem.write("\(pageCount)\n".utf8, to: path, isDurable: false)
  }

  func remove() throws {
    try FileSystem.remove(path)
  }

  /// Takes away what a process left that died while it extended the layer. The file has no open transaction.
  func settle() throws {
    guard FileSystem.exists(path) else { return }
    if let pageCount = Int(try FileSystem.readText(path).prefix { $0 != "\n" }) {
      try AddedTables.retract(path: layerPath, to: pageCount)
    }
    try remove()
  }
}
