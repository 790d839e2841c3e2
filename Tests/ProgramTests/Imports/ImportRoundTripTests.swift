import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("An export that is imported")
struct ImportRoundTripTests {
  /// Makes rows of all kinds and shapes, by the functions that the service calls.
  private static let path = RepositoryRoot.path + "/Tests/OrderStoreTests/sql/import_round_trip.sql"

  @Test(
    "into an empty database is exported again byte by byte, with all that belongs to it",
    arguments: ["csv", "ndjson"])
  func same(format: String) async throws {
    let seed = Double.random(in: 0...1)
    let old = try await ImportBench()
    let rows = try #require(readFile(Self.path, bytesMax: 65_536))
    try await old.execute(rows.replacing("SEED", with: "\(seed)"))
    let new = try await ImportBench()
    for kind in ["products", "customers", "orders"] {
      let exported = try await old.export(kind, format)
      try new.write(exported, to: "\(kind).\(format)")
      let (code, log) = try await new.load(kind, "\(kind).\(format)")
      #expect(code == 0, "\(log)")
      let again = try await new.export(kind, format)
      #expect(exported == again, "seed \(seed), \(kind)")
      #expect(exported.utf8.count > 2_000)
    }
    try await new.checkInvariants()

    // What is not in the exports follows from them.
    for table in [
      "SELECT concat_ws(' ', kind, word, id) FROM waybill.search_words",
      "SELECT tracking_number || created_at || order_number FROM waybill.order_tracked",
      "SELECT concat_ws(' ', order_number, version, never_shipped) FROM waybill.order_returns",
      "SELECT tag || created_at || order_number FROM waybill.order_tagged",
      "SELECT product_id || order_number || ' ' || quantity FROM waybill.order_products",
      """
      SELECT customer_id || ' ' || sum(orders) || ' ' || sum(amount) || ' ' || sum(returned_amount)
        FROM waybill.report_changes GROUP BY customer_id HAVING sum(orders) > 0
      """,
    ] {
      let statement = SQL(unsafeText: "\(table) ORDER BY 1")
      #expect(try await old.texts(statement) == new.texts(statement), "\(table)")
    }
    let kinds = try await new.texts("SELECT DISTINCT type FROM waybill.events ORDER BY 1")
    #expect(
      kinds == ["customer.imported", "order.imported", "product.imported", "stock.adjusted"])

    // Life goes on: numbers go on behind those of the file, and orders move from their versions.
    try await new.execute(
      """
      SET search_path = waybill;
      SELECT place_orders(ARRAY[gen_random_uuid()], '{api}', '{new}', '{NULL}', '{refuse}',
                          '{test}', '{1}', '{p7}', '{NULL}', '{1}', '{NULL}');
      UPDATE orders SET status = 'completed' WHERE number IN (2, 6);
      """)
    #expect(
      try await new.number("SELECT max(number)::text FROM waybill.orders")
        == old.number("SELECT max(number) + 1 || '' FROM waybill.orders"))
    try await new.checkInvariants()
  }
}
