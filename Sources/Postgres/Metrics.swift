import Synchronization

/// What one loop's database has done and is doing; written on its loop, read from anywhere.
package final class PostgresMetrics: Sendable {
  /// A number that only one thread writes, so that adding to it needs no locked instruction.
  package struct Count: ~Copyable, Sendable {
    private let number = Atomic<Int>(0)

    /// The number now.
    package var value: Int { number.load(ordering: .relaxed) }

    func add(_ amount: Int = 1) { set(value &+ amount) }
    func set(_ value: Int) { number.store(value, ordering: .relaxed) }
  }

  /// Connections that stand.
  package let connectionsOpen = Count()
  /// Connections that belong to a transaction at the moment.
  package let connectionsLeased = Count()
  /// Connections opened since the start.
  package let connectionsOpened = Count()
  /// Attempts to connect that failed.
  package let connectFailures = Count()
  /// Connections that broke or were thrown away.
  package let connectionsLost = Count()
  /// 1 while nothing connects and requests are refused at once.
  package let breakerOpen = Count()
  /// Requests that wait for a connection.
  package let waiting = Count()
  /// Requests that had to wait since the start.
  package let waits = Count()
  /// How long they waited, in nanoseconds altogether.
  package let waitNanoseconds = Count()
  /// Statements handed to a connection.
  package let statements = Count()
  /// Statements sent a second time.
  package let resent = Count()
  /// Transactions begun.
  package let transactions = Count()
  /// Transactions run a second time.
  package let transactionsRetried = Count()
  /// Commits whose outcome nobody knows.
  package let outcomesUnknown = Count()
  /// Statements the server refused.
  package let errorsServer = Count()
  /// Statements whose connection broke.
  package let errorsLost = Count()
  /// Statements the server did not answer in time.
  package let errorsTimeout = Count()
  /// Requests refused without being sent.
  package let errorsRefused = Count()

  /// Counters at zero.
  package init() {}

  func count(_ error: PostgresError) {
    switch error {
    case .server: errorsServer.add()
    case .connectionLost: errorsLost.add()
    case .timeout: errorsTimeout.add()
    case .busy, .queueFull, .unavailable, .refused, .parameter, .configuration: errorsRefused.add()
    case .decoding: break
    }
    if error.isOutcomeUnknown { outcomesUnknown.add() }
  }
}
