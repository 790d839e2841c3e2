import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

/// `./dev chaos-kill` runs this with more kills, and with the seed it is given.
@Suite("Killed in the middle of load, the program")
struct ChaosKillTests {
  private static let kills = number("CHAOS_KILLS") ?? 3
  private static let seed = UInt64(number("CHAOS_SEED") ?? Int.random(in: 1...1_000_000))
  private static let clients = 16

  @Test("has placed each order once when every unanswered request was sent again with its key")
  func kill9() async throws {
    print("chaos-kill: \(Self.kills) kills, \(Self.clients) clients, seed \(Self.seed)")
    let conninfo = try await MigratedDatabase.make()
    try await Self.fill(conninfo)
    let load = KeyedLoad(seed: Self.seed, clients: Self.clients)
    defer { load.abandon() }
    var random = SeededRandom(seed: Self.seed)
    var starts: [Duration] = []
    let clock = ContinuousClock()

    for round in 0...Self.kills {
      let begun = clock.now
      let program = try RunningProgram(["DATABASE_URL": conninfo, "LOG_LEVEL": "notice"])
      load.port = try await program.port()
      let before = load.answered
      try await eventually("requests are answered; log: \(program.log)") { load.answered > before }
      starts.append(clock.now - begun)
      if round < Self.kills {
        let more = Int.random(in: 0..<200, using: &random)
        try await eventually("the load goes on") { load.answered >= before + more }
        load.port = nil
        program.signal(SIGKILL)
        try await eventually("it is dead") { !program.isRunning }
      } else {
        try await blocking { load.finish() }
        #expect(!program.log.contains("error"), "\(program.log)")
      }
    }

    let histories = load.histories
    print(Self.figures(histories, starts.sorted()))
    try await Self.check(histories, conninfo)
  }

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  /// Plenty of most products; of two so little that some orders are refused.
  private static func fill(_ conninfo: String) async throws {
    try await onDatabase(conninfo) { database in
      _ = try await database.write(
        """
        INSERT INTO products (id, name, price, stock)
        SELECT 'p' || n, 'Product ' || n, n, CASE WHEN n <= 2 THEN 100 ELSE 1000000 END
          FROM generate_series(1, \(KeyedLoad.products)) AS n
        """)
    }
  }

  /// The key of each order is its customer's name, too, so that the database can tell.
  private static func check(
    _ histories: [KeyedLoad.History], _ conninfo: String
  ) async throws {
    #expect(histories.allSatisfy { Set($0.answers).count == 1 }, "one answer for each key")
    #expect(histories.allSatisfy { [201, 409].contains($0.status) })
    try await onDatabase(conninfo) { database in
      try await Invariants.check(database)
      var placed: [String: String] = [:]
      for row in try await database.read(
        "SELECT customer_id, id::text || ' ' || total_quantity FROM orders")
      {
        #expect(placed.updateValue(try row.text(1), forKey: try row.text(0)) == nil, "doubled")
      }
      let acknowledged = histories.filter { $0.status == 201 }
      #expect(placed.count == acknowledged.count, "no order that nobody was told of")
      for history in acknowledged {
        #expect(placed[history.key] == "\(history.order) \(history.quantity)", "\(history.key)")
      }
      let kept = try await database.read(
        "SELECT count(*), count(DISTINCT key) FROM idempotency_keys")
      #expect(try kept[0].int(0) == histories.count && kept[0].int(1) == histories.count)
    }
  }

  private static func figures(
    _ histories: [KeyedLoad.History], _ starts: [Duration]
  ) -> String {
    let lost = histories.reduce(0) { $0 + $1.unanswered }
    let done = histories.count { $0.unanswered > 0 && $0.wasReplayed }
    return """
      chaos-kill: \(histories.count) keys: \(histories.count { $0.status == 201 }) orders, \
      \(histories.count { $0.status == 409 }) refused; \(lost) requests had no answer, \
      \(done) of them had been done before the kill and were replayed; \
      \(histories.reduce(0) { $0 + $1.putOff }) were put off; \
      start to first answer: median \(starts[starts.count / 2]), longest \(starts[starts.count - 1])
      """
  }
}

/// Runs `body` with a database on a loop of its own.
private func onDatabase(
  _ conninfo: String, _ body: @escaping @Sendable (Database) async throws -> Void
) async throws {
  try await onLoop { loop in
    let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
    try await body(database)
    await database.close()
  }
}
