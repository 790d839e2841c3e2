import JSON
import Orders
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The total of a list")
struct ListTotalTests {
  private static func total(_ answer: ContractAnswer) throws -> String {
    let json = try answer.json
    return "\(json["total_is"]?.text ?? "-") \(json["total"]?.written ?? "-")"
  }

  /// A few orders of two customers, of which some are hidden, moved or tagged.
  private static func fill(_ client: ContractClient) async throws {
    for number in 1...12 {
      let product = number % 3 == 0 ? "mouse" : "dime"
      let tags = number % 4 == 0 ? #","tags":["gift"]"# : ""
      _ = try await client.place(
        #"{"customer_id":"\#(number % 2 == 0 ? "even" : "odd")"\#(tags),"#
          + #""items":[{"product_id":"\#(product)","quantity":1}]}"#)
    }
    for number in [1, 2, 3, 4] {
      _ = try await client.send(
        "PATCH", "/orders/\(number)/status", #"{"status":"in_progress"}"#)
    }
    _ = try await client.send("DELETE", "/orders/12")
  }

  @Test(
    "is there when it is asked for, and counts what the filters let through on all pages",
    arguments: [
      ("/orders", 12), ("/orders?status=new", 7), ("/orders?status=new,in_progress", 11),
      ("/orders?channel=api", 12), ("/orders?channel=shop", 0), ("/orders?customer_id=odd", 6),
      ("/orders?customer_id=odd&status=in_progress", 2), ("/orders?product_id=mouse", 4),
      ("/orders?product_id=mouse&status=cancelled", 1), ("/orders?tag=gift", 3),
      ("/orders?tag=gift&product_id=mouse", 1), ("/orders?tag=gift&customer_id=odd", 0),
      ("/orders?customer_id=even&product_id=dime&status=new", 2),
      ("/orders?created_before=2020-01-01", 0),
      ("/orders?created_after=2020-01-01&sort=created_at", 12),
      ("/customers/even/orders", 6), ("/customers/even/orders?status=in_progress", 2),
      ("/customers", 2), ("/products", 4), ("/products?in_stock=false", 1), ("/products?q=o", 2),
    ])
  func exact(_ list: String, _ count: Int) async throws {
    try await ordering { client in
      try await Self.fill(client)
      let joined = list + (list.contains("?") ? "&" : "?")
      let first = try await client.get(joined + "limit=1&total=exact")
      #expect(try Self.total(first) == "exact \(count)", "\(first.body)")
      #expect(try await client.entries(from: joined + "limit=3").count == count)
      let estimate = try await client.get(joined + "total=estimate")
      #expect(try Self.total(estimate).hasPrefix("estimate "), "\(estimate.body)")
      let plain = try await client.get(joined + "limit=1")
      #expect(try plain.json["total"] == nil && plain.json["total_is"] == nil)
      // The page after it does not count again.
      guard let next = try first.json["next"]?.text else { return }
      #expect(!next.contains("total") && next.contains("limit=1"))
    }
  }

  @Test("counts no further than a hundred thousand rows, and then says that there may be more")
  func tooMany() async throws {
    let rows = [
      "ALTER TABLE customers DISABLE TRIGGER USER", "ALTER TABLE products DISABLE TRIGGER USER",
      "INSERT INTO customers (id) SELECT 'c-' || n FROM generate_series(1, 100001) AS n",
      """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p-' || n, 'Product', 1, CASE WHEN n <= 5 THEN 1 ELSE 0 END
        FROM generate_series(1, 100000) AS n
      """,
    ]
    try await asking { client in
      for statement in rows { try await client.run(unsafe: statement) }
      #expect(try Self.total(await client.get("/customers?total=exact")) == "at_least 100001")
      #expect(try Self.total(await client.get("/products?total=exact")) == "exact 100000")
      #expect(try Self.total(await client.get("/products?total=exact&in_stock=true")) == "exact 5")
      try await client.run(unsafe: "ANALYZE customers")
      let estimate = try Self.total(await client.get("/customers?total=estimate"))
      #expect(estimate == "estimate 100001")
    }
  }

  @Test(
    "is refused in another word, with a search, and where lists have none",
    arguments: [
      ("/orders?total=yes", 400), ("/orders?total=exact&q=mouse", 400),
      ("/customers?total=estimate&q=demo", 400),
      ("/customers?total=exact&email=a@example.org", 400),
      ("/reports/customers?total=exact", 400), ("/orders?total=", 200),
      ("/customers/nobody/orders?total=exact", 404),
    ])
  func refused(_ target: String, _ status: Int) async throws {
    let answer = try await asking { try await $0.get(target) }

    #expect(answer.status == status, "\(answer.body)")
  }
}
