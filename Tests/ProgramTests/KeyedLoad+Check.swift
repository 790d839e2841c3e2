import Glibc
import Postgres
import TestSupport
import Testing

extension KeyedLoad {
  /// How much of product number n there is at the start.
  private static let startStock: SQL = "CASE WHEN n <= 2 THEN 100 ELSE 1000000 END"

  /// Plenty of most products; of two so little that some orders are refused.
  static func fill(_ conninfo: String) async throws {
    try await onDatabase(conninfo) { database in
      _ = try await database.write(
        """
        INSERT INTO products (id, name, price, stock)
        SELECT 'p' || n, 'Product ' || n, n, \(Self.startStock)
          FROM generate_series(1, \(Self.products)) AS n
        """)
    }
  }

  /// The key of each order is its customer's name, too, so that the database can tell.
  func check(_ conninfo: String) async throws {
    let histories = histories
    #expect(histories.allSatisfy { Set($0.answers).count == 1 }, "one answer for each key")
    #expect(histories.allSatisfy { [201, 409].contains($0.status) })
    try await onDatabase(conninfo) { database in
      // The invariants join whole tables, whose sizes nobody has told the planner yet.
      _ = try await database.write("ANALYZE")
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
      let uneven = try await database.read(
        """
        SELECT id
          FROM products
          LEFT JOIN (SELECT product_id AS id, sum(quantity) AS quantity
                       FROM order_lines GROUP BY product_id) AS sold USING (id)
         CROSS JOIN LATERAL (SELECT substr(id, 2)::int AS n) AS number
         WHERE stock + coalesce(sold.quantity, 0) <> \(Self.startStock)
        """)
      #expect(uneven.isEmpty, "what is left and what is sold are what there was")
      let kept = try await database.read(
        "SELECT count(*), count(DISTINCT key) FROM idempotency_keys")
      #expect(try kept[0].int(0) == histories.count && kept[0].int(1) == histories.count)
    }
  }
}

/// Runs `body` with a database on a loop of its own.
func onDatabase(
  _ conninfo: String, _ body: @escaping @Sendable (Database) async throws -> Void
) async throws {
  try await onLoop { loop in
    var settings = PostgresSettings.patient
    // What minutes of load have left behind is read whole.
    settings.statementTimeout = .seconds(600)
    let database = Database(try ConnectionString(conninfo), settings: settings, on: loop)
    try await body(database)
    await database.close()
  }
}

/// A number that a command such as `./dev chaos-kill` hands to its test.
func chaosNumber(_ name: String) -> Int? {
  getenv(name).flatMap { Int(String(cString: $0)) }
}
