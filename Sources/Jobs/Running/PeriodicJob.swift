import EventLoop
package import Postgres
package import Telemetry

/// A job that is done again and again. A run begins when the one before has ended and its pause has
/// passed, so no two of an instance overlap.
package protocol PeriodicJob: Job {
  /// The advisory lock that the transaction of a run takes in the database, which lets one instance
  /// work at a time; nil when the instances do not disturb each other.
  var lock: String? { get }
  /// The pause before the first run; none unless a job says otherwise.
  var firstPause: Duration { get }

  /// Does the work once; returns the pause before the next run.
  func run(_ connections: JobConnections) async throws(PostgresError) -> Duration

  /// Is told that a run failed, and whether the run before failed, too; returns the pause before
  /// the next run.
  func failed(_ error: PostgresError, isRepeated: Bool, _ log: Log) -> Duration
}

extension PeriodicJob {
  package var firstPause: Duration { .zero }

  package func start(_ context: JobContext) -> (any RunningJob)? {
    PeriodicRunner(self, context)
  }
}

/// Runs one periodic job until it is stopped. Lives on its loop.
final class PeriodicRunner: RunningJob {
  private let job: any PeriodicJob
  private let connections: JobConnections
  private let loop: EventLoop
  private var timer: Timer?
  private var hasFailed = false
  private var isStopped = false

  init(_ job: any PeriodicJob, _ context: JobContext) {
    self.job = job
    loop = context.loop
    connections = JobConnections(job.name, context)
    timer = Timer(on: loop) { [unowned self] in begin() }
    timer?.arm(after: job.firstPause)
  }

  func stop() {
    isStopped = true
    timer?.disarm()
    connections.close()
  }

  /// Waits for nothing: the server completes or rolls back the statement that is under way.
  func stopped() async {}

  private func begin() { loop.spawn { await self.run() } }

  private func run() async {
    let pause: Duration
    do throws(PostgresError) {
      pause = try await job.run(connections)
      hasFailed = false
    } catch {
      if isStopped { return }
      pause = job.failed(error, isRepeated: hasFailed, connections.log)
      hasFailed = true
    }
    if !isStopped { timer?.arm(after: pause) }
  }
}
