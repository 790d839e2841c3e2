import EventLoop
import OrderStore
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import Jobs

@Suite("The job of the feed")
struct FeedJobTests {
  @Test("takes the time it needs when that is more than a statement of the service may take")
  func backlog() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      var settings = PostgresSettings()
      settings.statementTimeout = .milliseconds(50)
      let database = Database(target, settings: settings, on: loop)
      let other = try await Session.open(target, on: loop)
      _ = try await other.rows("SELECT pg_advisory_lock(hashtextextended('waybill.feed', 0))")
      _ = try await other.rows("INSERT INTO customers (id) VALUES ('c')")

      let running = Jobs([FeedJob(FeedSignal())]).start(
        JobContext(
          target: target, database: database,
          log: Log(LogOptions(level: .error, format: .text))))
      try await eventually("it waits without a limit") {
        let waiting = try await other.rows(
          """
          SELECT FROM pg_stat_activity
           WHERE application_name = 'waybill feed' AND wait_event_type = 'Lock'
          """)
        return waiting.count == 1
      }
      #expect(try await other.rows("SELECT FROM feed()").count == 0)
      _ = try await other.rows("SELECT pg_advisory_unlock_all()")
      try await eventually("the event has its position") {
        try await other.rows("SELECT FROM feed()").count == 1
      }
      running.stop()
      await running.stopped()
      other.close()
      await database.close()
    }
  }
}
