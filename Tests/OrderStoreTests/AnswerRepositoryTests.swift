import EventLoop
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderStore

@Suite("Answers that are kept")
struct AnswerRepositoryTests {
  private static func request(_ key: String, token: Int? = nil) -> KeyedRequest {
    KeyedRequest(
      .init(
        token: token, contract: "api", method: "POST", path: "/things",
        key: IdempotencyKey(key)!), content: [1, 0, 255])
  }

  private static let answer = StoredAnswer(
    status: 201, contentType: "application/json", fields: "ETag: \"1\"\n",
    body: [0] + Array("{}".utf8) + [0xFF])

  private static func with(
    _ body: @escaping @Sendable (AnswerRepository, Database) async throws -> Void
  ) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await body(AnswerRepository(database), database)
      await database.close()
    }
  }

  @Test("come back byte for byte, to whom they were given")
  func replayed() async throws {
    try await Self.with { answers, _ in
      for token in [nil, 1, 2] {
        var runs = 0
        for expected in [KeyedOutcome.answered(Self.answer), .replayed(Self.answer)] {
          let outcome = try await answers.once(Self.request("k", token: token)) {
            runs += 1
            return Self.answer
          } refusal: { _ in
            nil
          }
          #expect(outcome == expected && runs == 1, "a token of its own is a name of its own")
        }
      }
    }
  }

  @Test("are given by one run that counts, when the first lost a race or its connection")
  func runAgain() async throws {
    try await Self.with { answers, database in
      for (number, trouble) in [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$",
      ].enumerated() {
        var runs = 0
        let outcome = try await answers.once(Self.request("\(number)")) {
          runs += 1
          _ = try await database.write(
            "INSERT INTO customers (id) VALUES (\("c-\(number)-\(runs)"))")
          if runs == 1 { _ = try await database.write(SQL(unsafeText: trouble)) }
          return Self.answer
        } refusal: { _ in
          nil
        }
        #expect(outcome == .answered(Self.answer) && runs == 2)
      }
      let ids = try await database.read("SELECT id FROM customers ORDER BY id")
      #expect(try ids.map { row throws(PostgresError) in try row.text(0) } == ["c-0-2", "c-1-2"])
    }
  }

  @Test("to a refusal stay, and what was done before it is undone")
  func refused() async throws {
    struct Refusal: Error {}
    try await Self.with { answers, database in
      let outcome = try await answers.once(Self.request("k")) {
        _ = try await database.write("INSERT INTO customers (id) VALUES ('c')")
        _ = try await database.write("INSERT INTO customers (id) VALUES ('c')")
        throw Refusal()
      } refusal: { _ in
        Self.answer
      }
      #expect(outcome == .answered(Self.answer))
      await #expect(throws: Refusal.self) {
        try await answers.once(Self.request("l")) {
          _ = try await database.write("INSERT INTO customers (id) VALUES ('c')")
          throw Refusal()
        } refusal: { _ in
          nil
        }
      }
      let counts = try await database.read(
        "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM idempotency_keys)")
      #expect(try counts[0].int(0) == 0 && counts[0].int(1) == 1)
    }
  }

  @Test("leave nothing in memory when their batch is over", arguments: [true, false])
  func freed(isCommitted: Bool) async throws {
    struct Failure: Error {}
    try await Self.with { _, database in
      let batcher = AnswerBatcher(database, requestsMax: 64)
      weak var left: BatchedRequest?
      do {
        let request = BatchedRequest(
          IdentifiedRequest(Self.request("k")), on: database.loop)
        left = request
        guard case .part = await batcher.join(request) else {
          Issue.record("it has no part")
          return
        }
        let result = try? await request.answer {
          if !isCommitted { throw Failure() }
          return Self.answer
        } refusal: { _ in
          nil
        }
        #expect((result != nil) == isCommitted)
      }
      try await eventually("it is freed") { left == nil }
    }
  }

  @Test("go after a day, in batches, whoever deletes them, and are never rewritten")
  func pruned() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let first = try await Session.open(target, on: loop)
      let second = try await Session.open(target, on: loop)
      _ = try await first.rows(
        """
        INSERT INTO idempotency_keys (id, contract, method, path, key, fingerprint, status, fields,
                                      body, created_at)
        SELECT sha256(n::text::bytea), 'api', 'POST', '/orders', n::text, sha256(''), 201, '', '',
               now() - CASE WHEN n <= 1200 THEN interval '25 hours' ELSE interval '23 hours' END
          FROM generate_series(1, 1210) AS n
        """)
      try await first.run(
        unsafeText: """
          BEGIN; SELECT FROM idempotency_keys WHERE key IN ('1', '2', '3') FOR UPDATE
          """)
      #expect(try await AnswerPruner(second).prune() == 1_197, "what is locked is passed over")
      try await first.run(unsafeText: "COMMIT")
      #expect(try await AnswerPruner(second).prune() == 3)
      #expect(try await AnswerPruner(second).prune() == 0)
      let left = try await first.rows("SELECT count(*) FROM idempotency_keys")
      #expect(try left[0].int(0) == 10)
      await #expect(throws: PostgresError.self) {
        try await first.run(unsafeText: "UPDATE idempotency_keys SET status = 200")
      }
      first.close()
      second.close()
    }
  }
}
