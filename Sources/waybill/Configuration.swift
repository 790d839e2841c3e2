import EventLoop
import Glibc
import HTTPClient
import JSON
import OrderAPI
import OrderStore
import Orders

/// What the service was asked to be, read once from the environment and checked as a whole.
struct Configuration: Equatable, Sendable {
  /// Where the data lives.
  enum Store: Equatable, Sendable {
    /// A private cluster in this folder.
    case embedded(home: String)
    /// A PostgreSQL that somebody else runs.
    case external(conninfo: String)
  }

  var store: Store
  /// The same database without a pooler before it, if it was said.
  var directConninfo: String?
  /// Whether requests prepare their statements.
  var preparesStatements: Bool
  var host: String
  var port: UInt16
  /// The ports of single contracts, by the contract's name.
  var contractPorts: [String: UInt16] = [:]
  var seedsDemoData: Bool
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
  var loops: Int
  /// Connections to PostgreSQL of each loop.
  var connectionsPerLoop: Int
  /// The roles that migrating grants what they need.
  var grants: AccessGrants
  /// Those of them that somebody named, and so expects to exist.
  var rolesNamed: [String]
  /// What becomes of an order whose customer nobody has introduced.
  var unknownCustomers: UnknownCustomers
  /// Whether a token is asked for, if somebody decided; else it depends on who can reach us.
  var auth: Gate.Mode?
  /// What the service is called, in open mode: requests for other hosts are refused there.
  var hosts: [String]
  /// Who may read the metrics.
  var metricsAccess: Access
  /// How much each sender may ask for; nil for any amount.
  var rateLimit: RateLimit?
  /// What migrating makes an admin's token when there is none.
  var bootstrapToken: BootstrapToken?
  var log: LogOptions

