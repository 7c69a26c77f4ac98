/// A database of the catalog.
package struct GlueDatabase: Sendable, Codable, Equatable {
  package var name: String
  package var description: String?
  /// The folder that tables lie in where they do not say another.
  package var locationURI: String?
  package var parameters: [String: String]?

  package init(
    name: String, description: String? = nil, locationURI: String? = nil, parameters: [String: String]? = nil
  ) {
    self.name = name
    self.description = description
    self.locationURI = locationURI
    self.parameters = parameters
  }

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case description = "Description"
    case locationURI = "LocationUri"
    case parameters = "Parameters"
  }
}

/// A column, with its type as Hive spells it: `bigint`, `decimal(10,2)`.
package struct GlueColumn: Sendable, Codable, Equatable {
  package var name: String
  package var type: String?
  package var comment: String?

  package init(_ name: String, _ type: String, comment: String? = nil) {
    self.name = name
    self.type = type
    self.comment = comment
  }

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case type = "Type"
    case comment = "Comment"
  }
}

/// How the bytes of rows are read and written.
package struct GlueSerDe: Sendable, Codable, Equatable {
  package var name: String?
  package var serializationLibrary: String?
  package var parameters: [String: String]?

  package init(name: String? = nil, serializationLibrary: String? = nil, parameters: [String: String]? = nil)
  {
    self.name = name
    self.serializationLibrary = serializationLibrary
    self.parameters = parameters
  }

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case serializationLibrary = "SerializationLibrary"
    case parameters = "Parameters"
  }
}

/// Where the rows of a table lie, and in what form.
package struct GlueStorage: Sendable, Codable, Equatable {
  package var columns: [GlueColumn]?
  package var location: String?
  package var inputFormat: String?
  package var outputFormat: String?
  package var isCompressed: Bool?
  package var serDe: GlueSerDe?
  package var parameters: [String: String]?

  package init(
    columns: [GlueColumn], location: String, inputFormat: String? = nil, outputFormat: String? = nil,
    isCompressed: Bool? = nil, serDe: GlueSerDe? = nil, parameters: [String: String]? = nil
  ) {
    self.columns = columns
    self.location = location
    self.inputFormat = inputFormat
    self.outputFormat = outputFormat
    self.isCompressed = isCompressed
    self.serDe = serDe
    self.parameters = parameters
  }

  /// Of Parquet files.
  package static func parquet(columns: [GlueColumn], location: String) -> GlueStorage {
    GlueStorage(
      columns: columns, location: location,
      inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat", isCompressed: false,
      serDe: GlueSerDe(
        serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        parameters: ["serialization.format": "1"]))
  }

  enum CodingKeys: String, CodingKey {
    case columns = "Columns"
    case location = "Location"
    case inputFormat = "InputFormat"
    case outputFormat = "OutputFormat"
    case isCompressed = "Compressed"
    case serDe = "SerdeInfo"
    case parameters = "Parameters"
  }
}

/// What a table is to be (`TableInput`).
package struct GlueTableInput: Sendable, Codable, Equatable {
  package var name: String
  package var description: String?
  package var owner: String?
  package var tableType: String?
  package var storage: GlueStorage?
  package var partitionKeys: [GlueColumn]?
  package var parameters: [String: String]?
  package var viewOriginalText: String?
  package var viewExpandedText: String?

  package init(
    name: String, description: String? = nil, owner: String? = nil, tableType: String? = "EXTERNAL_TABLE",
    storage: GlueStorage? = nil, partitionKeys: [GlueColumn]? = [], parameters: [String: String]? = nil
  ) {
    self.name = name
    self.description = description
    self.owner = owner
    self.tableType = tableType
    self.storage = storage
    self.partitionKeys = partitionKeys
    self.parameters = parameters
  }

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case description = "Description"
    case owner = "Owner"
    case tableType = "TableType"
    case storage = "StorageDescriptor"
    case partitionKeys = "PartitionKeys"
    case parameters = "Parameters"
    case viewOriginalText = "ViewOriginalText"
    case viewExpandedText = "ViewExpandedText"
  }
}

/// A table as the catalog has it.
package struct GlueTable: Sendable, Decodable, Equatable {
  /// What it was made of; changed, it can be given back.
  package var input: GlueTableInput
  package let databaseName: String?
  /// By which an update says what it was made from. Some servers count none.
  package let versionID: String?

  package var name: String { input.name }

  private enum CodingKeys: String, CodingKey {
    case databaseName = "DatabaseName"
    case versionID = "VersionId"
  }

  package init(from decoder: any Decoder) throws {
    input = try GlueTableInput(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    databaseName = try container.decodeIfPresent(String.self, forKey: .databaseName)
    versionID = try container.decodeIfPresent(String.self, forKey: .versionID)
  }
}

/// One of many things that could not be done.
package struct GlueBatchFault: Sendable, Equatable {
  /// Of the table or job run.
  package let name: String
  package let code: String
  package let message: String
}

/// `ErrorDetail` of the reference.
struct GlueErrorDetail: Decodable {
  var code: String?
  var message: String?

  enum CodingKeys: String, CodingKey {
    case code = "ErrorCode"
    case message = "ErrorMessage"
  }

  func fault(_ name: String?) -> GlueBatchFault {
    GlueBatchFault(name: name ?? "", code: code ?? "", message: message ?? "")
  }
}
