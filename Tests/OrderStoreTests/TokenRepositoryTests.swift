import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Tokens")
struct TokenRepositoryTests {
  private static let alice = NewToken(role: .customer(CustomerID("alice")!), name: Name("till")!)!

  /// Runs `body` with the tokens of a database of its own, on a loop whose clock is a test's.
  private func keeping<Result: Sendable>(
    _ body: @escaping @Sendable (TokenRepository, Database, () async -> Void) async throws -> Result
  ) async throws -> Result {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let database = Database(
        try ConnectionString(conninfo), settings: .patient, on: loop)
      // What was looked up is trusted for a second: this is the second.
      let result = try await body(TokenRepository(database), database) {
        await loop.pause(for: .seconds(1))
      }
      await database.close()
      return result
    }
  }

  @Test("name their bearer, and make a customer known whom nobody has introduced")
  func create() async throws {
    try await keeping { tokens, database, _ in
      let (secret, token) = try await tokens.create(Self.alice)
      let (boss, _) = try await tokens.create(NewToken(role: .admin, name: Name("boss")!)!)

      #expect(try await tokens.find(secret) == Caller(token: token.number, role: Self.alice.role))
      #expect(try await tokens.find(boss) == Caller(token: 2, role: .admin))
      #expect(try await database.read("SELECT id FROM customers")[0].text(0) == "alice")
      #expect(try await tokens.list().map(\.name) == ["till", "boss"])
    }
  }

  @Test("are stored as their hash alone")
  func hash() async throws {
    try await keeping { tokens, database, _ in
      let (secret, _) = try await tokens.create(Self.alice)
      let rows = try await database.read(
        """
        SELECT hash = sha256(\(secret.secret)::bytea),
               position(\(String(secret.secret.dropFirst(3))) IN tokens::text) FROM tokens
        """)

      #expect(try rows[0].bool(0) && rows[0].int(1) == 0)
    }
  }

  @Test("hold no longer than a second after they were revoked or have ended")
  func end() async throws {
    try await keeping { tokens, database, second in
      let (secret, token) = try await tokens.create(Self.alice)
      let (brief, _) = try await tokens.create(
        NewToken(role: Self.alice.role, name: Self.alice.name, days: 1)!)
      #expect(try await tokens.find(secret) != nil)
      #expect(try await tokens.find(brief) != nil)

      let revoked = try await tokens.revoke(token.number)
      let again = try await tokens.revoke(token.number)
      _ = try await database.write(
        """
        UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now()
         WHERE expires_at IS NOT NULL
        """)
      await second()

      #expect(try await tokens.find(secret) == nil)
      #expect(try await tokens.find(brief) == nil)
      #expect(revoked?.revokedAt != nil && revoked?.revokedAt == again?.revokedAt)
      #expect(try await tokens.revoke(99) == nil)
    }
  }

  @Test("say when they were last used, to the minute")
  func use() async throws {
    try await keeping { tokens, _, second in
      let (secret, _) = try await tokens.create(Self.alice)
      #expect(try await tokens.list()[0].lastUsedAt == nil)
      _ = try await tokens.find(secret)
      let first = try await tokens.list()[0].lastUsedAt
      await second()
      _ = try await tokens.find(secret)

      #expect(first != nil)
      #expect(try await tokens.list()[0].lastUsedAt == first)
    }
  }

  @Test("of the demo are made anew at every start, and only where there are demo data")
  func demo() async throws {
    try await keeping { tokens, database, _ in
      #expect(try await tokens.renewDemo() == nil)
      _ = try await DemoData(database).plant()
      let first = try #require(try await tokens.renewDemo())
      let second = try #require(try await tokens.renewDemo())

      #expect(try await tokens.find(first) == nil)
      #expect(try await tokens.find(second)?.role.customer?.value == "demo-1")
    }
  }

  @Test("of a customer name one, and of others none; none is ever deleted")
  func rules() async throws {
    try await keeping { tokens, database, _ in
      _ = try await tokens.create(Self.alice)
      for statement: SQL in [
        "UPDATE tokens SET customer_id = NULL", "UPDATE tokens SET role = 'admin'",
        "UPDATE tokens SET role = 'god', customer_id = NULL", "UPDATE tokens SET hash = 'x'",
        "UPDATE tokens SET expires_at = created_at", "DELETE FROM tokens",
      ] {
        await #expect(throws: PostgresError.self) { _ = try await database.write(statement) }
      }
      #expect(Role("customer", customer: nil) == nil && Role("god", customer: nil) == nil)
      #expect(Role("admin", customer: CustomerID("alice")) == nil)
    }
  }
}
