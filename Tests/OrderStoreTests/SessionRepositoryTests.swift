import EventLoop
import OrderStore
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@Suite("Sessions in the database")
struct SessionRepositoryTests {
  /// Runs `body` with the sessions of a database of its own, as the service's role.
  private func keeping<Result: Sendable>(
    _ body:
      @escaping @Sendable (SessionRepository, TokenRepository, Database, EventLoop)
      async throws -> Result
  ) async throws -> Result {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let owner = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let database = Database(
        try ConnectionString(MigratedDatabase.as(.service, conninfo)), settings: .patient, on: loop)
      let result = try await body(
        SessionRepository(database), TokenRepository(database), owner, loop)
      await database.close()
      await owner.close()
      return result
    }
  }

  private static let clerk = NewToken(role: .retailer, name: Name("clerk")!)!

  @Test("are opened for valid tokens alone")
  func tokens() async throws {
    try await keeping { sessions, tokens, owner, _ in
      let (_, token) = try await tokens.create(Self.clerk)
      let (session, end) = try #require(
        try await sessions.open(as: token.number, replacing: nil))
      #expect(
        try await sessions.find(session)
          == Caller(token: token.number, role: .retailer, name: "clerk"))
      #expect(try await sessions.end(of: session) == end)
      #expect(try await sessions.open(as: 99, replacing: nil) == nil)
      _ = try await tokens.revoke(token.number)
      #expect(try await sessions.open(as: token.number, replacing: nil) == nil)
      #expect(try await owner.read("SELECT FROM console_session_overview").count == 0)
    }
  }

  @Test("end with their token, when that ends before them")
  func shortTokens() async throws {
    try await keeping { sessions, tokens, owner, _ in
      let (_, token) = try await tokens.create(Self.clerk)
      _ = try await owner.write("UPDATE tokens SET expires_at = now() + interval '10 minutes'")
      let (session, end) = try #require(
        try await sessions.open(as: token.number, replacing: nil))
      let listed = try #require(try await tokens.find(number: token.number))

      #expect(end == listed.expiresAt)
      #expect(try await sessions.end(of: session) == listed.expiresAt)
      #expect(
        try await owner.read("SELECT ends_at = expires_at FROM console_sessions, tokens")[0].bool(0)
      )
    }
  }

  @Test("of one token are opened by many at once, and none is lost")
  func together() async throws {
    try await keeping { sessions, tokens, owner, loop in
      let (_, token) = try await tokens.create(Self.clerk)
      let opened = await TestSupport.together(20, on: loop) { _ in
        (try? await sessions.open(as: token.number, replacing: nil))?.0
      }.compactMap(\.self)
      var found = 0
      for session in opened where try await sessions.find(session) != nil { found += 1 }

      #expect(Set(opened).count == 20 && found == 20)
      // In a hundred others, twenty of them at once, there is room for a hundred.
      _ = try await owner.write(
        """
        INSERT INTO console_sessions (hash, token_number, used_at, ends_at)
        SELECT sha256(n::text::bytea), \(token.number), now() - interval '1 minute', now()
          FROM generate_series(1, 75) AS n
        """)
      _ = await TestSupport.together(20, on: loop) { _ in
        try? await sessions.open(as: token.number, replacing: nil)
      }
      #expect(try await owner.read("SELECT count(*) FROM console_sessions")[0].int(0) == 100)
    }
  }

  @Test("are deleted when they have ended, and no others")
  func prune() async throws {
    try await keeping { sessions, tokens, owner, loop in
      let (_, token) = try await tokens.create(Self.clerk)
      let (session, _) = try #require(try await sessions.open(as: token.number, replacing: nil))
      _ = try await owner.write(
        """
        INSERT INTO console_sessions (hash, token_number, created_at, used_at, ends_at)
        SELECT sha256(n::text::bytea), \(token.number), now() - interval '3 hours',
               now() - interval '2 hours', now() - interval '1 hour'
          FROM generate_series(1, 1203) AS n
        """)
      let count = try await owner.write("SELECT prune_sessions(2000)")[0].int(0)

      #expect(count == 1_203)
      #expect(try await sessions.find(session) != nil)
      #expect(try await owner.read("SELECT count(*) FROM console_sessions")[0].int(0) == 1)
    }
  }

  /// What nobody may write, also in psql, and the constraint that refuses it.
  static let wrong: [(row: String, constraint: String)] = [
    ("sha256('a'), 1, now(), now(), now() + interval '61 minutes'", "console_sessions_end"),
    (
      "sha256('a'), 1, now() - interval '12 hours', now(), now() + interval '1 second'",
      "console_sessions_end"
    ),
    ("'\\x00', 1, now(), now(), now()", "console_sessions_hash_length"),
    ("sha256('a'), 9, now(), now(), now()", "console_sessions_token_fkey"),
  ]

  @Test("last no longer than they may, whoever writes them", arguments: wrong)
  func constraints(_ example: (row: String, constraint: String)) async throws {
    try await keeping { _, tokens, owner, _ in
      _ = try await tokens.create(Self.clerk)
      let error = await #expect(throws: PostgresError.self) {
        _ = try await owner.write(
          SQL(
            unsafeText: """
              INSERT INTO console_sessions (hash, token_number, created_at, used_at, ends_at)
              VALUES (\(example.row))
              """))
      }
      #expect(error?.serverError?.constraint == example.constraint)
    }
  }
}
