import Cloud
import Diagnostics

/// Looks at what the mirror needs of Snowflake: login, role, warehouse, database, schemas, and the grants that Terraform's role
/// has. It changes nothing.
package struct SnowflakeDoctor {
  package static let group = "Snowflake"

  /// Uses warehouse and database as the mirror does.
  private let client: SnowflakeClient
  /// Names neither, so that a login says nothing of them.
  private let bare: SnowflakeClient

  /// - Parameter environment: for certificates and proxies.
  package init(_ connection: SnowflakeConnection, environment: [String: String]) throws {
    client = try SnowflakeClient(connection, environment: environment)
    var place = connection
    (place.warehouse, place.database, place.schema) = (nil, nil, nil)
    bare = try SnowflakeClient(place, environment: environment)
  }

  /// What the login is, as Snowflake has it.
  private struct Session {
    let user: String
    let role: String
    let warehouse: String?
    let database: String?
  }

  package func examine(_ checkup: inout Checkup) {
    var session: Session?
    checkup.check(Self.group, "login") {
      let found = try logIn()
      session = found
      return .sound("\(found.user) in \(client.connection.account)")
    }
    guard let session else { return }
    checkup.check(Self.group, "role") { try lookAtRole(session) }
    checkup.check(Self.group, "warehouse", after: ["role"]) { try lookAtWarehouse(session) }
    var shown = Shown()
    checkup.check(Self.group, "database", after: ["role"]) {
      let finding = try lookAtDatabase(session)
      shown = try show(session)
      return finding
    }
    for schema in MirrorGrants.schemas {
      checkup.check(Self.group, "schema \(schema.name)", after: ["database"]) {
        try lookAt(schema, session, shown)
      }
    }
  }

  private func logIn() throws -> Session {
    let row =
      try bare.run(
        "select current_user(), current_role(), current_warehouse(), current_database()"
      ).rows.first ?? []
    func text(_ index: Int) -> String? { row.indices.contains(index) ? row[index].text : nil }
    guard let user = text(0), let role = text(1) else {
      throw CloudError(.response, "Snowflake does not say who is logged in")
    }
    return Session(user: user, role: role, warehouse: text(2), database: text(3))
  }

  private func lookAtRole(_ session: Session) throws -> Finding {
    if let wanted = client.connection.role.map(SnowflakeSQL.storedName), wanted != session.role {
      throw wrong(
        "the session has the role \(session.role), where \(wanted) is asked for",
        "grant role \(SnowflakeSQL.identifier(wanted)) to user \(SnowflakeSQL.identifier(session.user))")
    }
    return .sound(session.role)
  }

  private func lookAtWarehouse(_ session: Session) throws -> Finding {
    guard let name = client.connection.warehouse.map(SnowflakeSQL.storedName) ?? session.warehouse else {
      throw SyncError(
        .cloudSetupWrong, "no warehouse is named, and \(session.user) has none of its own",
        hints: ["set `warehouse` of the output in profiles.yml"])
    }
    let found = try bare.run("show warehouses")
    let names = rows(found, ["name", "state", "auto_resume"])
    guard let row = names.first(where: { $0[0] == name }) else {
      throw wrong(
        "there is no warehouse \(name), or \(session.role) may not use it",
        MirrorGrants.statement("USAGE", "WAREHOUSE", SnowflakeSQL.identifier(name), to: session.role))
    }
    let state = row[1] ?? ""
    if state == "SUSPENDED", row[2]?.lowercased() == "false" {
      throw wrong(
        "the warehouse \(name) is suspended and does not resume by itself",
        "alter warehouse \(SnowflakeSQL.identifier(name)) set auto_resume = true")
    }
    // A warehouse that may be seen need not be one that may be used.
    do {
      _ = try client.run("select count(*) from information_schema.schemata")
    } catch let error as CloudError {
      guard error.service?.kind == .accessDenied || error.serviceCode == "000606" else { throw error }
      throw wrong(
        "the warehouse \(name) does not run statements: \(error.message)",
        MirrorGrants.statement("USAGE", "WAREHOUSE", SnowflakeSQL.identifier(name), to: session.role))
    }
    return .sound("\(name), \(state.lowercased())")
  }

  private func lookAtDatabase(_ session: Session) throws -> Finding {
    guard let name = database(session) else {
      throw SyncError(
        .cloudSetupWrong, "no database is named", hints: ["set `database` of the output in profiles.yml"])
    }
    guard try rows(bare.run("show databases"), ["name"]).contains(where: { $0[0] == name }) else {
      throw SyncError(
        .cloudSetupWrong, "there is no database \(name), or \(session.role) may not use it",
        hints: [
          "make it: `terraform -chdir=terraform apply`",
          "or, where it is there: `"
            + MirrorGrants.statement("USAGE", "DATABASE", SnowflakeSQL.identifier(name), to: session.role)
            + "`",
        ])
    }
    return .sound(name)
  }

  /// What Snowflake shows of the database's schemas, and of what the role may do.
  private struct Shown {
    var schemas: Set<String> = []
    var grants: [[String?]] = []
  }

  private func show(_ session: Session) throws -> Shown {
    let database = SnowflakeSQL.identifier(database(session) ?? "")
    let role = SnowflakeSQL.identifier(session.role)
    let schemas = try bare.run(SnowflakeStatement("show schemas in database \(database)"))
    let grants = try bare.run(SnowflakeStatement("show grants to role \(role)"))
    return Shown(
      schemas: Set(rows(schemas, ["name"]).compactMap { $0[0] }),
      grants: rows(grants, ["privilege", "granted_on", "name"]))
  }

  private func lookAt(_ schema: MirrorGrants.Schema, _ session: Session, _ shown: Shown) throws -> Finding {
    let database = database(session) ?? ""
    let path = SnowflakeSQL.path(database, schema.name)
    guard shown.schemas.contains(schema.name) else {
      throw SyncError(
        .cloudSetupWrong, "\(database) has no schema \(schema.name), or \(session.role) may not use it",
        hints: [
          "make it: `terraform -chdir=terraform apply`",
          "or, where it is there: `" + MirrorGrants.statement("USAGE", "SCHEMA", path, to: session.role)
            + "`",
        ])
    }
    let held = Set(
      shown.grants
        .filter { $0[1] == "SCHEMA" && Self.isName($0[2] ?? "", of: [database, schema.name]) }
        .compactMap { $0[0] })
    let missing =
      held.isDisjoint(with: ["OWNERSHIP", "ALL"]) ? schema.privileges.filter { !held.contains($0) } : []
    guard missing.isEmpty else {
      throw SyncError(
        .cloudSetupWrong,
        "\(session.role) lacks \(missing.joined(separator: ", ")) on \(database).\(schema.name)",
        hints: missing.map { "`" + MirrorGrants.statement($0, "SCHEMA", path, to: session.role) + "`" })
    }
    return .sound(schema.privileges.joined(separator: ", "))
  }

  // MARK: Reading what SHOW says

  private func database(_ session: Session) -> String? {
    client.connection.database.map(SnowflakeSQL.storedName) ?? session.database
  }

  /// The texts of some columns, by name; nil where there is no such column, or no text.
  private func rows(_ result: SnowflakeResult, _ names: [String]) -> [[String?]] {
    let places = names.map { result.columnIndex($0) }
    return result.rows.map { row in
      places.map { place in place.flatMap { row[$0].text ?? row[$0].boolean.map { $0 ? "true" : "false" } } }
    }
  }

  /// Whether a path that SHOW tells is this one; parts that need quotes have them there.
  private static func isName(_ shown: String, of parts: [String]) -> Bool {
    shown.replacing("\"", with: "") == parts.joined(separator: ".")
  }

  private func wrong(_ message: String, _ statement: String) -> SyncError {
    SyncError(.cloudSetupWrong, message, hints: ["as an administrator: `\(statement)`"])
  }
}

/// What the service role has to hold; `terraform/modules/snowflake/grants.tf` gives it, and a test compares the two.
package enum MirrorGrants {
  package struct Schema: Sendable, Equatable {
    package let name: String
    package let privileges: [String]

    package init(name: String, privileges: [String]) {
      self.name = name
      self.privileges = privileges
    }
  }

  package static let schemas = [
    Schema(name: "RAW", privileges: ["USAGE", "CREATE TABLE"]),
    Schema(name: "STAGED", privileges: ["USAGE", "CREATE TABLE", "CREATE VIEW"]),
    Schema(name: "MAIN", privileges: ["USAGE", "CREATE TABLE", "CREATE VIEW"]),
    Schema(name: "RAW__NEXT", privileges: ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]),
    Schema(name: "STAGED__NEXT", privileges: ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]),
    Schema(name: "MAIN__NEXT", privileges: ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]),
  ]

  /// - Parameter path: quoted.
  static func statement(_ privilege: String, _ kind: String, _ path: String, to role: String) -> String {
    "grant \(privilege.lowercased()) on \(kind.lowercased()) \(path) to role \(SnowflakeSQL.identifier(role))"
  }
}
