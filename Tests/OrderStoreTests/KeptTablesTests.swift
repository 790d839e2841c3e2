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
      #expect(kept.count == 17)
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

  @Test(
    "is refused in words that say what to do instead",
    arguments: [
      ("TRUNCATE orders", "orders are not deleted: cancel them, SET status = 'cancelled'"),
      ("DELETE FROM orders", "orders are not deleted: cancel them, SET status = 'cancelled'"),
      (
        "DELETE FROM customers",
        "customers are not deleted, as orders refer to them: clear name and email instead"
      ),
      ("DELETE FROM products", "products are not deleted: set retired_at instead"),
      ("DELETE FROM tokens", "tokens are not deleted: set revoked_at instead"),
      (
        "UPDATE orders SET version = 7",
        "order 1: this change is not known to change_order()"
      ),
    ])
  func words(statement: String, sentence: String) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(
        unsafeText: """
          SELECT create_product('p', 'Product', NULL, 1, 5, 'test');
          SELECT place_orders(ARRAY[gen_random_uuid()], '{api}', '{c}', '{NULL}', '{refuse}',
                              '{test}', '{1}', '{p}', '{NULL}', '{2}', '{NULL}');
          INSERT INTO tokens (hash, role, name) VALUES (sha256('t'), 'admin', 't')
          """)
      let refusal = await #expect(throws: PostgresError.self) {
        try await session.run(unsafeText: statement)
      }
      #expect(refusal?.serverError?.message == sentence)
    }
  }

  @Test(
    "refuses to update a column of an order that no event would show, in every channel",
    arguments: ["api", "storefront"])
  func unknownColumn(channel: String) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      _ = try await session.rows("SELECT create_product('p', 'Product', NULL, 1, 5, 'test')")
      _ = try await session.rows(
        """
        SELECT place_orders(ARRAY[gen_random_uuid()], ARRAY[\(channel)], '{c}', '{NULL}',
                            '{refuse}', '{test}', '{1}', '{p}', '{NULL}', '{2}', '{NULL}')
        """)
      try await session.run(unsafeText: "ALTER TABLE orders ADD COLUMN colour text")

      let refusal = await #expect(throws: PostgresError.self) {
        try await session.run(unsafeText: "UPDATE orders SET colour = 'red'")
      }
      #expect(refusal?.serverError?.constraint == "orders_change_known")
      let events = try await session.rows("SELECT count(*) FROM order_events")
      #expect(try events[0].int(0) == 1)
    }
  }

  @Test(
    "includes orders: one by hand is refused, and its lines must hold whatever else is set",
    arguments: [
      (#"[{"product_id":null,"name":"x","quantity":2,"price":1.50,"amount":3.00}]"#, true),
      (#"[{"product_id":null,"name":"x","quantity":2,"price":1.50,"amount":3.01}]"#, false),
      (#"[{"product_id":null,"name":"x","quantity":1,"price":3.00,"amount":3.00}]"#, false),
      (#"[{"product_id":null, "name":"x","quantity":2,"price":1.50,"amount":3.00}]"#, false),
      ("[]", false), ("{}", false),
    ])
  func lines(lines: String, hold: Bool) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      _ = try await session.rows("INSERT INTO customers (id) VALUES ('c')")
      let order: SQL = """
        INSERT INTO orders (id, channel, customer_id, items, total_quantity, total_amount,
                            created_at, updated_at)
        VALUES (gen_random_uuid(), 'api', 'c', \(lines)::text::json, 2, 3, now(), now())
        """
      let byHand = await #expect(throws: PostgresError.self) { try await session.rows(order) }
      #expect(byHand?.serverError?.constraint == "orders_are_placed")

      // As a repair might do, or a dump that is restored.
      try await session.run(unsafeText: "SET waybill.internal_write = 'on'")
      if hold {
        _ = try await session.rows(order)
      } else {
        let refusal = await #expect(throws: PostgresError.self) { try await session.rows(order) }
        #expect(["23514", "22023"].contains(refusal?.serverError?.state), "\(lines)")
      }
    }
  }
}
