import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Tokens")
struct TokenRepositoryTests {
  private static let till = NewToken(role: .customer(CustomerID("demo-a")!), name: Name("till")!)!

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
      let (secret, token) = try await tokens.create(Self.till)
      let (boss, _) = try await tokens.create(NewToken(role: .admin, name: Name("boss")!)!)

      #expect(
        try await tokens.find(secret)
          == Caller(token: token.number, role: Self.till.role, name: Self.till.name.value))
      #expect(try await tokens.find(boss) == Caller(token: 2, role: .admin, name: "boss"))
      #expect(try await database.read("SELECT id FROM customers")[0].text(0) == "demo-a")
      #expect(try await tokens.list().map(\.name) == ["till", "boss"])
    }
  }

  @Test("are stored as their hash alone")
  func hash() async throws {
    try await keeping { tokens, database, _ in
      let (secret, _) = try await tokens.create(Self.till)
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
      let (secret, token) = try await tokens.create(Self.till)
      let (brief, _) = try await tokens.create(
        NewToken(role: Self.till.role, name: Self.till.name, days: 1)!)
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
      let (secret, _) = try await tokens.create(Self.till)
      #expect(try await tokens.list()[0].lastUsedAt == nil)
      _ = try await tokens.find(secret)
      let first = try await tokens.list()[0].lastUsedAt
      await second()
      _ = try await tokens.find(secret)

      #expect(first != nil)
      #expect(try await tokens.list()[0].lastUsedAt == first)
    }
  }

  @Test("are told of when they change, and not when they are used; and silence is noticed")
  func changes() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let database = Database(target, settings: .patient, on: loop)
      let tokens = TokenRepository(database)
      var heard: [String] = []
      var checks = 0
      let notifications = Notifications(
        target, channels: [TokenRepository.channel], checkInterval: .milliseconds(20), on: loop
      ) { event in
        switch event {
        case .listening: heard.append("listening")
        case .notified(_, let token): heard.append(token)
        case .upToDate: checks += 1
        }
      }
      try await eventually("it listens") { heard == ["listening"] && checks > 0 }
      let (secret, _) = try await tokens.create(Self.till)
      _ = try await tokens.find(secret)
      _ = try await tokens.rotate(1, days: nil, overlap: 1)
      _ = try await tokens.revoke(2)
      let before = checks
      try await eventually("all is heard") { heard.count == 3 && checks > before + 1 }
      #expect(heard == ["listening", "1", "2"])
      notifications.close()
      await database.close()
    }
  }

  @Test("that take the place of others are like them, and leave them for some days")
  func rotate() async throws {
    try await keeping { tokens, _, _ in
      let (old, _) = try await tokens.create(Self.till)
      let (new, made) = try #require(try await tokens.rotate(1, days: 30, overlap: 7))
      #expect(made.number == 2 && made.role == Self.till.role && made.name == Self.till.name.value)
      #expect(try await tokens.find(old)?.token == 1)
      #expect(try await tokens.find(new)?.token == 2)
      #expect(try await tokens.find(old)?.firstToken == 1)
      #expect(try await tokens.find(new)?.firstToken == 1, "keys go on to have its name")
      let days = try await tokens.list().compactMap(\.expiresAt).map {
        ($0.microseconds - made.createdAt.microseconds + 43_200_000_000) / 86_400_000_000
      }
      #expect(days == [7, 30])

      // At once: the old one ends, and what has ended is no model for others. Unless something else
      // is said, the new one is as long-lived as the old one was meant to be.
      let (last, third) = try #require(try await tokens.rotate(2, days: nil, overlap: 0))
      #expect(try await tokens.find(last)?.firstToken == 1)
      let life = (third.expiresAt?.microseconds ?? 0) - third.createdAt.microseconds
      #expect(life == 30 * 86_400_000_000)
      #expect(try await tokens.rotate(2, days: nil, overlap: 1) == nil)
      #expect(try await tokens.rotate(9, days: nil, overlap: 1) == nil)

      let endless = try await tokens.create(Self.till).1
      #expect(try await tokens.rotate(endless.number, days: nil, overlap: 7)?.1.expiresAt == nil)
    }
  }

  @Test("of the demo are made anew at every start, and only where there are demo data")
  func demo() async throws {
    try await keeping { tokens, database, _ in
      #expect(try await tokens.renewDemo() == nil)
      _ = try await DemoData(database).insert()
      let first = try #require(try await tokens.renewDemo())
      let second = try #require(try await tokens.renewDemo())

      #expect(try await tokens.find(first) == nil)
      #expect(try await tokens.find(second)?.role.customer?.value == "demo-1")
    }
  }

  @Test("of a customer name one, and of others none; none is ever deleted")
  func rules() async throws {
    try await keeping { tokens, database, _ in
      _ = try await tokens.create(Self.till)
      for statement: SQL in [
        "UPDATE tokens SET customer_id = NULL", "UPDATE tokens SET role = 'admin'",
        "UPDATE tokens SET role = 'god', customer_id = NULL", "UPDATE tokens SET hash = 'x'",
        "UPDATE tokens SET expires_at = created_at", "DELETE FROM tokens",
      ] {
        await #expect(throws: PostgresError.self) { _ = try await database.write(statement) }
      }
      #expect(Role("customer", customer: nil) == nil && Role("god", customer: nil) == nil)
      #expect(Role("admin", customer: CustomerID("demo-a")) == nil)
    }
  }
}
