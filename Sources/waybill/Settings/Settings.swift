import HTTPClient
import OrderAPI
import OrderStore
import Orders
import Telemetry

/// All settings. A new one is an entry here, a name in `all`, and a property of `Configuration`.
enum Settings {
  /// In the order of the documentation.
  static let all: [any AnySetting] =
    [
      databaseURL, directDatabaseURL, replicaURL, replicaLagMax, preparedStatements, host, port,
    ]
    + Contract.additional.map(port(of:)) + [
      auth, bootstrapToken, allowedHosts, unknownCustomers, metrics, rateLimit, rateBurst, home,
      seed, currency, reportRefresh,
      orderProcessURL, publicURL, orderProcessTimeout, drain, handOverSocket,
      requestsAtOnce, turnWait, loops, databaseConnections, serviceRole, readerRole, logLevel,
      logFormat,
    ]

  static let databaseURL = Setting(
    "DATABASE_URL", .text, without: "embedded",
    "libpq URI or conninfo, several hosts allowed; without it the service runs a private "
      + "PostgreSQL of its own", isSecret: true)
  static let directDatabaseURL = Setting(
    "WAYBILL_DIRECT_DATABASE_URL", .text, without: "`DATABASE_URL`",
    "the same database without a pooler before it, for what needs whole sessions: jobs, "
      + "notifications, migrations and the other commands", isSecret: true)
  static let replicaURL = Setting(
    "WAYBILL_REPLICA_URL", .text,
    "standbys of the database for reads that may be a little behind: each host is one; without a "
      + "pooler before them", isSecret: true)
  static let replicaLagMax = Setting(
    "WAYBILL_REPLICA_LAG_MAX_MS", .number(10...60_000), without: "1000",
    "how far a standby may be behind the primary to be read from")
  static let preparedStatements = Setting(
    "WAYBILL_PREPARED_STATEMENTS", .word(["on": true, "off": false]), default: true,
    "`off` behind a pooler in transaction mode: what requests need is then set anew for each "
      + "transaction")
  static let host = Setting("HOST", .text, default: "127.0.0.1", "address to listen on")
  static let port = Setting(
    "PORT", .number(0...UInt16.max), default: 8080,
    "port to listen on; 0 picks a free one and logs it")
  static func port(of contract: Contract) -> Setting<UInt16?> {
    Setting(
      "WAYBILL_\(contract.name.uppercased())_PORT", .number(0...UInt16.max),
      "a port for the \(contract.name) contract alone, at its root; on the main one it is below "
        + "`\(contract.basePath.text)`")
  }
  static let auth = Setting(
    "WAYBILL_AUTH", .word(["open": Gate.Mode.open, "tokens": .tokens]),
    without: "open if embedded and on a loopback address, else tokens",
    "`tokens`: every request needs one; `open`: only the shop's do, which has to be said where "
      + "other machines reach the service")
  static let bootstrapToken = Setting(
    "WAYBILL_BOOTSTRAP_TOKEN", .bootstrapToken,
    "for `waybill migrate`, and `waybill serve` with a private database: `wb_` and 64 random "
      + "hexadecimal digits, which become an admin's token when no admin's token holds; one that "
      + "was revoked stays so", isSecret: true)
  static let allowedHosts = Setting(
    "WAYBILL_ALLOWED_HOSTS", .hosts, default: .computed("none") { _ in [] },
    "in open mode, the hosts that requests and pages may name beside loopback ones, `HOST` and "
      + "that of `WAYBILL_PUBLIC_URL`: `shop.example.org, 192.0.2.7`")
  static let unknownCustomers = Setting(
    "WAYBILL_UNKNOWN_CUSTOMERS", .word, default: UnknownCustomers.create,
    "what `POST /orders` of the own API does when nobody has introduced the customer: `create` "
      + "one, or `refuse` the order")
  static let metrics = Setting(
    "WAYBILL_METRICS", .word(["open": Access.anyone, "admin": .admin]), default: .admin,
    "who reads `/metrics` where tokens are needed: `admin`, or `open` for anyone")
  static let rateLimit = Setting(
    "WAYBILL_RATE_LIMIT", .number(RateLimit.allowed),
    "requests a second of one token, or of one address where none is needed; counted by each "
      + "instance for itself")
  static let rateBurst = Setting(
    "WAYBILL_RATE_BURST", .number(RateLimit.allowed), without: "the limit",
    "requests at once, of which as many as the limit come back each second")
  static let home = Setting(
    "WAYBILL_HOME", .text, default: ".waybill",
    "folder of the embedded PostgreSQL, kept between runs")
  static let seed = Setting(
    "WAYBILL_SEED", .word(["demo": true, "none": false]),
    default: .computed("demo if embedded") { $0.isEmbedded },
    "`demo` fills an empty catalogue with demo products at the start, `none` does not")
  static let currency = Setting(
    "WAYBILL_CURRENCY", .currency,
    "the currency of all amounts, as ISO 4217 writes it: `EUR`; documents and reports name it, and "
      + "the database keeps it, so that all instances have the same")
  static let reportRefresh = Setting(
    "WAYBILL_REPORT_REFRESH_SECONDS", .number(1...86_400), default: 120,
    "how often the reports of completed orders are refreshed, by one of all instances")
  static let orderProcessURL = Setting(
    "WAYBILL_ORDER_PROCESS_URL", .url,
    "the process service that fulfils orders, `http://host:port`; without it they stay `CREATED`")
  static let publicURL = Setting(
    "WAYBILL_PUBLIC_URL", .url, without: "`http://HOST:PORT`",
    "where the process service reaches this service, for its callbacks")
  static let orderProcessTimeout = Setting(
    "WAYBILL_ORDER_PROCESS_TIMEOUT_MS", .number(50...60_000), default: 5000,
    "how long one call of the process service may take; its pauses and leases are multiples of it")
  static let drain = Setting(
    "WAYBILL_DRAIN_SECONDS", .number(0...3_600), default: 0,
    "after SIGTERM, how long the ports stay open while `/readyz` says 503, so that a load balancer "
      + "can turn away; then what was begun is finished")
  static let handOverSocket = Setting(
    "WAYBILL_HANDOVER_SOCKET", .socketPath,
    "path of a Unix socket by which an instance that starts gets the ports of the one that runs: "
      + "both serve until that is stopped")
  static let requestsAtOnce = Setting(
    "WAYBILL_REQUESTS_AT_ONCE", .number(16...4_096), default: 256,
    "requests that a loop works on at once; others wait. One token, or one address where none is "
      + "needed, has half of them at most, several have equal shares. A list counts as 16, a "
      + "request with a key that gets a transaction of its own as 24")
  static let turnWait = Setting(
    "WAYBILL_REQUEST_WAIT_MS", .number(0...30_000), default: 2_000,
    "how long a request waits for its turn; then it is answered 503 `overloaded`, and nothing was "
      + "done")
  static let loops = Setting(
    "WAYBILL_LOOPS", .number(1...256),
    default: .computed("half the cores") { max(1, $0.cores / 2) },
    "event loops, one thread each; the database needs the other cores")
  static let databaseConnections = Setting(
    "WAYBILL_DB_CONNECTIONS", .number(2...1_000),
    default: .computed("10, or 5 a loop") { max(10, 5 * $0.loops) },
    "connections to PostgreSQL, shared out over the loops; at least 2 a loop")
  static let serviceRole = Setting(
    "WAYBILL_SERVICE_ROLE", .text, default: "waybill_service",
    "for `waybill migrate`: the role of the database that the service runs as, which is granted "
      + "what the service needs and no more")
  static let readerRole = Setting(
    "WAYBILL_READER_ROLE", .text, default: "waybill_reader",
    "for `waybill migrate`: the role that may read everything but tokens' digests, for people in "
      + "psql and for dashboards")
  static let logLevel = Setting(
    "LOG_LEVEL", .word, default: LogLevel.info,
    "`debug`, `info`, `notice`, `warning`, `error`; requests are logged at `info`")
  static let logFormat = Setting(
    "LOG_FORMAT", .word,
    default: .computed("text on a terminal, else json") {
      $0.onTerminal ? LogOptions.Format.text : .json
    },
    "`text` or `json`")
}
