import OrderAPI

/// One variable of the environment: what it is called, what holds without it, what it means.
///
/// The table in docs/configuration.md is made of these, and a test compares the two.
struct Setting: Sendable {
  let name: String
  let standard: String
  let meaning: String
  /// Whether `NAME_FILE` may name a file that holds the value.
  var isSecret = false

  static let all: [Setting] =
    [databaseURL, directDatabaseURL, preparedStatements, host, port]
    + Contract.additional.map(port(of:)) + [
      auth, bootstrapToken, allowedHosts, unknownCustomers, metrics, rateLimit, rateBurst, home,
      seed, reportRefresh, orderProcessURL, publicURL, orderProcessTimeout, drain, handOverSocket,
      loops, databaseConnections, serviceRole, readerRole, logLevel, logFormat,
    ]

  static let databaseURL = Setting(
    name: "DATABASE_URL", standard: "embedded",
    meaning: "libpq URI or conninfo, several hosts allowed; without it the service runs a "
      + "private PostgreSQL of its own", isSecret: true)
  static let directDatabaseURL = Setting(
    name: "WAYBILL_DIRECT_DATABASE_URL", standard: "`DATABASE_URL`",
    meaning: "the same database without a pooler before it, for what needs whole sessions: jobs, "
      + "notifications, migrations and the other commands", isSecret: true)
  static let preparedStatements = Setting(
    name: "WAYBILL_PREPARED_STATEMENTS", standard: "on",
    meaning: "`off` behind a pooler in transaction mode: what requests need is then set anew for "
      + "each transaction")
  static let host = Setting(
    name: "HOST", standard: "127.0.0.1", meaning: "address to listen on")
  static let port = Setting(
    name: "PORT", standard: "8080", meaning: "port to listen on; 0 picks a free one and logs it")
  static func port(of contract: Contract) -> Setting {
    Setting(
      name: "WAYBILL_\(contract.name.uppercased())_PORT", standard: "none",
      meaning: "a port for the \(contract.name) contract alone, at its root; "
        + "on the main one it is below `\(contract.basePath.text)`")
  }
  static let auth = Setting(
    name: "WAYBILL_AUTH", standard: "open if embedded and on a loopback address, else tokens",
    meaning: "`tokens`: every request needs one; `open`: only the shop's do, which has to be said "
      + "where other machines reach the service")
  static let bootstrapToken = Setting(
    name: "WAYBILL_BOOTSTRAP_TOKEN", standard: "none",
    meaning:
      "for `waybill migrate`, and `waybill serve` with a private database: `wb_` and 64 random "
      + "hexadecimal digits, which become an admin's token when no admin's token holds; one that "
      + "was revoked stays so", isSecret: true)
  static let allowedHosts = Setting(
    name: "WAYBILL_ALLOWED_HOSTS", standard: "none",
    meaning:
      "in open mode, the hosts that requests and pages may name beside loopback ones, `HOST` "
      + "and that of `WAYBILL_PUBLIC_URL`: `shop.example.org, 192.0.2.7`")
  static let unknownCustomers = Setting(
    name: "WAYBILL_UNKNOWN_CUSTOMERS", standard: "create",
    meaning: "what `POST /orders` of the own API does when nobody has introduced the customer: "
      + "`create` one, or `refuse` the order")
  static let metrics = Setting(
    name: "WAYBILL_METRICS", standard: "admin",
    meaning: "who reads `/metrics` where tokens are needed: `admin`, or `open` for anyone")
  static let rateLimit = Setting(
    name: "WAYBILL_RATE_LIMIT", standard: "none",
    meaning: "requests a second of one token, or of one address where none is needed; counted by "
      + "each instance for itself")
  static let rateBurst = Setting(
    name: "WAYBILL_RATE_BURST", standard: "the limit",
    meaning: "requests at once, of which as many as the limit come back each second")
  static let home = Setting(
    name: "WAYBILL_HOME", standard: ".waybill",
    meaning: "folder of the embedded PostgreSQL, kept between runs")
  static let seed = Setting(
    name: "WAYBILL_SEED", standard: "demo if embedded",
    meaning: "`demo` fills an empty catalogue with demo products at the start, `none` does not")
  static let reportRefresh = Setting(
    name: "WAYBILL_REPORT_REFRESH_SECONDS", standard: "120",
    meaning: "how often the report of completed orders is refreshed, by one of all instances")
  static let orderProcessURL = Setting(
    name: "WAYBILL_ORDER_PROCESS_URL", standard: "none",
    meaning: "the process service that fulfils orders, `http://host:port`; without it they stay "
      + "`CREATED`")
  static let publicURL = Setting(
    name: "WAYBILL_PUBLIC_URL", standard: "`http://HOST:PORT`",
    meaning: "where the process service reaches this service, for its callbacks")
  static let orderProcessTimeout = Setting(
    name: "WAYBILL_ORDER_PROCESS_TIMEOUT_MS", standard: "5000",
    meaning: "how long one call of the process service may take; its pauses and leases are "
      + "multiples of it")
  static let drain = Setting(
    name: "WAYBILL_DRAIN_SECONDS", standard: "0",
    meaning: "after SIGTERM, how long the ports stay open while `/readyz` says 503, so that a load "
      + "balancer can turn away; then what was begun is finished")
  static let handOverSocket = Setting(
    name: "WAYBILL_HANDOVER_SOCKET", standard: "none",
    meaning:
      "path of a Unix socket by which an instance that starts gets the ports of the one that "
      + "runs: both serve until that is stopped")
  static let loops = Setting(
    name: "WAYBILL_LOOPS", standard: "half the cores",
    meaning: "event loops, one thread each; the database needs the other cores")
  static let databaseConnections = Setting(
    name: "WAYBILL_DB_CONNECTIONS", standard: "10, or 5 a loop",
    meaning: "connections to PostgreSQL, shared out over the loops; at least 2 a loop")
  static let serviceRole = Setting(
    name: "WAYBILL_SERVICE_ROLE", standard: "waybill_service",
    meaning:
      "for `waybill migrate`: the role of the database that the service runs as, which is granted "
      + "what the service needs and no more")
  static let readerRole = Setting(
    name: "WAYBILL_READER_ROLE", standard: "waybill_reader",
    meaning:
      "for `waybill migrate`: the role that may read everything but tokens' digests, for people "
      + "in psql and for dashboards")
  static let logLevel = Setting(
    name: "LOG_LEVEL", standard: "info",
    meaning: "`debug`, `info`, `notice`, `warning`, `error`; requests are logged at `info`")
  static let logFormat = Setting(
    name: "LOG_FORMAT", standard: "text on a terminal, else json", meaning: "`text` or `json`")

  /// The table for docs/configuration.md.
  static var markdown: String {
    let rows = all.map {
      let file = $0.isSecret ? " (or `\($0.name)_FILE`)" : ""
      return "| `\($0.name)`\(file) | \($0.standard) | \($0.meaning) |"
    }
    return (["| variable | default | meaning |", "| --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }
}

/// A start that cannot be: one line that says cause and cure.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
