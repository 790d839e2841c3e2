/// The numbers of this module that are not settings.
enum PostgresLimits {
  /// Bytes of one statement's parameters: far above any request body, far below libpq's own limit.
  static let parameterBytesMax = 16 << 20
  /// Elements of one array parameter; a large batch has some thousand rows.
  static let arrayElementsMax = 100_000
  /// Prepared statements of one connection: each holds a plan in the server (some 10 KB). A program
  /// has some hundred statements; those above the limit are not prepared.
  static let statementsMax = 256
  /// Reads in flight on one connection. A further read waits until a connection has fewer.
  static let readsInFlightMax = 256
  /// Writes in flight on one connection: each waits for the commits before it.
  static let writesInFlightMax = 16
  /// The loss of a connection that is younger than this counts as a failure to connect, so that
  /// there are pauses also when a server accepts connections and closes them at once.
  static let stableAfter = Duration.seconds(1)
  /// How long an answer may be outstanding before reads prefer another connection.
  static let slowAfter = Duration.milliseconds(100)
  /// Pause before a transaction is repeated after a conflict: the other one needs some milliseconds
  /// to finish.
  static let conflictPauseMilliseconds = 5...25
  /// Servers in one connection string, counted by their addresses.
  static let candidatesMax = 16
}

/// The settings of a `Database`; the defaults suit a service with interactive clients.
package struct PostgresSettings: Sendable {
  /// Connections for pipelined reads. With two, the server can use two cores for one loop.
  package var readConnections = 2
  /// Connections for writes and transactions. Group commit needs several; 8 to 16 were measured as
  /// best.
  package var writeConnections = 8
  /// The name of our connections in `pg_stat_activity`.
  package var applicationName = "waybill"
  /// How long one server may take to accept a connection, per address.
  package var connectTimeout = Duration.seconds(1)
  /// How long a request waits for a connection before it is refused.
  package var waitTimeout = Duration.seconds(1)
  /// Requests that may wait for a connection; further ones are refused at once.
  package var waitersMax = 512
  /// `statement_timeout`.
  package var statementTimeout = Duration.seconds(2)
  /// `lock_timeout`: below the statement timeout, so that the error names the cause, and above the
  /// server's `deadlock_timeout` (1 s), so that a deadlock is reported as one.
  package var lockTimeout = Duration.milliseconds(1500)
  /// `idle_in_transaction_session_timeout`: how long a stopped service may hold locks that others
  /// wait for. A running service pauses only some milliseconds between two statements of a
  /// transaction; if one of its transactions is ended all the same, it is run again.
  package var idleInTransactionTimeout = Duration.milliseconds(600)
  /// How much longer than `statementTimeout` an answer may take before the connection counts as
  /// dead: a stopped server process does not obey its own timeout.
  package var answerMargin = Duration.milliseconds(500)
  /// Bounds of the pause between attempts to connect. With the longest pause and a second to
  /// connect, the service is back two seconds after the database.
  package var backOff = Duration.milliseconds(50)...Duration.seconds(1)
  /// Whether statements are prepared, once for each connection. If not, nothing on the server
  /// outlasts a transaction, which is what poolers in transaction mode need.
  package var preparesStatements = true
  /// How often a transaction is run in total when it is in conflict with others.
  package var transactionAttempts = 2
  /// How long `close` waits for requests in flight.
  package var drainTimeout = Duration.seconds(5)

  package init() {}

  /// For administrative work, for which no request waits: one connection, and more time to connect.
  package static var administration: PostgresSettings {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(10)
    settings.waitTimeout = .seconds(10)
    settings.idleInTransactionTimeout = .seconds(5)
    (settings.readConnections, settings.writeConnections) = (1, 1)
    return settings
  }

  /// Transactions that have a connection to themselves at once. The rest is for single writes, so
  /// that transactions that wait for a lock do not stop them.
  var leasesMax: Int { max(1, writeConnections - (writeConnections < 4 ? 1 : 2)) }

  var scope: SessionSettings.Scope { preparesStatements ? .session : .transaction }

  var answerTimeout: Duration { statementTimeout + answerMargin }

  /// The server's settings for each connection of a service.
  ///
  /// Generic plans, because a statement is planned once for each connection, not for each call. No
  /// bitmap scans, because the one plan must suit the busiest product or customer: a list is read
  /// in index order until the page is full, not collected and sorted.
  var serverSettings: [SessionSettings.Entry] {
    [
      .init("statement_timeout", "\(statementTimeout.inMilliseconds)"),
      .init("lock_timeout", "\(lockTimeout.inMilliseconds)"),
      .init("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.inMilliseconds)"),
      .init("plan_cache_mode", "force_generic_plan"),
      // The default is for spinning disks.
      .init("random_page_cost", "1.1"),
      .init("enable_bitmapscan", "off"),
      // Compiling a statement whose cost is estimated too high takes a second, and none of ours is
      // long enough to be worth it.
      .init("jit", "off"),
    ]
  }

  /// The schema of all the service's objects.
  package static let schema = "waybill"

  /// libpq's options that the connection string can override.
  ///
  /// A lost peer is noticed after 10 s of silence and 3 probes, or 5 s after bytes that it has not
  /// acknowledged. Kerberos encryption is off because its negotiation blocks.
  static let transportOptions = [
    "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    "tcp_user_timeout": "5000", "gssencmode": "disable",
  ]
}

extension Duration {
  var inMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
