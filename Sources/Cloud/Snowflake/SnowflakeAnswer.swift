/// What the SQL API answers with, as far as it is read: ResultSet, QueryStatus and QueryFailureStatus in one.
struct SnowflakeAnswer: Decodable {
  struct MetaData: Decodable {
    var numRows: Int?
    var rowType: [RowType]?
    var partitionInfo: [Partition]?
  }

  struct RowType: Decodable {
    var name: String
    var type: String
    var scale: Int?
    var nullable: Bool?
  }

  struct Partition: Decodable {
    var rowCount: Int?
  }

  struct Statistics: Decodable {
    var numRowsInserted: Int?
    var numRowsUpdated: Int?
    var numRowsDeleted: Int?
  }

  var code: String?
  var sqlState: String?
  var message: String?
  var statementHandle: String?
  /// Of a request of several statements.
  var statementHandles: [String]?
  var resultSetMetaData: MetaData?
  var data: [[String?]]?
  var stats: Statistics?

  /// The handle, of the form that a path may have.
  var checkedHandle: String? {
    statementHandle.flatMap { Self.isHandle($0) ? $0 : nil }
  }

  static func isHandle(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        $0.lowercasedASCII.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-")
      }
  }

  var columns: [SnowflakeColumn] { (resultSetMetaData?.rowType ?? []).map(SnowflakeColumn.init) }

  var changes: SnowflakeResult.Changes? {
    stats.map {
      SnowflakeResult.Changes(
        insertedRowCount: $0.numRowsInserted ?? 0, updatedRowCount: $0.numRowsUpdated ?? 0,
        deletedRowCount: $0.numRowsDeleted ?? 0)
    }
  }
}

/// What the SQL API is asked.
struct SnowflakeBody: Encodable {
  struct Binding: Encodable {
    var type: String
    var value: String?

    private enum CodingKeys: CodingKey { case type, value }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(type, forKey: .type)
      // A null must be written, not left out.
      try container.encode(value, forKey: .value)
    }
  }

  var statement: String
  var timeout: Int?
  var database: String?
  var schema: String?
  var warehouse: String?
  var role: String?
  var bindings: [String: Binding]?
  /// Formats of dates and times are not set: only then do results have numbers for them, exact ones.
  var parameters: [String: String]

  init(
    _ sql: String, _ bindings: [SnowflakeBinding], timeoutSeconds: Int?, statementCount: Int,
    _ connection: SnowflakeConnection
  ) {
    statement = sql
    timeout = timeoutSeconds
    database = connection.database
    schema = connection.schema
    warehouse = connection.warehouse
    role = connection.role
    if !bindings.isEmpty {
      self.bindings = Dictionary(
        uniqueKeysWithValues: bindings.enumerated().map { index, binding in
          (String(index + 1), Binding(type: binding.wire.type, value: binding.wire.value))
        })
    }
    parameters = ["timezone": "UTC"]
    if let tag = connection.queryTag { parameters["query_tag"] = tag }
    if statementCount > 1 { parameters["MULTI_STATEMENT_COUNT"] = String(statementCount) }
  }
}
