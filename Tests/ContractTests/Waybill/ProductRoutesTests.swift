import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's catalogue")
struct ProductRoutesTests {
  @Test("takes a product in with exactly these bytes, and makes an id when it brings none")
  func create() async throws {
    try await asking { client in
      let made = try await client.send(
        "POST", "/products",
        #"{"id":"kb-1","name":"Keyboard","description":"Quiet","price":"49.9","stock":7}"#)
      #expect(made.status == 201 && made.fields["Location"] == "/products/kb-1")
      #expect(made.fields["ETag"] == #""1""#)
      #expect(
        made.timeless == """
          {"id":"kb-1","number":1,"name":"Keyboard","description":"Quiet","price":49.90,\
          "stock":7,"available":true,"version":1,"created_at":"T","updated_at":"T"}
          """)
      let read = try await client.get("/products/kb-1")
      #expect(read.body == made.body && read.fields["ETag"] == #""1""#)
      let known = try await client.send("GET", "/products/kb-1", fields: [#"If-None-Match: "1""#])
      #expect(known.status == 304 && known.body.isEmpty)

      let bare = try await client.send("POST", "/products", #"{"name":"X","price":0}"#)
      #expect(bare.status == 201)
      #expect(bare.body.contains(#""description":null,"price":0.00,"stock":0,"available":false"#))
      let again = try await client.send("POST", "/products", #"{"id":"kb-1","name":"X","price":1}"#)
      #expect(again.status == 409 && again.body.contains(#""code":"id_taken""#))
      #expect(try await client.get("/products/kb-1").body == made.body)
    }
  }

  typealias Refused = (body: String, errors: [String])
  static let money = "must be a number from 0.00 to 9999999999.99 with at most 2 fraction digits"
  static let stock = "must be a whole number from 0 to 1000000000000"
  static let refused: [Refused] = [
    ("{}", ["name:is required", "price:is required"]),
    (
      #"{"id":"a b","name":"","description":7,"price":-0.01,"stock":-1,"available":true}"#,
      [
        "id:must have 1 to 64 letters, digits, dots, underscores or hyphens",
        "name:must have 1 to 200 characters, one of them visible", "description:must be a string",
        "price:\(money)", "stock:\(stock)", "available:is not a known field",
      ]
    ),
    (#"{"name":"a","price":0.001}"#, ["price:\(money)"]),
    (#"{"name":"a","price":10000000000}"#, ["price:\(money)"]),
    (#"{"name":"a","price":1e2}"#, ["price:\(money)"]),
    (#"{"name":"a","price":"NaN"}"#, ["price:\(money)"]),
    (#"{"name":"a","price":null}"#, ["price:is required"]),
    (#"{"name":"a","price":1,"stock":1000000000001}"#, ["stock:\(stock)"]),
    (#"{"name":"a","price":1,"stock":9223372036854775808}"#, ["stock:\(stock)"]),
    (#"{"name":"a","price":1,"stock":1.5}"#, ["stock:\(stock) in plain digits"]),
    (#"{"name":"a","price":1,"stock":"1"}"#, ["stock:\(stock) in plain digits"]),
    (#"{"name":"a","price":1,"retired_at":null}"#, ["retired_at:is not a known field"]),
  ]

  @Test(
    "refuses what is no product, with all that is wrong, and stores nothing",
    arguments: refused)
  func validation(_ example: Refused) async throws {
    try await asking { client in
      let answer = try await client.send("POST", "/products", example.body)

      #expect(answer.status == 400)
      let found = try answer.violations
      // The parser's own words for a missing value are not ours to test here.
      #expect(
        found == example.errors || example.body.contains("null"), "\(example.body): \(found)")
      #expect(try await client.get("/products").body == #"{"items":[],"next":null}"#)
    }
  }

  typealias Patch = (body: String, status: Int, part: String)
  static let patches: [Patch] = [
    (
      "{}", 200,
      #""name":"Old","description":"Was","price":5.00,"stock":3,"available":true,"version":1"#
    ),
    (
      #"{"name":"New"}"#, 200,
      #""name":"New","description":"Was","price":5.00,"stock":3,"available":true,"version":2"#
    ),
    (
      #"{"description":null,"price":0}"#, 200,
      #""name":"Old","description":null,"price":0.00,"stock":3,"available":true,"version":2"#
    ),
    (#"{"description":""}"#, 200, #""description":"","price":5.00"#),
    (#"{"price":null}"#, 400, #""field":"price""#), (#"{"name":null}"#, 400, #""field":"name""#),
    (#"{"stock":9}"#, 400, #""field":"stock","message":"is changed by POST"#),
    (#"{"id":"x"}"#, 400, #""field":"id","message":"is not a known field""#),
  ]

  @Test("changes a product as a patch says, and its stock only by adjusting it", arguments: patches)
  func patch(_ example: Patch) async throws {
    let rows = """
      INSERT INTO products (id, name, description, price, stock) VALUES ('p', 'Old', 'Was', 5, 3)
      """
    let answer = try await asking(rows) { try await $0.send("PATCH", "/products/p", example.body) }

    #expect(answer.status == example.status)
    #expect(answer.body.contains(example.part), "\(answer.body)")
  }

  @Test("retires a product: readable, listed only on demand, not orderable, and the same again")
  func retire() async throws {
    try await ordering { client in
      let placed = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":2}]}"#)
      let stale = try await client.send("DELETE", "/products/mouse", fields: [#"If-Match: "1""#])
      #expect(stale.status == 412)

      let retired = try await client.send("DELETE", "/products/mouse", fields: [])
      let again = try await client.send("DELETE", "/products/mouse", fields: [])

      #expect(retired.status == 200 && again.status == 200 && retired.body == again.body)
      #expect(retired.body.contains(#""stock":3,"available":false,"version":3"#))
      #expect(try await client.get("/products/mouse").body == retired.body)
      let (listed, onDemand) = (
        try await client.entries(from: "/products"),
        try await client.entries(from: "/products?retired=true")
      )
      #expect(listed.compactMap { $0["id"]?.text } == ["keyboard", "dime", "webcam"])
      #expect(onDemand.compactMap { $0["id"]?.text } == ["mouse"])
      let refused = try await client.send(
        "POST", "/orders", #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":1}]}"#)
      #expect(refused.status == 422)
      let id = try #require(placed["id"]?.text)
      #expect(try await client.get("/orders/\(id)").body.contains(#""product_id":"mouse""#))
      #expect(try await client.send("DELETE", "/products/none", fields: []).status == 404)
    }
  }

  typealias Search = (query: String, ids: [String])
  static let searches: [Search] = [
    ("", ["Kb-1", "mouse", "pct", "gone-2"]), ("q=keyboard", ["Kb-1"]), ("q=KEYB", ["Kb-1"]),
    ("q=kb-", ["Kb-1"]), ("q=wheel", ["mouse"]), ("q=%25", ["pct"]), ("q=_", []),
    ("q=100%25", ["pct"]), ("q=%27", []), ("q=", ["Kb-1", "mouse", "pct", "gone-2"]),
    ("in_stock=true", ["Kb-1", "pct"]), ("in_stock=false", ["mouse", "gone-2"]),
    ("q=o&in_stock=false", ["mouse", "gone-2"]), ("retired=true", ["old"]),
    ("retired=true&q=keyboard", []), ("q=two+buttons", ["mouse"]),
  ]

  @Test("is searched by name, id and description, letter case aside", arguments: searches)
  func search(_ example: Search) async throws {
    let rows = """
      INSERT INTO products (id, name, description, price, stock, retired_at)
      VALUES ('Kb-1', 'Keyboard', NULL, 1, 5, NULL),
             ('mouse', 'Mouse', 'two buttons, wheel', 1, 0, NULL),
             ('pct', '100% cotton', NULL, 1, 1, NULL), ('gone-2', 'Sold out', '', 1, 0, NULL),
             ('old', 'Old', NULL, 1, 9, now())
      """
    let ids = try await asking(rows) { client in
      try await client.entries(from: "/products?limit=2&\(example.query)").compactMap {
        $0["id"]?.text
      }
    }

    #expect(ids == example.ids)
  }

  @Test("looks at a bounded part of itself for each page, and all pages find all there is")
  func window() async throws {
    let rows = """
      INSERT INTO products (id, name, price)
      SELECT 'p-' || n, CASE n % 6000 WHEN 1 THEN 'Needle' ELSE 'Hay' END, 1
        FROM generate_series(1, 12500) AS n
      """
    try await asking(rows) { client in
      let first = try await client.get("/products?q=needle&limit=50")
      let items = try first.json["items"]?.items
      let next = try first.json["next"]?.text
      #expect(items?.count == 1 && next != nil)
      let found = try await client.entries(from: "/products?q=needle&limit=50")
      #expect(found.compactMap { $0["id"]?.text } == ["p-1", "p-6001", "p-12001"])
      let nothing = try await client.entries(from: "/products?q=thread&limit=50")
      #expect(nothing.isEmpty)
      let all = try await client.entries(from: "/products?limit=200")
      #expect(all.count == 12_500)
    }
  }

  @Test(
    "refuses what cannot be searched for",
    arguments: [
      ("in_stock=yes", "in_stock:must be true or false"),
      ("retired=1", "retired:must be true or false"),
      ("q=" + String(repeating: "x", count: 101), "q:must have at most 100 characters"),
      ("sort=name", "sort:is not one of: q, in_stock, low_stock, retired, total, limit, cursor"),
    ])
  func badSearch(_ query: String, _ error: String) async throws {
    let answer = try await asking { try await $0.get("/products?\(query)") }

    #expect(answer.status == 400)
    #expect(try answer.violations == [error])
  }
}
