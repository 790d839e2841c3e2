import HTTP
import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The store's contract")
struct StoreContractTests {
  static let shelf = """
    INSERT INTO products (id, name, description, price, stock, retired_at)
    VALUES ('ABC123', 'Bluetooth Keyboard', 'Quiet keys', 12.34, 7, NULL),
           ('SOLD', 'Webcam', NULL, 59, 0, NULL), ('OLD', 'Modem', NULL, 1, 5, now())
    """
  static let steve = #"{"email":"steve.smith@example.org","name":"Steve Smith"}"#
  static let keyboard = #"{"sku":"ABC123"}"#

  @Test("answers with exactly these bytes, below its base path and on a port of its own")
  func transcript() async throws {
    for (port, base) in [(nil, "/store"), ("store", "")] as [(String?, String)] {
      try await ordering(Self.shelf) { main in
        let client = ContractClient(main.database, ownPortOf: port)
        let customer = try await client.send("POST", base + "/customers", Self.steve)
        #expect(customer.status == 201 && customer.fields.isEmpty)
        #expect(
          customer.body == #"{"id":1,"name":"Steve Smith","email":"steve.smith@example.org"}"#)

        let products = try await client.get(base + "/products")
        #expect(products.status == 200 && products.fields.isEmpty)
        #expect(
          products.body == """
            [{"id":1,"name":"Bluetooth Keyboard","description":"Quiet keys","sku":"ABC123",\
            "quantity":7},{"id":2,"name":"Webcam","description":"","sku":"SOLD","quantity":0}]
            """)

        let none = try await client.get(base + "/customers/1/orders")
        #expect(none.status == 200 && none.body == "[]")
        let first = try await client.send("POST", base + "/customers/1/orders", Self.keyboard)
        let second = try await client.send("POST", base + "/customers/1/orders", Self.keyboard)
        #expect(first.status == 201 && first.fields.isEmpty)
        #expect(
          first.secondless == #"{"id":1,"sku":"ABC123","total":12.34,"created_at":"T"}"#)
        let list = try await client.get(base + "/customers/1/orders")
        #expect(list.status == 200 && list.body == "[\(first.body),\(second.body)]")
        #expect(try await client.get(base + "/products").body.contains(#""quantity":5}"#))

        let wish = try await client.send(
          "POST", base + "/customers/1/notifications", #"{"sku":"SOLD"}"#)
        #expect(wish.status == 201 && wish.fields.isEmpty)
        #expect(wish.secondless == #"{"id":1,"sku":"SOLD","created_at":"T"}"#)
      }
    }
  }

  @Test("makes another customer of the same address")
  func sameEmail() async throws {
    try await asking { client in
      for id in 1...2 {
        let answer = try await client.send("POST", "/store/customers", Self.steve)
        #expect(answer.status == 201 && answer.body.hasPrefix(#"{"id":\#(id),"#))
      }
    }
  }

