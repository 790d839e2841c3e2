/// Every number of this module that is not a setting, with its unit and its reason.
enum PostgresLimits {
  /// Bytes of one statement's parameters: far above any request body, far below libpq's own limit.
  static let parameterBytesMax = 16 << 20
  /// Elements of one array parameter: a batch of some thousand rows is large.
  static let arrayElementsMax = 100_000
  /// Prepared statements of one connection: each holds a plan in the server (some 10 KB). A program
  /// has some hundred statements; one above the limit is parsed each time.
  static let statementsMax = 256
  /// Reads in flight on one connection. Behind more than these a read had better wait for another.
  static let readsInFlightMax = 256
  /// Writes in flight on one connection: each waits for the commits before it.
  static let writesInFlightMax = 16
  /// How long a connection must live for its loss not to count as a failure to connect, so that a
  /// server that lets us in and throws us out at once is not asked without a pause.
  static let steadyAfter = Duration.seconds(1)
  /// How long a connection may owe an answer before reads prefer another one.
  static let slowAfter = Duration.milliseconds(100)
  /// How long a transaction that lost a race pauses before it runs again: the winner needs some
  /// milliseconds to wake up and finish.
  static let racePauseMilliseconds = 5...25
  /// Servers one connection string may name, addresses of all names counted.
  static let candidatesMax = 16
}

/// How a database is used; each value has a default for a service that answers people.
package struct PostgresSettings: Sendable {
  /// Connections that share reads, pipelined. Two let the server use two cores for one loop.
  package var readConnections = 2
  /// Connections for writes and transactions. Group commit needs several: measured best at 8 to 16.
  package var writeConnections = 8
  /// The name the server shows for our connections in `pg_stat_activity`.
  package var applicationName = "waybill"
  /// How long one server may take to accept a connection, per address.
  package var connectTimeout = Duration.seconds(1)
  /// How long a request waits for a connection before it is refused.
  package var waitTimeout = Duration.seconds(1)
  /// Requests that wait for a connection at one time; more are refused at once.
  package var waitersMax = 512
  /// `statement_timeout`: the server ends a statement that takes longer.
  package var statementTimeout = Duration.seconds(2)
  /// `lock_timeout`: below the statement's, so that the error names the cause, and above the
  /// server's `deadlock_timeout` (1 s), so that a deadlock is found before it looks like patience.
  package var lockTimeout = Duration.milliseconds(1500)
  /// `idle_in_transaction_session_timeout`: how long a client that stopped may hold its locks.
  package var idleInTransactionTimeout = Duration.seconds(5)
  /// What an answer may take beyond the statement's own timeout before the connection counts as
  /// dead: a stopped backend obeys no timeout of its own.
  package var answerMargin = Duration.milliseconds(500)
  /// Bounds of the pause between attempts to connect. The longest leaves a second to connect in, so
  /// that service is back within two seconds of the database.
  package var backOff = Duration.milliseconds(50)...Duration.seconds(1)
  /// Whether statements are prepared, once for each connection. If not, nothing of ours lasts
  /// longer on the server than a transaction: so poolers want it that lend a server's connection
  /// for one transaction at a time.
  package var preparesStatements = true
  /// How often a transaction is run in all when it loses a race.
  package var transactionAttempts = 2
  /// How long `close` waits for what is in flight.
  package var drainTimeout = Duration.seconds(5)

  /// The defaults.
  package init() {}

  /// For work of its own, behind which no request waits: a server that is slow to accept is not yet
  /// one that is away, and one connection is enough.
  package static var administration: PostgresSettings {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(10)
    settings.waitTimeout = .seconds(10)
    (settings.readConnections, settings.writeConnections) = (1, 1)
    return settings
  }

  var scope: SessionSettings.Scope { preparesStatements ? .session : .transaction }

  var answerTimeout: Duration { statementTimeout + answerMargin }

  /// The server's settings for each connection of a service.
  ///
  /// Generic plans, because a statement is planned once for each connection, not once per call.
  /// No bitmaps, because such a plan must suit the busiest product or customer: a list is walked in
  /// its order until the page is full, not collected and sorted.
  var serverSettings: [SessionSettings.Entry] {
    [
      .init("statement_timeout", "\(statementTimeout.inMilliseconds)"),
      .init("lock_timeout", "\(lockTimeout.inMilliseconds)"),
      .init("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.inMilliseconds)"),
      .init("plan_cache_mode", "force_generic_plan"),
      // The planner's own figure is for a disk that seeks.
      .init("random_page_cost", "1.1"),
      .init("enable_bitmapscan", "off"),
    ]
  }

  /// The schema that holds everything of the service.
  package static let schema = "waybill"

  /// libpq's settings, where the connection string does not say otherwise.
  ///
  /// A peer that vanished is noticed after 10 s in silence plus 3 probes, or 5 s after bytes it
  /// should have taken; Kerberos encryption is off because negotiating it blocks.
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
