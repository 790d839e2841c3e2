import Synchronization

/// Counters and gauges of one loop's database; written on its loop, readable from any thread.
package final class PostgresMetrics: Sendable {
  /// A number that only one thread writes, so that adding needs no atomic read-modify-write.
  package struct Count: ~Copyable, Sendable {
    private let number = Atomic<Int>(0)

    package var value: Int { number.load(ordering: .relaxed) }

    func add(_ amount: Int = 1) { set(value &+ amount) }
    func set(_ value: Int) { number.store(value, ordering: .relaxed) }
  }

  package let connectionsOpen = Count()
  /// Connections that belong to a transaction now.
  package let connectionsLeased = Count()
  package let connectionsOpened = Count()
  package let connectFailures = Count()
  /// Connections that broke or were closed for an error.
  package let connectionsLost = Count()
  /// 1 while no connection can be opened and requests are refused at once.
  package let breakerOpen = Count()
  /// Requests that wait for a connection now.
  package let waiting = Count()
  /// Requests that had to wait since the start.
  package let waits = Count()
  /// How long they waited, the sum in nanoseconds.
  package let waitNanoseconds = Count()
  package let statements = Count()
  /// Statements sent a second time.
  package let resent = Count()
  package let transactions = Count()
  /// Transactions run a second time.
  package let transactionsRetried = Count()
  /// Commits whose outcome is not known.
  package let outcomesUnknown = Count()
  /// Statements the server refused.
  package let errorsServer = Count()
  /// Statements whose connection broke.
  package let errorsLost = Count()
  /// Statements the server did not answer in time.
  package let errorsTimeout = Count()
  /// Requests refused without being sent.
  package let errorsRefused = Count()

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
