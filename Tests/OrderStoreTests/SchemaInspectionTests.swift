import Postgres
import TestSupport
import Testing

@testable import OrderStore

@Suite("The schema's contents")
struct SchemaInspectionTests {
  @Test("are as the steps left them in a new database")
  func whole() async throws {
    #expect(try await differences(after: "SELECT 1") == [])
  }

  static let damage: [(change: String, found: [String])] = [
    (
      "DROP FUNCTION hide_order(uuid, bigint, text, text, bigint, text)",
      ["missing function waybill.hide_order(uuid,bigint,text,text,bigint,text)"]
    ),
    (
      """
      CREATE OR REPLACE FUNCTION takes_stock(channel text) RETURNS boolean
          LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT true'
      """, ["changed function waybill.takes_stock(text)"]
    ),
    (
      "ALTER FUNCTION refresh_report(interval) SECURITY INVOKER",
      ["changed function waybill.refresh_report(interval)"]
    ),
    (
      "ALTER TABLE orders DISABLE TRIGGER orders_change",
      ["changed trigger orders_change on waybill.orders"]
    ),
    (
      "DROP TRIGGER orders_are_kept ON orders",
      ["missing trigger orders_are_kept on waybill.orders"]
    ),
    ("DROP INDEX orders_by_status", ["missing index waybill.orders_by_status"]),
    (
      "ALTER TABLE products DROP CONSTRAINT products_stock_range",
      ["missing constraint products_stock_range on waybill.products"]
    ),
    ("ALTER TABLE orders ALTER customer_id SET NOT NULL", ["changed table waybill.orders"]),
    (
      """
      CREATE OR REPLACE VIEW report_age AS
          SELECT started_at AS true_as_of, finished_at - started_at AS age,
                 finished_at - started_at AS took, changes, rows, changes AS changes_waiting,
                 error AS last_error
            FROM report_refreshes
      """,
      ["changed view definition waybill.report_age"]
    ),
    ("CREATE INDEX mine ON orders (tracking_number)", ["added index waybill.mine"]),
  ]

  @Test("name what is missing, changed or added", arguments: damage)
  func damaged(_ example: (change: String, found: [String])) async throws {
    #expect(try await differences(after: example.change) == example.found)
  }

  private func differences(after script: String) async throws -> [String] {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(unsafeText: script)
      return try await SchemaInspection.read(session).differences.map(\.description)
    }
  }
}
