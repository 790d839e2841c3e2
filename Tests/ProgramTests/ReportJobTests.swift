import Glibc
import OrderStore
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("The report's schedule")
struct ReportJobTests {
  @Test("takes a completed order into the report with the next refresh, and shows its figures")
  func endToEnd() async throws {
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_REPORT_REFRESH_SECONDS": "1",
      "WAYBILL_SEED": "demo",
    ])
    let port = try await program.port()
    try await eventually("the first report is there") {
      await PlainClient.get("/reports/customers", port: port).contains(#""customer_id":"demo-1""#)
    }
    let placed = await PlainClient.send(
      "POST", "/orders", #"{"customer_id":"new-one","items":[{"quantity":2,"price":1.25}]}"#, port)
    let location = try #require(placed.firstMatch(of: /Location: (\S+)/)).1
    for status in ["in_progress", "completed"] {
      let moved = await PlainClient.send(
        "PATCH", "\(location)/status", #"{"status":"\#(status)"}"#, port)
      #expect(moved.hasPrefix("HTTP/1.1 200 "))
    }

    try await eventually("the order is in the report") {
      await PlainClient.get("/reports/customers/new-one", port: port)
        .contains(#""orders":1,"total_quantity":2,"total_amount":2.50}"#)
    }
    let metrics = await PlainClient.get("/metrics", port: port)
    #expect(metrics.contains("\nreport_refresh_failures_total 0\n"))
    #expect(metrics.contains(/\nreport_last_refresh_timestamp_seconds 1\d{9}/))
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("is kept by two instances together, none twice, none missed, also when one is killed")
  func twoInstances() async throws {
    let conninfo = try await MigratedDatabase.make()
    let variables = ["DATABASE_URL": conninfo, "WAYBILL_REPORT_REFRESH_SECONDS": "1"]
    let (first, second) = (try RunningProgram(variables), try RunningProgram(variables))
    _ = (try await first.port(), try await second.port())

    try await eventually("both have begun") {
      try await refreshes(conninfo) >= 3
    }
    first.signal(SIGKILL)
    let then = try await refreshes(conninfo)
    try await eventually("the other one goes on") {
      try await refreshes(conninfo) >= then + 3
    }
    second.signal(SIGTERM)
    #expect(await second.exitCode() == 0)

    let gaps = try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows(
        """
        SELECT (extract(epoch FROM started_at - lag(started_at) OVER steps) * 1000)::bigint,
               started_at >= lag(finished_at) OVER steps
          FROM report_refreshes WINDOW steps AS (ORDER BY number) OFFSET 1
        """
      ).map { (row) throws(PostgresError) in (try row.int(0), try row.bool(1)) }
    }
    #expect(gaps.allSatisfy { $0.0 >= 1_000 && $0.1 }, "too early, or overlapping: \(gaps)")
    // One that found the other at it asks again after a second; the rest is a busy machine's.
    #expect(gaps.allSatisfy { $0.0 <= 10_000 }, "missed: \(gaps)")
  }

  @Test("outlives a schema that is not there yet, and says so")
  func schemaMissing() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let program = try RunningProgram([
      "DATABASE_URL": conninfo, "WAYBILL_REPORT_REFRESH_SECONDS": "1",
    ])
    let port = try await program.port()
    try await eventually("it is logged") {
      program.log.contains("the report could not be refreshed")
    }
    let migration = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["migrate"])
    #expect(await migration.exitCode() == 0)

    try await eventually("the report is there") {
      await PlainClient.get("/reports/customers", port: port).contains(#""refreshed_at":"2"#)
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  private func refreshes(_ conninfo: String) async throws -> Int {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows("SELECT count(*) FROM report_refreshes")[0].int(0)
    }
  }
}
