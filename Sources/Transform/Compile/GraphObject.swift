import Jinja

/// `graph`: the nodes and sources of the project, as far as they are known when it is asked.
final class GraphObject: TemplateObject {
  private unowned let host: TemplateHost

  init(_ host: TemplateHost) {
    self.host = host
  }

  var typeName: String { "graph" }
  var attributeNames: [String] { ["nodes", "sources", "exposures", "metrics", "groups"] }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "nodes": entries { $0.resourceType != .source && $0.resourceType != .unitTest }
    case "sources": entries { $0.resourceType == .source }
    case "exposures", "metrics", "groups", "semantic_models", "saved_queries", "unit_tests":
      .dict([(String, Value)]())
    default: nil
    }
  }

  private func entries(_ isWanted: (Node) -> Bool) -> Value {
    let nodes = (host.manifest?.nodes ?? [:]).values.filter(isWanted).sorted { $0.uniqueID < $1.uniqueID }
    return .dict(nodes.map { ($0.uniqueID, NodeScopes.model($0)) })
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    guard name == "get" else { return nil }
    let arguments = try call.bind(["key", "default"], required: 1)
    return try attribute(try arguments.string(0) ?? "") ?? arguments.value(1)
  }
}
