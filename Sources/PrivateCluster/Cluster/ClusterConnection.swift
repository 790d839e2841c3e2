import CPQ

/// How the cluster is reached: over its socket.
struct ClusterConnection {
  /// The service's database, and the map of users in the server's access rules.
  static let name = "waybill"
  let socketFolder: String

  /// The libpq connection string of a database.
  func string(database: String, as role: ClusterRole = .owner) -> String {
    [("host", socketFolder), ("port", "5432"), ("user", role.rawValue), ("dbname", database)]
      .map { "\($0)='\(Self.escaped($1))'" }
      .joined(separator: " ")
  }

  /// Whether the server takes connections.
  var isReady: Bool { PQping(string(database: "postgres")) == PQPING_OK }

  /// Runs one statement outside any transaction and tells how many rows it gave.
  ///
  /// Blocking, so only for start-up and for tests: an event loop has the pool.
  @discardableResult
  func run(
    _ statement: String, in database: String = "postgres", as role: ClusterRole = .superuser
  ) throws(ClusterError) -> Int {
    let connection = PQconnectdb(string(database: database, as: role))
    defer { PQfinish(connection) }
    let result = PQexec(connection, statement)
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
      let message = String(cString: PQerrorMessage(connection)).split(separator: "\n").first ?? ""
      throw ClusterError(
        cause: "the private PostgreSQL refused: \(message)", cure: "see its postgres.log")
    }
    return Int(PQntuples(result))
  }

  /// A name as an SQL identifier.
  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      if character == "'" || character == "\\" { text.append("\\") }
      text.append(character)
    }
  }
}