  init(
    _ environment: Environment, cores: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN)),
    onTerminal: Bool = isatty(1) == 1
  ) throws(ConfigurationError) {
    let reader = SettingReader(environment)
    try reader.refuseUnknownNames()
    try reader.refuseIllegibleValues()
    if let conninfo = try reader.text(.databaseURL) {
      store = .external(conninfo: conninfo)
    } else {
      store = .embedded(home: try reader.text(.home) ?? Setting.home.standard)
    }
    directConninfo = try reader.text(.directDatabaseURL)
    if case .embedded = store, directConninfo != nil {
      throw ConfigurationError(
        "\(Setting.directDatabaseURL.name) says nothing alone: set \(Setting.databaseURL.name), too"
      )
    }
    preparesStatements = try reader.word(.preparedStatements, ["on": true, "off": false]) ?? true
    host = try reader.text(.host) ?? Setting.host.standard
    port = try reader.port(.port) ?? 8_080
    for contract in Contract.additional {
      contractPorts[contract.name] = try reader.port(.port(of: contract))
    }
    let embedded = if case .embedded = store { true } else { false }
    seedsDemoData =
      try reader.word(.seed, ["demo": true, "none": false]) ?? embedded
    reportRefreshSeconds = try reader.number(.reportRefresh, in: 1...86_400) ?? 120
    orderProcess = try reader.url(.orderProcessURL)
    orderProcessTimeout = .milliseconds(
      try reader.number(.orderProcessTimeout, in: 50...60_000) ?? 5_000)
    publicURL = try reader.url(.publicURL)
    drainSeconds = try reader.number(.drain, in: 0...3_600) ?? 0
    handOverSocket = try reader.text(.handOverSocket)
    if let path = handOverSocket, path.utf8.count > LocalSocket.pathBytesMax {
      throw ConfigurationError(
        "\(Setting.handOverSocket.name) is longer than \(LocalSocket.pathBytesMax) bytes: "
          + "sockets need a shorter path")
    }
    loops = try reader.number(.loops, in: 1...256) ?? max(1, cores / 2)
    let connections =
      try reader.number(.databaseConnections, in: 2...1_000) ?? max(10, 5 * loops)
    connectionsPerLoop = connections / loops
    guard connectionsPerLoop >= 2 else {
      throw ConfigurationError(
        "\(Setting.databaseConnections.name)=\(connections) is too few for \(loops) loops: "
          + "give at least \(2 * loops), or lower \(Setting.loops.name)")
    }
    let roles = (service: try reader.text(.serviceRole), reader: try reader.text(.readerRole))
    rolesNamed = [roles.service, roles.reader].compactMap(\.self)
    grants = AccessGrants(
      service: roles.service ?? Setting.serviceRole.standard,
      reader: roles.reader ?? Setting.readerRole.standard)
    log = LogOptions(
      level: try reader.word(.logLevel, LogLevel.byName) ?? .info,
      format: try reader.word(.logFormat, ["text": .text, "json": .json])
        ?? (onTerminal ? .text : .json))
    bootstrapToken = try reader.bootstrapToken()
    auth = try reader.word(.auth, ["open": .open, "tokens": .tokens])
    hosts = try [Self.inURL(host)] + reader.hosts() + (publicURL.map { [$0.hostName] } ?? [])
    metricsAccess = try reader.word(.metrics, ["open": .anyone, "admin": .admin]) ?? .admin
    rateLimit = try reader.rateLimit()
    let words = UnknownCustomers.allCases.map { ($0.rawValue, $0) }
    unknownCustomers =
      try reader.word(.unknownCustomers, Dictionary(uniqueKeysWithValues: words)) ?? .create
  }

  /// Whether a token is asked for. Where other machines reach us, or the data is somebody else's,
  /// somebody has to say that none is needed.
  func mode(onLoopback: Bool) -> Gate.Mode {
    let isEmbedded = if case .embedded = store { true } else { false }
    return auth ?? (isEmbedded && onLoopback ? .open : .tokens)
  }

  /// How many connections our own server must accept: those of the loops, and besides those of the
  /// jobs, of our other commands, of people in psql and of PostgreSQL's superuser.
  var serverConnectionsMax: Int { max(100, loops * connectionsPerLoop + 50) }

  /// An address of IPv6 is in brackets where a port may follow.
  static func inURL(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

/// Reads settings one by one; every refusal says cause and cure.
private struct SettingReader {
  let environment: Environment

  init(_ environment: Environment) { self.environment = environment }

  private var known: [String] {
    Setting.all.flatMap { [$0.name] + ($0.isSecret ? [$0.name + "_FILE"] : []) }
  }

  func refuseUnknownNames() throws(ConfigurationError) {
    let known = known
    let unknown = environment.illegibleNames.union(environment.values.keys).filter {
      $0.hasPrefix("WAYBILL_") && !known.contains($0)
    }
    guard let name = unknown.min() else { return }
    let cure =
      Similarity.nearest(to: name, of: known).map { "did you mean \($0)?" }
      ?? "`waybill settings` lists them"
    throw ConfigurationError("\(name) is not a setting: \(cure)")
  }

  /// Read as absent, such a value would mean something else than what somebody wrote.
  func refuseIllegibleValues() throws(ConfigurationError) {
    guard let name = environment.illegibleNames.intersection(known).min() else { return }
    throw ConfigurationError("\(name) has a value that is not UTF-8: set it again as plain text")
  }

  func text(_ setting: Setting) throws(ConfigurationError) -> String? {
    if let value = environment.values[setting.name], !value.isEmpty { return value }
    guard setting.isSecret, let path = environment.values[setting.name + "_FILE"] else {
      return nil
    }
    guard let content = readFile(path) else {
      throw ConfigurationError(
        "\(setting.name)_FILE names \(path), which cannot be read: check the path and its mode")
    }
    let lines = content.split(whereSeparator: \.isNewline)
    guard lines.count == 1 else {
      throw ConfigurationError("\(setting.name)_FILE names \(path), which must hold one line")
    }
    return String(lines[0])
  }

  func port(_ setting: Setting) throws(ConfigurationError) -> UInt16? {
    try number(setting, in: 0...65_535).map(UInt16.init)
  }

  func number(
    _ setting: Setting, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int? {
    guard let text = try text(setting) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw ConfigurationError(
        "\(setting.name)=\(text) must be a whole number from \(range.lowerBound) "
          + "to \(range.upperBound)")
    }
    return number
  }

  func url(_ setting: Setting) throws(ConfigurationError) -> BaseURL? {
    guard let text = try text(setting) else { return nil }
    guard let url = BaseURL(text) else {
      // Not repeated: it may hold a password.
      throw ConfigurationError(
        "\(setting.name) is no address: give it as http://host:port, without https, query "
          + "or password")
    }
    return url
  }

  /// Hosts without a port, separated by commas.
  func hosts() throws(ConfigurationError) -> [String] {
    let hosts =
      try text(.allowedHosts)?.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.filter { $0 != " " } } ?? []
    for host in hosts {
      let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
      let isName = host.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))
      }
      guard !host.isEmpty, isAddress || isName else {
        throw ConfigurationError(
          "\(Setting.allowedHosts.name) has \(host): give names and addresses as they stand in "
            + "a URL, without port, separated by commas")
      }
    }
    return hosts
  }

  func bootstrapToken() throws(ConfigurationError) -> BootstrapToken? {
    guard let text = try text(.bootstrapToken) else { return nil }
    guard let token = BootstrapToken(text) else {
      // Not repeated: it is meant to be a secret.
      throw ConfigurationError(
        "\(Setting.bootstrapToken.name) is no token: give it wb_ and 64 digits, as in "
          + "echo wb_$(openssl rand -hex 32)")
    }
    return token
  }

  func rateLimit() throws(ConfigurationError) -> RateLimit? {
    let rate = try number(.rateLimit, in: RateLimit.allowed)
    let burst = try number(.rateBurst, in: RateLimit.allowed)
    guard let rate else {
      guard burst == nil else {
        throw ConfigurationError(
          "\(Setting.rateBurst.name) says nothing alone: set \(Setting.rateLimit.name), too")
      }
      return nil
    }
    return RateLimit(rate: rate, burst: burst ?? rate)
  }

  func word<Value>(
    _ setting: Setting, _ words: [String: Value]
  ) throws(ConfigurationError) -> Value? {
    guard let text = try text(setting) else { return nil }
    guard let value = words[text] else {
      let allowed = words.keys.sorted().joined(separator: ", ")
      throw ConfigurationError("\(setting.name)=\(text) must be one of: \(allowed)")
    }
    return value
  }
}
