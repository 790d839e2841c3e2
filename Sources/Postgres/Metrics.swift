import Synchronization

/// What one loop's database has done and is doing; written on its loop, read from anywhere.
public final class PostgresMetrics: Sendable {
  /// A number that only one thread writes, so that adding to it needs no locked instruction.
  public struct Count: ~Copyable, Sendable {
    private let number = Atomic<Int>(0)

    /// The number now.
    public var value: Int { number.load(ordering: .relaxed) }

    func add(_ amount: Int = 1) { set(value &+ amount) }
    func set(_ value: Int) { number.store(value, ordering: .relaxed) }
  }

  /// Connections that stand.
  public let connectionsOpen = Count()
  /// Connections that belong to a transaction at the moment.
  public let connectionsLeased = Count()
  /// Connections opened since the start.
  public let connectionsOpened = Count()
  /// Attempts to connect that failed.
  public let connectFailures = Count()
  /// Connections that broke or were thrown away.
  public let connectionsLost = Count()
  /// 1 while nothing connects and requests are refused at once.
  public let breakerOpen = Count()
  /// Requests that wait for a connection.
  public let waiting = Count()
  /// Requests that had to wait since the start.
  public let waits = Count()
  /// How long they waited, in nanoseconds altogether.
  public let waitNanoseconds = Count()
  /// Statements handed to a connection.
  public let statements = Count()
  /// Statements sent a second time.
  public let resent = Count()
  /// Transactions begun.
  public let transactions = Count()
  /// Transactions run a second time.
  public let transactionsRetried = Count()
  /// Commits whose outcome nobody knows.
  public let outcomesUnknown = Count()
  /// Statements the server refused.
  public let errorsServer = Count()
  /// Statements whose connection broke.
  public let errorsLost = Count()
  /// Statements the server did not answer in time.
  public let errorsTimeout = Count()
  /// Requests refused without being sent.
  public let errorsRefused = Count()

  /// Counters at zero.
  public init() {}

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
