import Glibc
import HTTPClient
import OrderAPI
import OrderStore
import Orders
import Telemetry

/// What the service was told to be, read once from the environment and checked as a whole.
struct Configuration: Equatable, Sendable {
  /// Where the data lives.
  enum DatabaseSource: Equatable, Sendable {
    /// A private cluster in this folder.
    case embedded(home: String)
    /// A PostgreSQL that somebody else runs.
    case external(conninfo: String)
  }

  var database: DatabaseSource
  /// The same database, reached without a connection pooler, if that is set.
  var directConninfo: String?
  /// The standbys that are read from, and how far they may be behind.
  var replicas: ReplicaSettings?
  /// Whether requests prepare their statements.
  var preparesStatements: Bool
  var host: String
  var port: UInt16
  /// The ports of single contracts, by the contract's name.
  var contractPorts: [String: UInt16] = [:]
  var seedsDemoData: Bool
  /// The currency of all amounts, if one is set.
  var currency: Currency?
  var reportRefreshSeconds: Int
  /// The service that fulfils orders, if there is one, and how long one call of it may take.
  var orderProcess: BaseURL?
  var orderProcessTimeout: Duration
  /// Where other services find this one; nil when that is where it listens.
  var publicURL: BaseURL?
  /// How long the ports stay open when the service is told to stop.
  var drainSeconds: Int
  /// Where an instance gives its ports to the next one.
  var handOverSocket: String?
  /// Requests that one loop works on at once.
  var requestsAtOnce: Int
  /// How long a request waits for its turn.
  var turnDeadline: Duration
  var loops: Int
  /// Connections to PostgreSQL of each loop.
  var connectionsPerLoop: Int
  /// The roles that migrating grants what they need.
  var grants: AccessGrants
  /// Those of these roles that are set, and so are expected to exist.
  var rolesNamed: [String]
  /// What becomes of an order whose customer nobody has introduced.
  var unknownCustomers: UnknownCustomers
  /// Whether a token is needed, if that is set; else it depends on who can reach the service.
  var auth: Gate.Mode?
  /// The names of the service. In open mode requests for other hosts are refused.
  var hosts: [String]
  /// Who may read the metrics.
  var metricsAccess: Access
  /// How many requests each sender may make; nil for no limit.
  var rateLimit: RateLimit?
  /// The token that migrating makes an admin's when there is none.
  var bootstrapToken: BootstrapToken?
  var log: LogOptions

  init(
    _ environment: Environment, cores: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN)),
    onTerminal: Bool = isatty(1) == 1
  ) throws(ConfigurationError) {
    var reader = try SettingReader(
      environment, DefaultContext(cores: cores, onTerminal: onTerminal))
    if let conninfo = try reader.read(Settings.databaseURL) {
      database = .external(conninfo: conninfo)
      reader.defaultContext.isEmbedded = false
    } else {
      database = .embedded(home: try reader.read(Settings.home))
    }
    directConninfo = try reader.read(Settings.directDatabaseURL)
    replicas = try reader.replicas()
    preparesStatements = try reader.read(Settings.preparedStatements)
    host = try reader.read(Settings.host)
    port = try reader.read(Settings.port)
    for contract in Contract.additional {
      contractPorts[contract.name] = try reader.read(Settings.port(of: contract))
    }
    seedsDemoData = try reader.read(Settings.seed)
    currency = try reader.read(Settings.currency)
    reportRefreshSeconds = try reader.read(Settings.reportRefresh)
    orderProcess = try reader.read(Settings.orderProcessURL)
    orderProcessTimeout = .milliseconds(try reader.read(Settings.orderProcessTimeout))
    publicURL = try reader.read(Settings.publicURL)
    drainSeconds = try reader.read(Settings.drain)
    handOverSocket = try reader.read(Settings.handOverSocket)
    requestsAtOnce = try reader.read(Settings.requestsAtOnce)
    turnDeadline = .milliseconds(try reader.read(Settings.turnWait))
    loops = try reader.read(Settings.loops)
    reader.defaultContext.loops = loops
    let connections = try reader.read(Settings.databaseConnections)
    connectionsPerLoop = connections / loops
    grants = AccessGrants(
      service: try reader.read(Settings.serviceRole), reader: try reader.read(Settings.readerRole))
    rolesNamed = []
    for role in [Settings.serviceRole, Settings.readerRole] where try reader.isSet(role) {
      rolesNamed.append(try reader.read(role))
    }
    log = LogOptions(
      level: try reader.read(Settings.logLevel), format: try reader.read(Settings.logFormat))
    bootstrapToken = try reader.read(Settings.bootstrapToken)
    auth = try reader.read(Settings.auth)
    hosts = [Self.inURL(host)] + (try reader.read(Settings.allowedHosts))
    hosts += publicURL.map { [$0.hostName] } ?? []
    metricsAccess = try reader.read(Settings.metrics)
    rateLimit = try reader.rateLimit()
    unknownCustomers = try reader.read(Settings.unknownCustomers)
    try refuseContradictions(connections: connections)
  }

  /// Refuses settings that are valid one by one but contradict each other.
  private func refuseContradictions(connections: Int) throws(ConfigurationError) {
    if case .embedded = database {
      let alone: (any AnySetting)? =
        if directConninfo != nil {
          Settings.directDatabaseURL
        } else if replicas != nil {
          Settings.replicaURL
        } else {
          nil
        }
      if let alone {
        throw ConfigurationError(
          "\(alone.name) says nothing alone: set \(Settings.databaseURL.name), too")
      }
    }
    guard connectionsPerLoop >= 2 else {
      throw ConfigurationError(
        "\(Settings.databaseConnections.name)=\(connections) is too few for \(loops) loops: "
          + "give at least \(2 * loops), or lower \(Settings.loops.name)")
    }
  }

  /// Whether a token is needed. When no setting decides, tokens are needed unless the database is
  /// private and only this machine reaches the service.
  func mode(onLoopback: Bool) -> Gate.Mode {
    let isEmbedded = if case .embedded = database { true } else { false }
    return auth ?? (isEmbedded && onLoopback ? .open : .tokens)
  }

  /// How many connections a private server must accept: those of the loops, and besides those of
  /// the jobs, of other commands, of people in psql and of PostgreSQL's superuser.
  var serverConnectionsMax: Int { max(100, loops * connectionsPerLoop + 50) }

  /// The host as it stands in a URL: an IPv6 address is in brackets, as a port may follow.
  static func inURL(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

/// The standbys of the database for reads.
struct ReplicaSettings: Equatable, Sendable {
  let conninfo: String
  let lagMax: Duration
}

extension SettingReader {
  fileprivate func replicas() throws(ConfigurationError) -> ReplicaSettings? {
    let lagMax = try read(Settings.replicaLagMax)
    guard let conninfo = try read(Settings.replicaURL) else {
      guard lagMax == nil else {
        throw ConfigurationError(
          "\(Settings.replicaLagMax.name) says nothing alone: set \(Settings.replicaURL.name), too"
        )
      }
      return nil
    }
    return ReplicaSettings(conninfo: conninfo, lagMax: .milliseconds(lagMax ?? 1_000))
  }

  fileprivate func rateLimit() throws(ConfigurationError) -> RateLimit? {
    let burst = try read(Settings.rateBurst)
    guard let rate = try read(Settings.rateLimit) else {
      guard burst == nil else {
        throw ConfigurationError(
          "\(Settings.rateBurst.name) says nothing alone: set \(Settings.rateLimit.name), too")
      }
      return nil
    }
    return RateLimit(rate: rate, burst: burst ?? rate)
  }
}
