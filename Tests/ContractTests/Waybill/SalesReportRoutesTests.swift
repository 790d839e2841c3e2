import JSON
import Orders
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's reports by day and by product")
struct SalesReportRoutesTests {
  /// Two completed orders, one of them placed on the last day of January, something that came back,
  /// and a refresh.
  private static func sell(_ client: ContractClient) async throws {
    let bodies = [
      #"[{"product_id":"keyboard","quantity":2},{"name":"Gift","quantity":1,"price":3.5}]"#,
      #"[{"product_id":"keyboard","quantity":1},{"product_id":"mouse","quantity":3}]"#,
      #"[{"product_id":"mouse","quantity":1}]"#,
    ]
    for (index, items) in bodies.enumerated() {
      let order = try await client.place(#"{"customer_id":"c","items":\#(items)}"#)
      let number = try #require(order["number"]?.written)
      let moment = ["2026-01-31 23:59:59.999Z", "2026-02-01 00:00Z", "2026-02-01 12:00Z"][index]
      try await client.run(unsafe: "ALTER TABLE orders DISABLE TRIGGER USER")
      try await client.run(
        unsafe: "UPDATE orders SET created_at = '\(moment)' WHERE number = \(number)")
      try await client.run(unsafe: "ALTER TABLE orders ENABLE TRIGGER USER")
      guard index < 2 else { continue }
      for status in ["in_progress", "completed"] {
        let moved = try await client.send(
          "PATCH", "/orders/\(number)/status", #"{"status":"\#(status)"}"#)
        try #require(moved.status == 200)
      }
    }
    let back = try await client.send(
      "POST", "/orders/2/returns", #"{"items":[{"product_id":"mouse","quantity":2}]}"#)
    try #require(back.status == 200)
    try await client.refresh()
  }

  @Test("say what was sold on each day in UTC, net of what came back, newest first")
  func days() async throws {
    try await asking(Shelf.standard) { client in
      try await Self.sell(client)
      let report = try await client.get("/reports/days")
      #expect(
        report.timeless == """
          {"refreshed_at":"T","refresh_interval_seconds":120,"items":[\
          {"day":"2026-02-01","orders":1,"total_quantity":2,"total_amount":69.80,\
          "returned_quantity":2,"returned_amount":39.80},\
          {"day":"2026-01-31","orders":1,"total_quantity":3,"total_amount":103.30}],"next":null}
          """)
      let january = try await client.entries(from: "/reports/days?from=2026-01-01&to=2026-01-31")
      #expect(january.compactMap { $0["day"]?.text } == ["2026-01-31"])
      let table = try await client.send(
        "GET", "/reports/days?sort=total_amount", fields: ["Accept: text/csv"])
      #expect(
        table.body == """
          day,orders,total_quantity,total_amount,returned_quantity,returned_amount\r
          2026-02-01,1,2,69.80,2,39.80\r
          2026-01-31,1,3,103.30,0,0.00\r

          """)
      #expect(table.fields["ETag"] != report.fields["ETag"])
    }
  }

  @Test("say what was sold of each product, of all time and of a period, best first")
  func products() async throws {
    try await asking(Shelf.standard) { client in
      try await Self.sell(client)
      let report = try await client.get("/reports/products")
      #expect(
        report.timeless == """
          {"refreshed_at":"T","refresh_interval_seconds":120,"items":[\
          {"product_id":"keyboard","product_name":"Keyboard","orders":2,"total_quantity":3,\
          "total_amount":149.70},\
          {"product_id":"mouse","product_name":"Mouse","orders":1,"total_quantity":1,\
          "total_amount":19.90,"returned_quantity":2,"returned_amount":39.80},\
          {"product_id":null,"product_name":null,"orders":1,"total_quantity":1,\
          "total_amount":3.50}],"next":null}
          """)
      for (period, amounts) in [
        ("from=2026-01-31&to=2026-01-31", ["99.80", "3.50"]),
        ("from=2026-02-01", ["49.90", "19.90"]),
        ("to=2026-02-01", ["149.70", "19.90", "3.50"]), ("from=2026-02-02&to=2026-12-31", []),
      ] {
        let rows = try await client.entries(from: "/reports/products?\(period)&limit=1")
        #expect(rows.compactMap { $0["total_amount"]?.written } == amounts, "\(period)")
      }
      let table = try await client.send(
        "GET", "/reports/products?from=2026-01-01&to=2026-01-31", fields: ["Accept: text/csv"])
      #expect(
        table.body == """
          product_id,product_name,orders,total_quantity,total_amount,returned_quantity,\
          returned_amount\r
          "keyboard","Keyboard",1,2,99.80,0,0.00\r
          ,,1,1,3.50,0,0.00\r

          """)
    }
  }

  @Test("have a product's new name after the next refresh, and the old one until then")
  func name() async throws {
    try await asking(Shelf.standard) { client in
      try await Self.sell(client)
      let before = try await client.get("/reports/products")
      let renamed = try await client.send("PATCH", "/products/mouse", #"{"name":"Trackball"}"#)
      #expect(renamed.status == 200)
      #expect(try await client.get("/reports/products").body == before.body)
      try await client.refresh()
      let after = try await client.get("/reports/products")
      #expect(after.body.contains(#""product_name":"Trackball""#))
      #expect(after.fields["ETag"] != before.fields["ETag"])
    }
  }

  @Test("are sorted by any column both ways, in pages that are the whole of it, once each")
  func sorting() async throws {
    let seed: UInt64 = 11
    // Few values in each column, so that most rows have twins and pages end among them.
    let rows = """
      WITH sold AS (
          INSERT INTO product_ledger
          SELECT span, CASE span WHEN 'all' THEN '-infinity' ELSE '2026-01-01'::date END,
                 CASE n WHEN 1 THEN '' ELSE 'p-' || n END, n % 3 + 1, n % 4 + 1,
                 (n % 5) * 1000000000000000.10, 0, 0
            FROM generate_series(1, 61) AS n, unnest(ARRAY['day', 'month', 'all']) AS span
      )
      INSERT INTO day_ledger
      SELECT '2026-01-01'::date + n, n % 3 + 1, n % 4 + 1, (n % 5) * 1000000000000000.10, 0, 0
        FROM generate_series(1, 61) AS n
      """
    try await asking { client in
      try await client.run(unsafe: rows)
      try await client.run(unsafe: "REFRESH MATERIALIZED VIEW sales_by_day")
      try await client.run(unsafe: "REFRESH MATERIALIZED VIEW sales_by_product")
      var random = SeededRandom(seed: seed)
      let sums = ["orders", "total_quantity", "total_amount"]
      let lists = [
        ("/reports/days?", "day", ["day"] + sums),
        ("/reports/products?", "product_id", ["product_id", "product_name"] + sums),
        ("/reports/products?to=2026-01-01&", "product_id", ["product_id", "product_name"] + sums),
      ]
      for (list, key, columns) in lists {
        for sort in columns.flatMap({ [$0, "-" + $0] }) {
          let limit = Int.random(in: 1...20, using: &random)
          let all = try await client.entries(from: "\(list)sort=\(sort)&limit=200")
          let paged = try await client.entries(from: "\(list)sort=\(sort)&limit=\(limit)")
          #expect(paged == all, "seed \(seed): \(list)\(sort) by \(limit)")
          #expect(Set(all.compactMap { $0[key]?.written }).count == 61, "\(list)\(sort)")
          let column = sort.hasPrefix("-") ? String(sort.dropFirst()) : sort
          let values = all.compactMap { $0[column]?.written }
          let numbers = values.compactMap { Double($0) }
          let ordered = sort.hasPrefix("-") ? numbers.sorted(by: >) : numbers.sorted()
          #expect(numbers == ordered, "\(list)\(sort)")
        }
      }
    }
  }

  @Test(
    "refuse what they cannot be asked",
    arguments: [
      "from=2026-02-30", "from=yesterday", "to=2026-01-01T00:00:00Z", "sort=price", "limit=201",
      "from=2026-02-01&to=2026-01-31", "day=2026-01-31", "cursor=x",
    ])
  func refused(_ query: String) async throws {
    try await asking { client in
      for report in ["days", "products"] {
        let answer = try await client.get("/reports/\(report)?\(query)")
        #expect(answer.status == 400, "\(answer.body)")
      }
    }
  }

  @Test("take no cursor of another period, sort order or report")
  func cursors() async throws {
    try await asking { client in
      let cursor = Cursor.text(list: "products sold -total_amount", ["5.00", "a"])
      #expect(try await client.get("/reports/products?cursor=\(cursor)").status == 200)
      for target in [
        "/reports/products?from=2026-01-01", "/reports/products?sort=total_amount",
        "/reports/customers?sort=-total_amount", "/reports/days?sort=-total_amount",
      ] {
        let answer = try await client.get("\(target)&cursor=\(cursor)")
        #expect(answer.status == 400, "\(target)")
      }
    }
  }

  @Test("and that by customer name the currency where one is set, and nothing else changes")
  func currency() async throws {
    try await asking(Shelf.standard) { client in
      try await Self.sell(client)
      let euros = ContractClient(client.database, owner: client.owner, currency: Currency("EUR"))
      for path in ["/reports/customers", "/reports/days", "/reports/products"] {
        let (plain, named) = (try await client.get(path), try await euros.get(path))
        #expect(named.body == plain.body.dropLast() + #","currency":"EUR"}"#)
        #expect(named.fields["ETag"] != plain.fields["ETag"])
        let table = try await client.send("GET", path, fields: ["Accept: text/csv"]).body
        let other = try await euros.send("GET", path, fields: ["Accept: text/csv"]).body
        let lines = other.split(separator: "\r\n")
        #expect(lines[0].hasSuffix(",currency"))
        #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",EUR") })
        #expect(other.replacing(",currency\r\n", with: "\r\n").replacing(",EUR", with: "") == table)
      }
      let one = try await euros.get("/reports/customers/c")
      #expect(one.body.hasSuffix(#","currency":"EUR"}"#))
    }
  }
}
