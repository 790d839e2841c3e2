import EventLoop
import Postgres
import PrivateCluster
import TestSupport
import Testing

@Suite("A change whose session is killed in its midst")
struct KilledChangeTests {
  /// A change, and a row of another session that makes it wait when most of it is written.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: String
    let obstacle: String
  }

  static let cases = [
    Case(
      testDescription: "a shipment",
      change: """
        SELECT outcome FROM ship_goods(NULL, 1, NULL, NULL, NULL, NULL, 'T-2', '{p}', '{NULL}',
                                       '{2}', 'test')
        """,
      obstacle: """
        INSERT INTO order_shipments (order_number, shipment, version, items, quantity, who,
                                     created_at)
        VALUES (1, 2, 99, '[]', 1, 'test', now())
        """),
    Case(
      testDescription: "a return",
      change: """
        SELECT outcome FROM return_order(NULL, 1, NULL, NULL, NULL, '{p}', '{2}', '{true}', NULL,
                                         'test')
        """,
      obstacle: """
        INSERT INTO order_returns (order_number, version, product_id, quantity, amount, restocked,
                                   who, created_at)
        SELECT 1, version + 1, 'p', 1, 1, true, 'test', now() FROM orders
        """),
  ]

  @Test("has left nothing behind, and can be made again", arguments: cases)
  func killed(_ example: Case) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let killed = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      let watcher = try await Session.open(target, on: loop)
      for statement in Self.preparation {
        _ = try await watcher.rows(SQL(unsafeText: statement))
      }
      let before = try await Self.everything(watcher)
      let backend = Int32(try await killed.rows("SELECT pg_backend_pid()")[0].int(0))
      try await other.run(
        unsafeText: "BEGIN; SELECT waybill.set_internal_write(true); \(example.obstacle)")

      let errors = await together(2, on: loop) { index -> (any Error)? in
        do {
          if index == 0 {
            _ = try await killed.rows(SQL(unsafeText: example.change))
          } else {
            try await eventually("the change waits for the row") {
              try await watcher.rows(
                "SELECT FROM pg_locks WHERE pid = \(backend) AND NOT granted"
              ).count == 1
            }
            _ = try await watcher.rows("SELECT pg_terminate_backend(\(backend))")
          }
          return nil
        } catch {
          return error
        }
      }
      #expect(errors.count == 2 && errors[0] != nil && errors[1] == nil, "\(errors)")
      try await other.run(unsafeText: "ROLLBACK")
      #expect(try await Self.everything(watcher) == before)

      let again = try await watcher.rows(SQL(unsafeText: example.change))
      #expect(try again[0].text(0) == "done")
      #expect(try await Self.everything(watcher) != before)
      for session in [killed, other, watcher] { session.close() }
      let database = Database(target, settings: .patient, on: loop)
      try await Invariants.check(database)
      await database.close()
    }
  }

  /// A completed order of five units, one of which has gone out.
  private static let preparation = [
    "SELECT create_product('p', 'Product', NULL, 1, 10, 'test')",
    """
    SELECT place_orders(ARRAY[gen_random_uuid()], '{api}', '{c}', '{NULL}', '{refuse}', '{test}',
                        '{1}', '{p}', '{NULL}', '{5}', '{NULL}')
    """,
    """
    SELECT ship_goods(NULL, 1, NULL, NULL, NULL, NULL, 'T-1', '{p}', '{NULL}', '{1}', 'test')
    """,
    """
    SELECT move_orders('{NULL,NULL}', '{1,1}', '{NULL,NULL}', '{NULL,NULL}', '{NULL,NULL}',
                       '{in_progress,completed}', '{test,test}')
    """,
  ]

  /// All that such a change writes, as one text.
  private static func everything(_ session: Session) async throws -> String {
    try await session.rows(
      """
      SELECT concat_ws(E'\\n',
          (SELECT string_agg(o::text, ';') FROM orders AS o),
          (SELECT string_agg(p::text, ';') FROM products AS p),
          (SELECT string_agg(e::text, ';' ORDER BY number) FROM order_events AS e),
          (SELECT string_agg(a::text, ';' ORDER BY number) FROM stock_adjustments AS a),
          (SELECT string_agg(r::text, ';' ORDER BY number) FROM order_returns AS r),
          (SELECT string_agg(s::text, ';' ORDER BY shipment) FROM order_shipments AS s),
          (SELECT string_agg(t::text, ';' ORDER BY tracking_number) FROM order_tracked AS t),
          (SELECT string_agg(c::text, ';') FROM report_changes AS c))
      """)[0].text(0)
  }
}
