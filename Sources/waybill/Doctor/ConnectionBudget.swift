import Postgres

/// How many connections the instances of the service may open, beside how many the server allows.
struct ConnectionBudget {
  /// Connections of an instance besides those of its loops: for jobs and for commands.
  private static let otherConnections = 10

  private let loops: Int
  private let connectionsPerLoop: Int
  /// What a loop opens to each server that is read from; nil without replicas.
  private let replicaReadsPerLoop: Int?
  /// Whether requests reach the server by way of a pooler, and only jobs and commands directly.
  private let isPooled: Bool
  private let instances: Int
  /// The smallest of the limits of server, database and role.
  private let limit: Int
  /// Sessions of all roles in all databases, this program's own left out. Which of them are the
  /// service's, an ordinary role may not see.
  private let inUse: Int

  init(_ configuration: Configuration, instances: Int, _ session: Session) async throws {
    loops = configuration.loops
    connectionsPerLoop = configuration.connectionsPerLoop
    replicaReadsPerLoop = configuration.replicas.map { _ in
      PostgresSettings.forRequests(configuration).readConnections
    }
    isPooled = configuration.directConninfo != nil
    self.instances = instances
    let facts = try await session.rows(
      """
      SELECT least(current_setting('max_connections')::bigint
                   - current_setting('superuser_reserved_connections')::bigint,
                   nullif(datconnlimit, -1), nullif(rolconnlimit, -1))::bigint,
             (SELECT sum(numbackends)::bigint - 1 FROM pg_stat_database)
        FROM pg_database, pg_roles
       WHERE datname = current_database() AND rolname = current_user
      """)[0]
    limit = try facts.int(0)
    inUse = try facts.int(1)
  }

  func report(to findings: inout Findings) {
    let room = eachInstance > limit ? 0 : limit / eachInstance
    findings.expect(
      instances <= room, "connections",
      "\(meaning), \(limit) allowed\(isPooled ? " less those of the pooler" : ""): enough for "
        + "\(Self.count(room)), \(inUse) in use now\(poolerAdvice)",
      otherwise: "\(Self.count(instances)) may open \(instances * eachInstance) (\(meaning)), and "
        + "the server, the database or the role allows \(limit): lower WAYBILL_DB_CONNECTIONS, "
        + "raise max_connections, or put a pooler in between")
  }

  private var forRequests: Int { loops * connectionsPerLoop }

  /// Connections of an instance to the primary because it reads from replicas. Two ask how far it
  /// is, as the primary and as a replica, and each loop is ready to read from it: it may be named
  /// among the replicas, and one of these may become the primary.
  private var forReplicas: Int { replicaReadsPerLoop.map { loops * $0 + 2 } ?? 0 }

  private var eachInstance: Int {
    (isPooled ? 0 : forRequests) + Self.otherConnections + forReplicas
  }

  private var meaning: String {
    let requests =
      isPooled ? [] : ["\(loops) \(loops == 1 ? "loop" : "loops") with \(connectionsPerLoop)"]
    let replicas = forReplicas == 0 ? [] : ["\(forReplicas) for replicas"]
    let others = requests + replicas
    guard !others.isEmpty else { return "\(eachInstance) an instance for jobs and commands" }
    return "\(eachInstance) an instance: \(others.joined(separator: ", ")), and "
      + "\(Self.otherConnections) for jobs and commands"
  }

  private var poolerAdvice: String {
    isPooled
      ? "; the pooler must take \(instances * forRequests) clients (max_client_conn)" : ""
  }

  private static func count(_ instances: Int) -> String {
    "\(instances) \(instances == 1 ? "instance" : "instances")"
  }
}
