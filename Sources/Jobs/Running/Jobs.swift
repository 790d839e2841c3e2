package import Telemetry

/// All jobs of a service.
package struct Jobs: Sendable {
  private let all: [any Job]

  package init(_ all: [any Job]) { self.all = all }

  /// Adds what the jobs count.
  package func report(to exposition: inout Exposition) {
    for job in all { job.figures?.report(to: &exposition) }
  }

  /// Starts all jobs; the caller is on the context's loop.
  package func start(_ context: JobContext) -> RunningJobs {
    RunningJobs(all.compactMap { $0.start(context) })
  }
}

/// Jobs under way. Lives on their loop.
package struct RunningJobs {
  private let all: [any RunningJob]

  init(_ all: [any RunningJob]) { self.all = all }

  /// From now on the jobs begin nothing new.
  package func stop() { for job in all { job.stop() } }

  /// Waits for the end of what they had begun.
  package func stopped() async { for job in all { await job.stopped() } }
}
