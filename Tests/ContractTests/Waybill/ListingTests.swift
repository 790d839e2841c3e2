import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Lists of orders")
struct ListingTests {
  @Test("are empty pages at first")
  func empty() async throws {
    let answer = try await ordering { try await $0.get("/orders") }

    #expect(answer.status == 200 && answer.body == #"{"items":[],"next":null}"#)
  }

  @Test("show an order as it is shown alone, which a version known already is not")
  func one() async throws {
    try await ordering { client in
      let placed = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":1}]}"#)
      let id = placed["id"]?.text ?? "?"
      #expect(try await client.get("/orders").json["items"]?[0] == placed)
      #expect(try await client.get("/orders/1").json == placed)
      #expect(try await client.get("/orders/\(id.uppercased())").json == placed)
      for (tags, status) in [("\"1\"", 304), ("W/\"1\", \"2\"", 304), ("*", 304), ("\"2\"", 200)] {
        let answer = try await client.send(
          "GET", "/orders/1", fields: ["If-None-Match: \(tags)"])
        #expect(answer.status == status && answer.fields["ETag"] == "\"1\"")
        #expect(answer.body.isEmpty == (status == 304))
      }
    }
  }

  @Test("come in pages that are the whole list, once each, whatever the filter and the sort")
  func pages() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await ordering { client in
      var random = SeededRandom(seed: seed)
      try await client.fill(60, using: &random)
      for _ in 0..<40 {
        let filter = Self.filters.filter { _ in Bool.random(using: &random) }
          .compactMap { $0.randomElement(using: &random) }
        let isOldestFirst = Bool.random(using: &random)
        let query = (filter.map(\.query) + [isOldestFirst ? "sort=created_at" : "limit=1"])
          .joined(separator: "&")
        let expected = try await client.numbers(where: filter.map(\.condition), isOldestFirst)

        let path = "/orders?\(query)&limit=7".replacing("limit=1&", with: "")
        let seen = try await client.numbers(along: path)

        #expect(seen == expected, "seed \(seed): \(query)")
      }
    }
  }

  /// A parameter of the list, and the same in SQL.
  typealias Filter = (query: String, condition: String)
  static let filters: [[Filter]] = [
    [
      ("status=new", "status = 'new'"),
      ("status=In%20Progress,cancelled", "status IN ('in_progress', 'cancelled')"),
      ("status=new,in_progress,completed,failed,cancelled", "true"), ("status=", "true"),
    ],
    [
      ("channel=api", "channel = 'api'"), ("channel=storefront", "channel = 'storefront'"),
      ("channel=store", "channel = 'store'"),
    ],
    [("customer_id=c-1", "customer_id = 'c-1'"), ("customer_id=nobody", "false")],
    [
      ("product_id=mouse", "items::text LIKE '%mouse%'"),
      ("product_id=nothing", "false"),
    ],
    [
      ("created_after=2000-01-01T00:00:00Z", "true"), ("created_after=2999-01-01", "false"),
      ("created_after=2999-12-31T23:59:59.999%2B01:00", "false"),
    ],
    [
      ("created_before=2999-01-01T00:00:00Z", "true"),
      ("created_before=2000-01-01T00:00:00Z", "false"),
    ],
  ]

  @Test("are short where a filter lets little through of much, and lead on until null")
  func shortPages() async throws {
    try await asking("ALTER TABLE orders DISABLE TRIGGER USER") { client in
      try await client.run(
        """
        WITH customer AS (INSERT INTO customers (id) VALUES ('c'))
        INSERT INTO orders (id, channel, status, customer_id, items, total_quantity, total_amount,
                            version, created_at, updated_at)
        SELECT gen_random_uuid(), 'api', CASE WHEN n <= 2 THEN 'failed' ELSE 'completed' END, 'c',
               '[]', 1, 1, 2, now() + n * interval '1 ms', now()
          FROM generate_series(1, 1500) AS n
        """)
      for path in ["/orders?customer_id=c&status=failed", "/customers/c/orders?status=failed"] {
        let first = try await client.get(path).json
        #expect(first["items"]?.items?.isEmpty == true && first["next"]?.text != nil)
        #expect(try await client.numbers(along: path) == [2, 1])
      }
    }
  }

  @Test("show each order once, also while others are placed")
  func whilePlacing() async throws {
    try await ordering { client in
      var random = SeededRandom(seed: 1)
      try await client.fill(20, using: &random)
      let before = try await client.numbers(where: [], true)
      for isOldestFirst in [true, false] {
        var next: String? = "/orders?limit=3\(isOldestFirst ? "&sort=created_at" : "")"
        var seen: [Int] = []
        while let path = next, seen.count < 200 {
          let page = try await client.get(path).json
          seen += page.numbers
          next = page["next"]?.text
          if seen.count < 30 { try await client.fill(1, using: &random) }
        }
        #expect(Set(seen).count == seen.count && Set(seen).isSuperset(of: before))
      }
    }
  }

  @Test("of one customer are those alone, and of none whom nobody knows")
  func customer() async throws {
    try await ordering { client in
      for customer in ["c/1 ä", "other"] {
        _ = try await client.place(
          #"{"customer_id":"\#(customer)","items":[{"quantity":1,"price":1}]}"#)
      }
      try await client.run("INSERT INTO customers (id, name) VALUES ('idle', 'Demo Customer 1')")
      let orders = try await client.get("/customers/c%2F1%20%C3%A4/orders?limit=1")
      let filtered = try await client.get("/customers/other/orders?status=completed")
      #expect(try orders.json.numbers == [1] && orders.json["next"] == .null)
      #expect(filtered.body == #"{"items":[],"next":null}"#)
      #expect(try await client.get("/customers/idle/orders").status == 200)
      #expect(try await client.get("/customers/nobody/orders").status == 404)
      #expect(try await client.get("/customers/other/orders?customer_id=x").status == 400)
    }
  }

  @Test("refuse what is wrong in the query, all of it at once")
  func badQueries() async throws {
    let queries = [
      ("status=done", "status: must be some of: new, in_progress, completed, failed, cancelled"),
      ("status=new,", "status: must be some of: new, in_progress, completed, failed, cancelled"),
      (
        "channel=API",
        "channel: must be one of: \(Channel.allCases.map(\.rawValue).joined(separator: ", "))"
      ),
      ("created_after=2026-01-32", "created_after: must be a moment like 2026-01-01T10:00:00Z"),
      (
        "created_before=2026-02-30T00:00:00Z",
        "created_before: must be a moment like 2026-01-01T10:00:00Z"
      ),
      ("sort=number&limit=0", "limit: must be a whole number from 1 to 200"),
      ("sort=number&limit=0", "sort: must be created_at or -created_at"),
      (
        "product_id=a%20b",
        "product_id: must have 1 to 64 letters, digits, dots, underscores or hyphens"
      ),
      ("customer_id=\(String(repeating: "x", count: 256))", "customer_id: must have 1 to 255"),
      ("cursor=abc", "cursor: must be a cursor of this list"),
      ("state=new", "state: is not one of: status, channel, customer_id"),
    ]
    try await ordering { client in
      for (query, error) in queries {
        let answer = try await client.get("/orders?\(query)")
        let errors = try answer.json["errors"]?.items?.map {
          "\($0["field"]?.text ?? "?"): \($0["message"]?.text ?? "?")"
        }
        #expect(answer.status == 400, "\(query)")
        #expect(errors?.contains { $0.hasPrefix(error) } == true, "\(query): \(errors ?? [])")
      }
    }
  }

  @Test("refuse a cursor of the other sort, and one of another list")
  func foreignCursors() async throws {
    try await ordering { client in
      for _ in 0..<3 {
        _ = try await client.place(#"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#)
      }
      let next = try #require(try await client.get("/orders?limit=1").json["next"]?.text)
      let products = try #require(try await client.get("/products?limit=1").json["next"]?.text)
      let foreign = "/orders?" + products.split(separator: "&")[1]
      #expect(try await client.get(next).status == 200)
      #expect(try await client.get(next + "&sort=created_at").status == 400)
      #expect(try await client.get(foreign).status == 400)
    }
  }
}

extension ContractClient {
  /// Places and moves orders of several channels and customers.
  fileprivate func fill(_ count: Int, using random: inout SeededRandom) async throws {
    try await run("UPDATE products SET stock = 100000 WHERE id IN ('mouse', 'dime')")
    for _ in 0..<count {
      let customer = "c-\(Int.random(in: 1...3, using: &random))"
      if Int.random(in: 0..<4, using: &random) == 0 {
        try await placeElsewhere(
          ["storefront", "shop", "store"].randomElement(using: &random)!, customer: customer,
          reference: nil)
        continue
      }
      let product = ["mouse", "dime"].randomElement(using: &random)!
      let order = try await place(
        #"{"customer_id":"\#(customer)","items":[{"product_id":"\#(product)","quantity":1}]}"#)
      let moves = [[], ["in_progress"], ["in_progress", "completed"], ["cancelled"]]
      for status in moves.randomElement(using: &random)! {
        _ = try await send(
          "PATCH", "/orders/\(order["number"]?.written ?? "?")/status",
          #"{"status":"\#(status)"}"#)
      }
    }
  }

  /// The numbers of the orders a list should show.
  fileprivate func numbers(where conditions: [String], _ isOldestFirst: Bool) async throws -> [Int]
  {
    let condition = (["true"] + conditions).joined(separator: " AND ")
    let direction = isOldestFirst ? "ASC" : "DESC"
    return try await database.read(
      SQL(
        unsafeText: """
          SELECT number FROM orders WHERE \(condition)
           ORDER BY created_at \(direction), number \(direction)
          """)
    ).map { row throws(PostgresError) in try row.int(0) }
  }

  /// The numbers of all pages from an address on.
  fileprivate func numbers(along path: String) async throws -> [Int] {
    var next: String? = path
    var numbers: [Int] = []
    while let path = next, numbers.count < 1_000 {
      let answer = try await get(path)
      try #require(answer.status == 200, "\(path): \(answer.body)")
      numbers += try answer.json.numbers
      next = try answer.json["next"]?.text
    }
    return numbers
  }
}

extension JSONValue {
  fileprivate var numbers: [Int] {
    self["items"]?.items?.compactMap { $0["number"].flatMap { Int($0.written) } } ?? []
  }
}
