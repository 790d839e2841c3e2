import EventLoop
import OrderStore
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@Suite("Orders with a key that wait at the same moment")
struct KeyedBatchTests {
  @Test("are placed together with what their products are when they are locked")
  func changed() async throws {
    // Each batch that has read the products before this finds that they have another name.
    let renaming = """
      CREATE FUNCTION rename_all() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN UPDATE waybill.products SET name = name || '!'; RETURN NULL; END $$;
      CREATE TRIGGER renaming AFTER INSERT ON orders FOR EACH STATEMENT
          EXECUTE FUNCTION rename_all()
      """
    let (refusals, transactions) = try await Self.placing(20, besides: renaming)

    #expect(refusals.isEmpty)
    #expect(transactions == 1)
  }

  @Test("wait for each other's commits, however long these take, and none is refused")
  func slowCommits() async throws {
    let (refusals, transactions) = try await Self.placing(
      60, times: 4, inTwoCrowds: true, besides: SlowCommits.trigger(on: "idempotency_keys"))

    #expect(refusals.isEmpty)
    // Each crowd four times; one more for a crowd that is split.
    #expect(transactions <= 9)
  }

  /// Has clients place orders of three of 120 products, each so many one after the other; of two
  /// crowds, the second one comes when a transaction of the first is under way. Returns what was
  /// refused, and how many transactions placed them.
  private static func placing(
    _ clients: Int, times: Int = 1, inTwoCrowds: Bool = false, besides trigger: String
  ) async throws -> (refusals: [String], transactions: Int) {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let owner = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      for statement in [
        """
        INSERT INTO products (id, name, price, stock)
        SELECT 'p' || n, 'P', 1, 1000 FROM generate_series(0, 119) AS n
        """,
        "INSERT INTO customers (id, name) VALUES ('c', 'C')",
      ] { _ = try await owner.write(SQL(unsafeText: statement)) }
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await session.run(unsafeText: trigger)
      session.close()

      let database = Database(
        try ConnectionString(MigratedDatabase.as(.service, conninfo)), settings: .patient, on: loop)
      let (orders, answers) = (OrderRepository(database), AnswerRepository(database))
      let underWay = loop.spawn {
        guard inTwoCrowds else { return }
        try? await eventually("a key is claimed") {
          try await !owner.read("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted")
            .isEmpty
        }
      }
      let refusals = await together(clients, on: loop) { client -> [String] in
        var refusals: [String] = []
        if inTwoCrowds, client >= clients / 2 { await underWay.value }
        for time in 0..<times {
          let first = client * 3 + time
          let products = (first..<first + 3).map { ("p\($0 % 120)", 1) }
          do {
            let outcome = try await answers.once(
              request("\(client)-\(time)"), gathering: .placement
            ) {
              _ = try await orders.order(products).get()
              return answer
            } refusal: { _ in
              nil
            }
            if outcome != .answered(answer) { refusals.append("\(outcome)") }
          } catch {
            refusals.append("\(error)")
          }
        }
        return refusals
      }.flatMap(\.self)
      await database.close()

      let counts = try await owner.read(
        "SELECT count(DISTINCT xid), count(*) FROM order_events WHERE what = 'placed'")
      #expect(try counts[0].int(1) == clients * times - refusals.count)
      try await Invariants.check(owner)
      await owner.close()
      return (refusals, try counts[0].int(0))
    }
  }

  private static func request(_ key: String) -> KeyedRequest {
    KeyedRequest(
      .init(
        token: nil, contract: "api", method: "POST", path: "/orders", key: IdempotencyKey(key)!),
      content: [])
  }

  private static let answer = StoredAnswer(
    status: 201, contentType: "application/json", fields: "", body: [])
}
