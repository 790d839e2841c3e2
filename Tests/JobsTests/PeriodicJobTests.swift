import EventLoop
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Jobs

@Suite("A periodic job")
struct PeriodicJobTests {
  /// A job that does what a test tells it to, and remembers its runs.
  private final class ScriptedJob: PeriodicJob {
    enum Outcome: Equatable { case ran, failed(isRepeated: Bool) }

    let name = "scripted"
    let lock: String? = nil
    private let fails: @Sendable (_ run: Int) -> Bool
    private let log = Mutex<[Outcome]>([])
    private let runs = Atomic(0)
    private let running = Atomic(0)

    init(fails: @escaping @Sendable (Int) -> Bool = { _ in false }) { self.fails = fails }

    var outcomes: [Outcome] { log.withLock { $0 } }

    func run(_ connections: JobConnections) async throws(PostgresError) -> Duration {
      let run = runs.add(1, ordering: .relaxed).newValue
      #expect(running.add(1, ordering: .relaxed).newValue == 1, "two runs overlap")
      await connections.database.loop.pause(for: .milliseconds(2))
      running.subtract(1, ordering: .relaxed)
      if fails(run) { throw .unavailable(reason: "scripted") }
      log.withLock { $0.append(.ran) }
      return .milliseconds(1)
    }

    func failed(_ error: PostgresError, isRepeated: Bool, _ log: Log) -> Duration {
      self.log.withLock { $0.append(.failed(isRepeated: isRepeated)) }
      return .milliseconds(1)
    }
  }

  /// A context whose database is not used.
  private static func context(
    _ conninfo: String = "", on loop: EventLoop
  ) throws -> JobContext {
    let target = try ConnectionString(conninfo)
    var settings = PostgresSettings()
    (settings.readConnections, settings.writeConnections) = (0, 0)
    return JobContext(
      target: target, database: Database(target, settings: settings, on: loop),
      log: Log(LogOptions(level: .error, format: .text)))
  }

  @Test("is run again and again, and not any more when it has been stopped")
  func runs() async throws {
    let job = ScriptedJob()
    try await onLoop { loop in
      let running = Jobs([job]).start(try Self.context(on: loop))
      try await eventually("it has run") { job.outcomes.count >= 3 }
      running.stop()
      let count = job.outcomes.count
      await loop.pause(for: .milliseconds(50))
      #expect(job.outcomes.count <= count + 1, "a run under way may end")
      await running.stopped()
    }
  }

  @Test("is run again after failures, and is told which of them are repeated")
  func failures() async throws {
    let job = ScriptedJob { [1, 2, 4].contains($0) }
    try await onLoop { loop in
      let running = Jobs([job]).start(try Self.context(on: loop))
      try await eventually("it has run") { job.outcomes.count >= 5 }
      running.stop()
    }
    #expect(
      job.outcomes.prefix(5) == [
        .failed(isRepeated: false), .failed(isRepeated: true), .ran, .failed(isRepeated: false),
        .ran,
      ])
  }

  @Test("loses a session that it keeps for too long, and fails")
  func timeout() async throws {
    let conninfo = try TestCluster.shared.makeDatabase()
    try await onLoop { loop in
      let connections = JobConnections("slow", try Self.context(conninfo, on: loop))
      await #expect(throws: PostgresError.self) {
        try await connections.withSession(timeout: .milliseconds(100)) {
          (session) throws(PostgresError) in
          _ = try await session.rows("SELECT pg_sleep(60)")
        }
      }
    }
  }

  @Test("gets no session when it has been stopped, and loses the one that it has")
  func closed() async throws {
    let conninfo = try TestCluster.shared.makeDatabase()
    try await onLoop { loop in
      let connections = JobConnections("closed", try Self.context(conninfo, on: loop))
      await #expect(throws: PostgresError.self) {
        try await connections.withSession(timeout: .seconds(60)) {
          (session) throws(PostgresError) in
          connections.close()
          _ = try await session.rows("SELECT 1")
        }
      }
      await #expect(throws: PostgresError.self) {
        try await connections.withSession(timeout: .seconds(60)) { _ in }
      }
    }
  }

  @Test("that has a lock takes it in the database: while it is taken, a run does nothing")
  func lock() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let job = ReportJob(everySeconds: 3_600)
      let key = try #require(job.lock)
      let context = try Self.context(conninfo, on: loop)
      let connections = JobConnections(job.name, context)
      let other = try await Session.open(context.target, on: loop)
      defer { other.close() }
      func refreshes() async throws -> Int {
        try await other.rows("SELECT count(*) FROM report_refreshes")[0].int(0)
      }
      _ = try await other.rows("SELECT pg_advisory_lock(hashtextextended(\(key), 0))")

      let pause = try await job.run(connections)
      #expect(try await refreshes() == 0 && pause <= .seconds(1), "another one has the lock")

      _ = try await other.rows("SELECT pg_advisory_unlock(hashtextextended(\(key), 0))")
      _ = try await job.run(connections)
      #expect(try await refreshes() == 1)
    }
  }

  @Test("shows its figures before it runs, and what it has counted afterwards")
  func figures() async throws {
    let conninfo = try await MigratedDatabase.make()
    let job = ReportJob(everySeconds: 3_600)
    func lines() -> [Substring] {
      var exposition = Exposition()
      Jobs([job]).report(to: &exposition)
      return String(decoding: exposition.text, as: UTF8.self).split(separator: "\n")
    }
    #expect(lines().contains("report_refresh_failures_total 0"))
    try await onLoop { loop in
      _ = try await job.run(JobConnections(job.name, try Self.context(conninfo, on: loop)))
    }
    #expect(lines().contains { $0.hasPrefix("report_last_refresh_timestamp_seconds 1") })
  }
}
