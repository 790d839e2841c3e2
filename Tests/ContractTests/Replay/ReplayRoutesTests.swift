import HTTP
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Every route that changes something")
struct ReplayRoutesTests {
  @Test("answers with a key what it answers without one, once, and then again and again")
  func everyRoute() async throws {
    let plain = try await ordering { client in
      try await client.sendEveryChange { try await client.send($0) }
    }
    let keyed = try await ordering { client in
      try await client.sendEveryChange { request in
        let first = try await client.send(request, ["Idempotency-Key: k"])
        let before = try await client.digest()
        let again = try await client.send(request, ["Idempotency-Key: k"])
        #expect(again.repeated == first.repeated, "\(request)")
        #expect(again.isReplayed && !first.isReplayed, "\(request)")
        #expect(try await client.digest() == before, "\(request) has no second effect")
        return first
      }
    }

    #expect(plain.map(\.shape) == keyed.map(\.shape))
    #expect(keyed.allSatisfy { (200..<300).contains($0.status) })
  }

  /// What ends the backend when all of the effect is done: before the commit, or in it.
  private static let deaths = [
    "CREATE TRIGGER die AFTER INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION die()",
    """
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON idempotency_keys DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
    """,
  ]

  @Test("leaves nothing behind when its backend dies, and is done by the retry", arguments: deaths)
  func everyDeath(_ trigger: String) async throws {
    try await ordering { client in
      try await client.run(
        unsafe: """
          CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$
          """)
      try await client.run(unsafe: trigger)
      let answers = try await client.sendEveryChange { request in
        try await client.run("ALTER TABLE idempotency_keys ENABLE TRIGGER die")
        client.outage.isWanted = true
        let before = try await client.digest()
        let killed = try await client.send(request, ["Idempotency-Key: k"])
        let after = try await client.digest()
        #expect(killed.status == 503 && after == before, "\(request) \(killed.body)")
        try await client.run("ALTER TABLE idempotency_keys DISABLE TRIGGER die")
        client.outage.isWanted = false
        return try await client.send(request, ["Idempotency-Key: k"])
      }
      #expect(answers.allSatisfy { (200..<300).contains($0.status) && !$0.isReplayed })
    }
  }
}
