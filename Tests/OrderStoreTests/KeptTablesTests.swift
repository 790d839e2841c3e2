import Postgres
import TestSupport
import Testing

@Suite("What is never deleted")
struct KeptTablesTests {
  @Test("is not emptied either, which no trigger of rows would see")
  func truncate() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      // 8 is the bit of DELETE in tgtype.
      let kept = try await session.rows(
        """
        SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
         WHERE tgfoid = 'refuse_change'::regproc AND tgtype & 8 > 0
        """)
      #expect(kept.count == 7)
      for row in kept {
        let table = try row.text(0)
        let refusal = await #expect(throws: PostgresError.self) {
          try await session.run(unsafeText: "TRUNCATE \(table) CASCADE")
        }
        // What refuse_change() raises: integrity_constraint_violation.
        #expect(refusal?.serverError?.state == "23000", "\(table)")
      }
      session.close()
    }
  }
}
