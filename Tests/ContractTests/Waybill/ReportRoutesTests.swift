import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's report")
struct ReportRoutesTests {
  /// Completed orders of three customers, one of them without a name, and a refresh.
  private static func sell(_ client: ContractClient) async throws {
    _ = try await client.send("POST", "/customers", #"{"id":"c-1","name":"=Demo, \"1\""}"#)
    _ = try await client.send("POST", "/customers", #"{"id":"c-2","name":"Demo 2"}"#)
    for (customer, quantity, price) in [
      ("c-1", 3, "0.10"), ("c-1", 2, "5"), ("c-2", 1, "99.95"), ("bare", 5, "10.3"),
    ] {
      let order = try await client.place(
        #"{"customer_id":"\#(customer)","items":[{"quantity":\#(quantity),"price":\#(price)}]}"#)
      let path = "/orders/\(order["id"]?.text ?? "")/status"
      for status in ["in_progress", "completed"] {
        let moved = try await client.send("PATCH", path, #"{"status":"\#(status)"}"#)
        try #require(moved.status == 200)
      }
    }
    try await client.refresh()
  }

  @Test("is of a refresh: before the first one empty, the same until the next, and told by its tag")
  func snapshot() async throws {
    try await ordering { client in
      let empty = try await client.get("/reports/customers")
      #expect(
        empty.body
          == #"{"refreshed_at":null,"refresh_interval_seconds":120,"items":[],"next":null}"#)
      #expect(empty.fields["ETag"] == #""0-120""#)

      try await Self.sell(client)
      let report = try await client.get("/reports/customers")
      #expect(
        report.timeless == """
          {"refreshed_at":"T","refresh_interval_seconds":120,"items":[\
          {"customer_id":"c-2","customer_name":"Demo 2","orders":1,"total_quantity":1,\
          "total_amount":99.95},\
          {"customer_id":"bare","customer_name":null,"orders":1,"total_quantity":5,\
          "total_amount":51.50},\
          {"customer_id":"c-1","customer_name":"=Demo, \\"1\\"","orders":2,"total_quantity":5,\
          "total_amount":10.30}],"next":null}
          """)
      let tag = try #require(report.fields["ETag"])
      #expect(report.fields["Vary"] == "Accept, Accept-Encoding")

      let order = try await client.place(
        #"{"customer_id":"c-9","items":[{"quantity":1,"price":1}]}"#)
      let path = "/orders/\(order["id"]?.text ?? "")/status"
      _ = try await client.send("PATCH", path, #"{"status":"in_progress"}"#)
      _ = try await client.send("PATCH", path, #"{"status":"completed"}"#)
      let same = try await client.get("/reports/customers")
      #expect(same.body == report.body && same.fields["ETag"] == tag)
      let known = try await client.send(
        "GET", "/reports/customers", fields: ["If-None-Match: \(tag)"])
      #expect(known.status == 304 && known.body.isEmpty)

      try await client.refresh()
      let next = try await client.send(
        "GET", "/reports/customers", fields: ["If-None-Match: \(tag)"])
      #expect(next.status == 200 && next.fields["ETag"] != tag)
      #expect(next.body.contains(#""customer_id":"c-9""#))
    }
  }

  @Test("comes as a table that no spreadsheet runs, with the same tag rules")
  func csv() async throws {
    try await ordering { client in
      try await Self.sell(client)
      let table = try await client.send("GET", "/reports/customers", fields: ["Accept: text/csv"])
      #expect(table.status == 200)
      #expect(
        table.body == """
          customer_id,customer_name,orders,total_quantity,total_amount,returned_quantity,\
          returned_amount\r
          "c-2","Demo 2",1,1,99.95,0,0.00\r
          "bare",,1,5,51.50,0,0.00\r
          "c-1","'=Demo, ""1""\",2,5,10.30,0,0.00\r

          """)
      let json = try await client.get("/reports/customers")
      #expect(table.fields["ETag"] != json.fields["ETag"])
      let first = try await client.send(
        "GET", "/reports/customers?limit=1", fields: ["Accept: text/csv"])
      let link = try #require(first.fields["Link"])
      let next = String(link.dropFirst().prefix { $0 != ">" })
      let second = try await client.send("GET", next, fields: ["Accept: text/csv"])
      #expect(second.body.contains("bare") && !second.body.contains("c-2"))
      let refused = try await client.send(
        "GET", "/reports/customers", fields: ["Accept: image/png"])
      #expect(refused.status == 406 && refused.body.contains("application/json or text/csv"))
    }
  }

  @Test("of one customer is a row, and 404 when the customer has completed nothing")
  func one() async throws {
    try await ordering { client in
      try await Self.sell(client)
      _ = try await client.send("POST", "/customers", #"{"id":"idle","name":"Idle"}"#)
      let row = try await client.get("/reports/customers/c-1")
      #expect(
        row.body == """
          {"customer_id":"c-1","customer_name":"=Demo, \\"1\\"","orders":2,"total_quantity":5,\
          "total_amount":10.30}
          """)
      #expect(try await client.get("/reports/customers/idle").status == 404)
      #expect(try await client.get("/reports/customers/none").status == 404)
      let refused = try await client.send(
        "GET", "/reports/customers/c-1", fields: ["Accept: text/csv"])
      #expect(refused.status == 406)
    }
  }

  @Test("is sorted by any column both ways, in pages that are the whole of it, once each")
  func sorting() async throws {
    let seed: UInt64 = 7
    // Few values in each column, so that most rows have twins and pages end among them.
    let rows = """
      INSERT INTO customer_ledger
      SELECT 'c-' || n, CASE n % 5 WHEN 0 THEN NULL ELSE 'Name ' || n % 4 END, n % 3 + 1,
             n % 4 + 1, (n % 5) * 1000000000000000.10
        FROM generate_series(1, 61) AS n
      """
    try await asking { client in
      try await client.run(unsafe: rows)
      try await client.run(unsafe: "REFRESH MATERIALIZED VIEW customer_report")
      var random = SeededRandom(seed: seed)
      for column in ["customer_id", "customer_name", "orders", "total_quantity", "total_amount"] {
        for minus in ["", "-"] {
          let limit = Int.random(in: 1...20, using: &random)
          let all = try await client.entries(
            from: "/reports/customers?sort=\(minus)\(column)&limit=200")
          let paged = try await client.entries(
            from:
              "/reports/customers?sort=\(minus)\(column)&limit=\(limit)")
          #expect(paged == all, "seed \(seed): \(minus)\(column) by \(limit)")
          #expect(Set(all.compactMap { $0["customer_id"]?.text }).count == 61)
          let values = all.compactMap { $0[column]?.text ?? $0[column]?.written }
          let numbers = values.compactMap { Double($0) }
          let ordered = minus.isEmpty ? numbers.sorted() : numbers.sorted(by: >)
          #expect(numbers == ordered, "\(minus)\(column)")
        }
      }
    }
  }

  @Test(
    "refuses what it cannot be asked",
    arguments: ["sort=price", "sort=--orders", "limit=0", "cursor=x", "from=2026-01-01"])
  func refused(_ query: String) async throws {
    let answer = try await asking { try await $0.get("/reports/customers?\(query)") }

    #expect(answer.status == 400, "\(answer.body)")
  }

  @Test("takes no cursor of another sort order, and none that somebody made up")
  func cursors() async throws {
    try await asking { client in
      for (sort, value) in [
        ("-total_amount", "NaN"), ("-total_amount", "1e5"), ("orders", "x"), ("orders", "1.5"),
      ] {
        let cursor = Cursor.text(list: "report\(sort)", [value, "c"])
        let answer = try await client.get("/reports/customers?sort=\(sort)&cursor=\(cursor)")
        #expect(answer.status == 400)
      }
      let foreign = Cursor.text(list: "reportorders", ["1", "c"])
      #expect(try await client.get("/reports/customers?cursor=\(foreign)").status == 400)
      let forged = Cursor.text(list: "movements", ["9223372036854775807", "1"])
      #expect(try await client.get("/products/x/stock?cursor=\(forged)").status == 400)
    }
  }
}
