import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Placing an order")
struct PlacingTests {
  static let example = """
    {"customer_id": "c-1", "items": [{"product_id": "keyboard", "quantity": 2}, \
    {"name": "Gift wrap", "quantity": 1, "price": 3.50}],
     "reference": "PO-77", "shortage": "refuse"}
    """

  @Test("answers 201 with its address, its version and the order")
  func transcript() async throws {
    let answer = try await ordering { try await $0.send("POST", "/orders", Self.example) }

    let order = try answer.json
    let id = try #require(order["id"]?.text)
    let createdAt = try #require(order["created_at"]?.text)
    #expect(answer.status == 201)
    #expect(answer.fields == ["Location": "/orders/\(id)", "ETag": "\"1\""])
    #expect(id.count == 36 && Array(id)[14] == "7")
    #expect(createdAt.count == 24 && createdAt.hasSuffix("Z"))
    #expect(
      answer.body == """
        {"id":"\(id)","number":1,"channel":"api","status":"new","customer_id":"c-1",\
        "reference":"PO-77","items":[{"product_id":"keyboard","name":"Keyboard","quantity":2,\
        "price":49.90,"amount":99.80},{"product_id":null,"name":"Gift wrap","quantity":1,\
        "price":3.50,"amount":3.50}],"total_quantity":3,"total_amount":103.30,\
        "shipping":{"carrier":null,"tracking_number":null},\
        "allowed_statuses":["in_progress","cancelled"],"version":1,"created_at":"\(createdAt)",\
        "updated_at":"\(createdAt)"}
        """)
  }

  @Test("takes an item of nothing but quantity and price, also as a decimal string")
  func bareItem() async throws {
    let order = try await ordering { client in
      try await client.place(
        #"{"customer_id":"c","items":[{"quantity":3,"price":"0.1"},{"quantity":1,"price":0}]}"#)
    }

    #expect(
      order["items"]?.written == """
        [{"product_id":null,"name":null,"quantity":3,"price":0.10,"amount":0.30},\
        {"product_id":null,"name":null,"quantity":1,"price":0.00,"amount":0.00}]
        """)
  }

  @Test("takes back the lines of its answer, where null stands for what is not there")
  func linesReadBack() async throws {
    let (first, second, schema) = try await ordering { client in
      let first = try await client.place(Self.example)
      let items = (first["items"]?.items ?? []).map { item in
        // The name is the catalogue's, and amounts are worked out.
        let isFree = item["product_id"] == .null
        let kept = item.members.filter { $0.key != "amount" && (isFree || $0.key != "name") }
        return JSONValue.object(
          kept + (isFree ? [] : [.init(key: "name", value: .null)])
        ).written
      }
      let given = #"{"customer_id":"c","items":[\#(items.joined(separator: ","))]}"#
      let document = Described.document()
      let complaints = SchemaCheck(document: document).complaints(
        try JSONValue(parsing: Array(given.utf8)), ["$ref": "#/components/schemas/NewOrder"])
      return (first, try await client.place(given), complaints)
    }

    #expect(first["items"]?.written == second["items"]?.written)
    #expect(schema.isEmpty, "the document allows it, too")
  }

  @Test("adds ten cents ten times up to exactly one")
  func tenDimes() async throws {
    let order = try await ordering { client in
      let line = #"{"product_id":"dime","quantity":1}"#
      let lines = Array(repeating: line, count: 10).joined(separator: ",")
      return try await client.place(#"{"customer_id":"c","items":[\#(lines)]}"#)
    }

    #expect(order["total_amount"]?.written == "1.00" && order["items"]?.items?.count == 10)
  }

  @Test("adds the largest lines up to a sum beyond 64 bits of cents")
  func largest() async throws {
    let line = #"{"quantity":1000000,"price":9999999999.99}"#
    let lines = Array(repeating: line, count: 100).joined(separator: ",")
    let order = try await ordering { client in
      let order = try await client.place(#"{"customer_id":"c","items":[\#(lines)]}"#)
      #expect(try await client.get("/orders/1").json == order)
      return order
    }

    #expect(order["total_amount"]?.written == "999999999999000000.00")
    #expect(order["total_quantity"]?.written == "100000000")
  }

  @Test("keeps a given price against the catalogue's, and copies the catalogue's otherwise")
  func prices() async throws {
    let order = try await ordering { client in
      let order = try await client.place(
        """
        {"customer_id":"c","items":[{"product_id":"mouse","quantity":1,"price":1},
                                    {"product_id":"mouse","quantity":2}]}
        """)
      try await client.run("UPDATE products SET price = 7 WHERE id = 'mouse'")
      #expect(try await client.get("/orders/1").json["items"] == order["items"])
      return order
    }

    #expect(order["total_amount"]?.written == "40.80")
  }

  @Test("refuses a shortage with every short product, and keeps nothing of it")
  func refusal() async throws {
    let body = """
      {"customer_id":"stranger","reference":"R","items":[{"product_id":"mouse","quantity":3},
       {"product_id":"webcam","quantity":1},{"product_id":"keyboard","quantity":1},
       {"product_id":"mouse","quantity":3}]}
      """
    let (answer, customers) = try await ordering { client in
      (try await client.send("POST", "/orders", body), try await client.count("customers"))
    }

    #expect(answer.status == 409 && customers == 0)
    #expect(try answer.json["code"]?.text == "out_of_stock")
    #expect(
      try answer.json["errors"]?.written == """
        [{"field":"items","message":"mouse: 6 requested, 5 available","product_id":"mouse",\
        "requested":6,"available":5},{"field":"items","message":"webcam: 1 requested, 0 available",\
        "product_id":"webcam","requested":1,"available":0}]
        """)
  }

  private static func one(_ product: String) -> String {
    #"{"product_id":"\#(product)","quantity":1}"#
  }

  @Test("fulfils what is there when a shortage may be met in part")
  func partial() async throws {
    let body = """
      {"customer_id":"c","shortage":"partial","items":[{"product_id":"mouse","quantity":9},
       {"product_id":"webcam","quantity":1},{"product_id":"keyboard","quantity":1}]}
      """
    let (order, whole, nothing) = try await ordering { client in
      (
        try await client.place(body),
        try await client.place(
          #"{"customer_id":"c","shortage":"partial","items":[\#(Self.one("dime"))]}"#),
        try await client.send(
          "POST", "/orders",
          #"{"customer_id":"c","shortage":"partial","items":[\#(Self.one("webcam"))]}"#
        )
      )
    }

    #expect(order["items"]?.items?.compactMap { $0["quantity"]?.written } == ["5", "1"])
    #expect(
      order["unavailable"]?.written == """
        [{"product_id":"mouse","requested":9,"available":5},\
        {"product_id":"webcam","requested":1,"available":0}]
        """)
    #expect(whole["unavailable"]?.written == "[]")
    #expect(nothing.status == 409)
  }

  @Test("names what the catalogue does not know, or no longer sells")
  func unknownProduct() async throws {
    let body = """
      {"customer_id":"c","items":[{"product_id":"keyboard","quantity":1},
       {"product_id":"nothing","quantity":1},{"product_id":"mouse","quantity":1}]}
      """
    let answer = try await ordering { client in
      try await client.run("UPDATE products SET retired_at = now() WHERE id = 'mouse'")
      return try await client.send("POST", "/orders", body)
    }

    #expect(answer.status == 422)
    #expect(try answer.json["message"]?.text == "Not in the catalogue: mouse, nothing.")
  }

  @Test("takes a reference once")
  func reference() async throws {
    let (first, second) = try await ordering { client in
      (
        try await client.send("POST", "/orders", Self.example),
        try await client.send("POST", "/orders", Self.example)
      )
    }

    #expect(first.status == 201 && second.status == 409)
    #expect(try second.json["message"]?.text == "The reference is that of order 1 already.")
  }

  private static let priceRule =
    "must be a number from 0.00 to 9999999999.99 with at most 2 fraction digits"

  typealias Refused = (body: String, errors: [String])
  static let refused: [Refused] = [
    ("{}", ["customer_id: is required", "items: is required"]),
    (
      #"{"customer_id":"","items":[]}"#,
      [
        "customer_id: must have 1 to 255 characters", "items: must have 1 to 100 items",
      ]
    ),
    (
      #"{"customer_id":null,"items":{}}"#,
      [
        "customer_id: must be a string", "items: must be an array",
      ]
    ),
    (
      #"{"customer_id":"c","items":[7,{}]}"#,
      [
        "items[0]: must be an object", "items[1].quantity: is required",
        "items[1].price: is required where there is no product_id",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"product_id":"a b","quantity":0}]}"#,
      [
        "items[0].product_id: must have 1 to 64 letters, digits, dots, underscores or hyphens",
        "items[0].quantity: must be a whole number from 1 to 1000000",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"product_id":"p","name":"x","quantity":1}]}"#,
      [
        "items[0].name: is the catalogue's where there is a product_id"
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"quantity":1000001,"price":-0.01}]}"#,
      [
        "items[0].quantity: must be a whole number from 1 to 1000000",
        "items[0].price: \(priceRule)",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"quantity":1.0,"price":1.001}]}"#,
      [
        "items[0].quantity: must be a whole number from 1 to 1000000 in plain digits",
        "items[0].price: \(priceRule)",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"quantity":"1","price":10000000000,"name":""}]}"#,
      [
        "items[0].name: must have 1 to 200 characters",
        "items[0].quantity: must be a whole number from 1 to 1000000 in plain digits",
        "items[0].price: \(priceRule)",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"quantity":1,"price":1}],"reference":"","shortage":"no"}"#,
      [
        "reference: must have 1 to 255 characters", "shortage: must be one of: refuse, partial",
      ]
    ),
    (
      #"{"customer_id":"c","items":[{"quantity":1,"price":1,"amount":1}],"status":"completed"}"#,
      [
        "items[0].amount: is not a known field", "status: is not a known field",
      ]
    ),
    ("[]", [": must be an object"]),
  ]

  @Test("refuses what is wrong in the body, all of it at once, and stores nothing")
  func validation() async throws {
    try await ordering { client in
      for example in Self.refused {
        let answer = try await client.send("POST", "/orders", example.body)
        let errors = try answer.json["errors"]?.items?.map {
          "\($0["field"]?.text ?? "?"): \($0["message"]?.text ?? "?")"
        }

        #expect(answer.status == 400 && errors?.sorted() == example.errors.sorted(), "\(example)")
      }
      let rows = try await client.count("orders") + client.count("customers")
      #expect(rows == 0)
    }
  }

  @Test("refuses a body that is no JSON, and one that does not say it is")
  func media() async throws {
    let statuses = try await ordering { client in
      var statuses: [Int] = []
      for (body, fields) in [
        ("{", ["Content-Type: application/json"]), ("", ["Content-Type: application/json"]),
        ("{}", []), ("{}", ["Content-Type: text/plain"]),
        ("{}", ["Content-Type: application/jsonx"]),
        (Self.example, ["Content-Type: Application/JSON; charset=utf-8"]),
      ] {
        statuses.append(try await client.send("POST", "/orders", body, fields: fields).status)
      }
      return statuses
    }

    #expect(statuses == [400, 400, 415, 415, 415, 201])
  }

  @Test("stores texts as they came, whatever they hold")
  func texts() async throws {
    let naughty = ["'; DROP TABLE orders; --", "\\\"", "Ω≈ç 🇦🇶", "\u{202E}rtl", "a\u{300}", "%00"]
    try await ordering { client in
      for (place, text) in naughty.enumerated() {
        let written = JSONValue.string(text).written
        let order = try await client.place(
          """
          {"customer_id":\(written),"reference":\(written),
           "items":[{"name":\(written),"quantity":1,"price":1}]}
          """)
        let read = try await client.get("/orders/\(place + 1)").json
        #expect(read == order && read["customer_id"]?.text == text)
        #expect(read["items"]?[0]?["name"]?.text == text && read["reference"]?.text == text)
      }
    }
  }
}

extension ContractClient {
  /// How many rows a table has.
  func count(_ table: String) async throws -> Int {
    try await database.read(SQL(unsafeText: "SELECT count(*) FROM \(table)"))[0].int(0)
  }
}
