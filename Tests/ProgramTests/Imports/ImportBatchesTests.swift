import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("An import of new customers")
struct ImportBatchesTests {
  @Test(
    "writes the rows behind those that somebody else holds up, but commits them after these",
    arguments: ["COMMIT", "ROLLBACK"])
  func heldUp(_ end: String) async throws {
    let bench = try await ImportBench()
    let rows = (1...1_200).map { "c\($0),Demo Customer \($0)\n" }.joined()
    try bench.write("id,name\n" + rows, to: "c.csv")
    let program = try await importCustomers(bench, heldUpBy: "c7", until: end)

    let isRefused = end == "COMMIT"
    #expect(await program.exitCode(within: 180) == (isRefused ? 1 : 0), "\(program.log)")
    #expect(
      program.log.contains("line 8, column id: c7 exists already") == isRefused, "\(program.log)")
    let customers = try await bench.number("SELECT count(*)::text FROM waybill.customers")
    #expect(customers == (isRefused ? 1 : 1_200))
    let byte = try await bench.number("SELECT byte::text FROM waybill.imports")
    #expect((byte > 0) != isRefused)
    let outOfOrder: SQL = """
      SELECT count(*)::text
        FROM (SELECT substr(id, 2)::integer < lag(substr(id, 2)::integer) OVER (ORDER BY number)
                FROM waybill.customers) AS c (is_earlier)
       WHERE is_earlier
      """
    #expect(try await bench.number(outOfOrder) == 0)
    try await bench.checkInvariants()
  }

  @Test("gives a number that rows of two batches have to the first of them")
  func sharedNumber() async throws {
    let bench = try await ImportBench()
    let rows = (1...1_200).map { "c\($0),Demo Customer \($0),\($0 == 501 ? 500 : $0)\n" }.joined()
    try bench.write("id,name,number\n" + rows, to: "c.csv")
    let (code, log) = try await bench.run(["import", "customers", bench.path("c.csv")])
    #expect(code == 0, "\(log)")
    let kept: SQL = """
      SELECT count(*)::text FROM waybill.customers
       WHERE number = CASE id WHEN 'c501' THEN 1201 ELSE substr(id, 2)::integer END
      """
    #expect(try await bench.number(kept) == 1_200)
    try await bench.checkInvariants()
  }

  @Test("tells each refused row once, by line, whoever has found it")
  func refusals() async throws {
    let bench = try await ImportBench()
    try await bench.execute(
      """
      INSERT INTO waybill.customers (id, name)
      SELECT 'c' || n, 'Demo Customer' FROM unnest(ARRAY[7, 506, 1199]) AS n
      """)
    let wrong: Set = [3, 900, 1_100]
    let rows = (1...1_200).map { "c\($0),\(wrong.contains($0) ? "none" : "c@example.org")\n" }
    try bench.write("id,email\n" + rows.joined(), to: "c.csv")
    let (code, log) = try await bench.run(
      ["import", "customers", bench.path("c.csv"), "--on-error", "skip"])
    #expect(code == 2)
    let told = log.matches(of: /line (\d+), column/).compactMap { Int($0.1) }
    #expect(told == [4, 8, 507, 901, 1_101, 1_200], "\(log)")
    try await bench.checkInvariants()
  }

  /// Imports `c.csv` while another session has a customer whom nobody sees, and ends that session's
  /// transaction when the rows behind this customer were written. The customer's number is not
  /// drawn: who draws one keeps others from reserving numbers.
  private func importCustomers(
    _ bench: ImportBench, heldUpBy customer: String, until end: String
  ) async throws -> RunningProgram {
    let (conninfo, file) = (bench.conninfo, bench.path("c.csv"))
    return try await onLoop { loop in
      let other = try await Session.open(try ConnectionString(conninfo), on: loop)
      let watcher = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { for session in [other, watcher] { session.close() } }
      try await other.run(
        unsafeText: """
          BEGIN;
          INSERT INTO waybill.customers (id, number, name) OVERRIDING SYSTEM VALUE
          VALUES ('\(customer)', 9999, 'Demo Customer')
          """)
      let program = try RunningProgram(
        ["DATABASE_URL": conninfo], arguments: ["import", "customers", file])
      try await eventually("the first rows wait, and others are being written") {
        try await watcher.rows(
          """
          SELECT FROM pg_locks
           WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND relation = 'waybill.customers'::regclass AND mode = 'RowExclusiveLock'
          HAVING count(*) = 3 AND bool_or(cardinality(pg_blocking_pids(pid)) > 0)
          """
        ).count == 1
      }
      #expect(try await watcher.rows("SELECT FROM waybill.customers").isEmpty)
      try await other.run(unsafeText: end)
      return program
    }
  }
}
