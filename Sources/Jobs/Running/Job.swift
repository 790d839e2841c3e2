package import EventLoop
package import Postgres
package import Telemetry

/// Work that is done beside the requests for as long as the service runs.
///
/// A job is a value that exists before anything runs, so its figures are shown from the start.
package protocol Job: Sendable {
  /// What it is called in the log and in the server's list of connections.
  var name: String { get }
  /// What it counts; nil for a job that counts nothing.
  var figures: (any FigureGroup)? { get }

  /// Starts the job; nil when the settings leave it nothing to do. The caller is on the context's
  /// loop.
  func start(_ context: JobContext) -> (any RunningJob)?
}

extension Job {
  package var figures: (any FigureGroup)? { nil }
}

/// A job under way. Lives on its loop.
package protocol RunningJob: AnyObject {
  /// From now on the job begins nothing new.
  func stop()
  /// Waits for the end of work that was begun and must not be left half done.
  func stopped() async
}

/// What every job is given.
package struct JobContext {
  /// The database, reached without a connection pooler.
  package let target: ConnectionString
  /// The connections of the loop on which the jobs run.
  package let database: Database
  package let log: Log
  package var loop: EventLoop { database.loop }

  package init(target: ConnectionString, database: Database, log: Log) {
    self.target = target
    self.database = database
    self.log = log
  }
}
