import Glibc
import Postgres
import TestSupport
import Testing

@Suite("Answers to keyed requests")
struct PruneJobTests {
  @Test("are forgotten after a day by whatever instance runs")
  func pruned() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      _ = try await session.rows(
        """
        INSERT INTO idempotency_keys (id, contract, method, path, key, fingerprint, status, fields,
                                      body, created_at)
        SELECT sha256(n::text::bytea), 'api', 'POST', '/orders', n::text, sha256(''), 201, '', '',
               now() - n * interval '5 hours'
          FROM generate_series(1, 9) AS n
        """)
      let program = try RunningProgram(["DATABASE_URL": conninfo])
      _ = try await program.port()
      try await eventually("five are old enough; log: \(program.log)") {
        try await session.rows("SELECT count(*) FROM idempotency_keys")[0].int(0) == 4
      }
      program.signal(SIGTERM)
      #expect(await program.exitCode() == 0)
    }
  }
}
