import EventLoop
import OrderStore
import Postgres

/// Counts the orders that a process outside has still to fulfil, for whoever shows the metrics.
/// Every instance does it: without a process service nobody fulfils them, and an alert must say so.
final class BacklogJob {
  /// The figures are of that age; whoever scrapes them more often costs the database nothing.
  private static let countEvery = Duration.seconds(5)

  private let queue: OrderProcessRepository
  private let figures: ProcessFigures
  private let log: Log
  private let loop: EventLoop
  private var timer: Timer?
  private var hasFailed = false
  private var isStopped = false

  /// Begins at once; the caller is on the loop of `database`.
  init(_ shared: Shared, _ database: Database) {
    queue = OrderProcessRepository(database)
    figures = shared.metrics.process
    log = shared.log
    loop = database.loop
    timer = Timer(on: loop) { [unowned self] in count() }
    count()
  }

  /// Counts no more.
  func stop() {
    isStopped = true
    timer?.disarm()
  }

  private func count() {
    loop.spawn {
      do throws(PostgresError) {
        self.figures.took(try await self.queue.backlog())
        self.hasFailed = false
      } catch {
        self.failed(error)
      }
      if !self.isStopped { self.timer?.arm(after: Self.countEvery) }
    }
  }

  /// Says once that the database is away, until it has been there again.
  private func failed(_ error: PostgresError) {
    guard !hasFailed, !isStopped else { return }
    hasFailed = true
    log.write(
      .warning, "the orders to fulfil cannot be counted", ["error": error.debugDescription])
  }
}