  @Test(
    "refuses a body that would set what is not the caller's to set",
    arguments: [
      "id", "number", "version", "status", "quantity", "price", "total", "channel", "customer_id",
      "reference", "createdAt", "created_at",
    ])
  func massAssignment(_ field: String) async throws {
    try await ordering(Self.shelf) { client in
      let made = try await client.send(
        "POST", "/store/customers",
        #"{"name":"A","email":"a@example.org","\#(field)":1}"#)
      #expect(made.status == 400 && made.body.contains(field), "\(made.body)")
      _ = try await client.send(
        "POST", "/store/customers", #"{"name":"A","email":"a@example.org"}"#)
      let placed = try await client.send(
        "POST", "/store/customers/1/orders", #"{"sku":"ABC123","\#(field)":1}"#)
      #expect(placed.status == 400 && placed.body.contains(field), "\(placed.body)")
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
    }
  }

  @Test("has its orders in the own API, which completes them for the report")
  func ownAPI() async throws {
    try await ordering(Self.shelf) { client in
      _ = try await client.send("POST", "/store/customers", Self.steve)
      _ = try await client.send("POST", "/store/customers/1/orders", Self.keyboard)
      let listed = try await client.get("/orders?channel=store").json["items"]?[0]
      let customer = try #require(listed?["customer_id"]?.text)
      for status in ["in_progress", "completed"] {
        let moved = try await client.send(
          "PATCH", "/orders/1/status", #"{"status":"\#(status)"}"#)
        #expect(moved.status == 200)
      }
      try await client.refresh()

      let row = try await client.get("/reports/customers/\(customer)")
      #expect(row.body.contains(#""customer_name":"Steve Smith","orders":1,"#))
      #expect(row.body.contains(#""total_amount":12.34"#))
      #expect(try await client.get("/store/customers/1/orders").json.items?.count == 1)
    }
  }

  @Test("shows a customer the orders of this store alone, also those that staff has edited")
  func ownOrders() async throws {
    try await ordering(Self.shelf) { client in
      _ = try await client.send("POST", "/store/customers", Self.steve)
      _ = try await client.send("POST", "/store/customers", Self.steve)
      for id in [1, 2] {
        _ = try await client.send("POST", "/store/customers/\(id)/orders", Self.keyboard)
      }
      let customer = try await client.get("/orders/1").json["customer_id"]?.text ?? ""
      _ = try await client.place(
        #"{"customer_id":"\#(customer)","items":[{"product_id":"ABC123","quantity":1}]}"#)
      let edit = try await client.send(
        "PATCH", "/orders/1", #"{"items":[{"product_id":"ABC123","quantity":3}]}"#)
      #expect(edit.status == 200)

      let list = try await client.get("/store/customers/1/orders")
      #expect(list.secondless == #"[{"id":1,"sku":"ABC123","total":37.02,"created_at":"T"}]"#)
    }
  }

  @Test("50 buyers from two loops of 10 units: exactly 10 orders, the others told")
  func oversell() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(of: conninfo) { client in
      try await client.run(unsafe: Self.shelf.replacing("12.34, 7", with: "12.34, 10"))
      for _ in 1...5 { _ = try await client.send("POST", "/store/customers", Self.steve) }
    }
    @Sendable func buyers() async throws -> [ContractAnswer] {
      try await asking(of: conninfo) { client in
        await together(25, on: client.database.loop) { number in
          try? await client.send(
            "POST", "/store/customers/\(number % 5 + 1)/orders", Self.keyboard)
        }.compactMap(\.self)
      }
    }
    async let others = buyers()
    let answers = try await buyers() + others

    #expect(answers.count == 50 && answers.count { $0.status == 201 } == 10)
    #expect(
      answers.count {
        $0.status == 409 && $0.body == #"{"message":"Product ABC123 is unavailable"}"#
      } == 40)
    try await asking(of: conninfo) { client in
      try await Invariants.check(client.owner)
      #expect(try await client.number("SELECT count(*) FROM orders") == 10)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'ABC123'") == 0)
    }
  }

  @Test("lists at most 1,000 entries at once, and says where the rest is")
  func longLists() async throws {
    let rows = """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'P', 1, 1000000 FROM generate_series(1, 1201) AS n;
      """
    try await asking(rows) { client in
      try await client.run(unsafe: "INSERT INTO customers (id, name) VALUES ('c', 'C')")
      try await client.run(
        unsafe: """
          SELECT count(*)
            FROM (SELECT array_agg(gen_random_uuid()) AS ids, array_agg('store'::text) AS channels,
                         array_agg('c'::text) AS customers, array_agg(NULL::text) AS nothing,
                         array_agg('refuse'::text) AS shortages, array_agg('test'::text) AS whos,
                         array_agg(n) AS places, array_agg('p1'::text) AS products,
                         array_agg(1) AS quantities, array_agg(NULL::numeric) AS prices
                    FROM generate_series(1, 1001) AS n) AS o,
                 place_orders(ids, channels, customers, nothing, shortages, whos, places, products,
                              nothing, quantities, prices)
          """)
      for (path, all) in [("/store/products", 1_201), ("/store/customers/1/orders", 1_001)] {
        let first = try await client.get(path)
        let link = try #require(first.fields["Link"])
        let next = try #require(link.wholeMatch(of: /<(\/store\/.*)>; rel="next"/)).1
        let second = try await client.get(String(next))
        #expect(second.status == 200 && second.fields["Link"] == nil)
        let ids = try [first, second].map { try $0.json.items?.compactMap { $0["id"]?.written } }
        #expect(ids.map(\.?.count) == [1_000, all - 1_000])
        #expect(ids.compactMap(\.self).joined().elementsEqual((1...all).map { "\($0)" }))
      }
    }
  }
}

extension ContractAnswer {
  /// The body with every time to the second replaced.
  var secondless: String {
    body.replacing(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/, with: #""T""#)
  }
}

extension ContractClient {
  /// The number that a query answers.
  func number(_ query: String) async throws -> Int {
    try await database.read(SQL(unsafeText: query))[0].int(0)
  }
}
