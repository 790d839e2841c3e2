import HTTP
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The storefront's errors")
struct StorefrontErrorTests {
  typealias Refused = (call: String, path: String, body: String, messages: String)
  private static let unknown = "d92eabd2-e167-4bba-b272-09a86b9519dd"
  private static let status =
    #"["status must be one of the following values: processing, canceled, delivered"]"#
  private static let neither =
    #"["trackingCompany must be a string","trackingNumber must be a string"]"#

  private static func placing(_ products: String) -> String {
    #"{"customerId":"c","products":\#(products)}"#
  }

  private static func placing(product: String) -> String {
    placing(#"[{"productId":"p","quantity":1},{\#(product)}]"#)
  }

  static let refused: [Refused] = [
    (
      "POST", "", #"{"products":[{"productId":"p","quantity":1}]}"#,
      #"["customerId must be a string"]"#
    ),
    (
      "POST", "", #"{"customerId":7,"products":[{"productId":"p","quantity":1}]}"#,
      #"["customerId must be a string"]"#
    ),
    (
      "POST", "", #"{"customerId":"","products":[{"productId":"p","quantity":1}]}"#,
      #"["customerId should not be empty"]"#
    ),
    ("POST", "", "{}", #"["customerId must be a string","products must be an array"]"#),
    ("POST", "", "[]", #"["body must be an object"]"#),
    ("POST", "", placing("null"), #"["products must be an array"]"#),
    ("POST", "", placing("{}"), #"["products must be an array"]"#),
    ("POST", "", placing("[]"), #"["products should not be empty"]"#),
    ("POST", "", placing("[7]"), #"["products.0 must be an object"]"#),
    (
      "POST", "", placing("[{}]"),
      #"["products.0.productId must be a string","products.0.quantity must be an integer number"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"","quantity":1"#),
      #"["products.1.productId should not be empty"]"#
    ),
    (
      "POST", "", placing(product: #""productId":null,"quantity":1"#),
      #"["products.1.productId must be a string"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":0"#),
      #"["products.1.quantity must not be less than 1"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":-1"#),
      #"["products.1.quantity must not be less than 1"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":1.5"#),
      #"["products.1.quantity must be an integer number"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":"1""#),
      #"["products.1.quantity must be an integer number"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":true"#),
      #"["products.1.quantity must be an integer number"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":1000001"#),
      #"["products.1.quantity must not be greater than 1000000"]"#
    ),
    (
      "POST", "", placing(product: #""productId":"q","quantity":99999999999999999999"#),
      #"["products.1.quantity must not be greater than 1000000"]"#
    ),
    ("PATCH", "/\(unknown)/status", #"{"status":"cancelled"}"#, status),
    ("PATCH", "/\(unknown)/status", #"{"status":"Delivered"}"#, status),
    ("PATCH", "/\(unknown)/status", #"{"status":null}"#, status),
    ("PATCH", "/\(unknown)/status", #"{"status":["delivered"]}"#, status),
    ("PATCH", "/\(unknown)/status", "{}", status),
    ("PATCH", "/\(unknown)/shipping", "{}", neither),
    ("PATCH", "/\(unknown)/shipping", #"{"status":"delivered"}"#, neither),
    (
      "PATCH", "/\(unknown)/shipping", #"{"trackingCompany":7}"#,
      #"["trackingCompany must be a string"]"#
    ),
    (
      "PATCH", "/\(unknown)/shipping", #"{"trackingCompany":"","trackingNumber":[]}"#,
      #"["trackingCompany should not be empty","trackingNumber must be a string"]"#
    ),
    ("PATCH", "/7/status", #"{"status":"delivered"}"#, #""Validation failed (uuid is expected)""#),
    ("PATCH", "/7/status", "{}", #""Validation failed (uuid is expected)""#),
    ("PATCH", "/%ff/shipping", "{}", #""Validation failed (uuid is expected)""#),
    ("DELETE", "/\(unknown)0", "", #""Validation failed (uuid is expected)""#),
    ("POST", "", "", #""unexpected end of the document at byte 0""#),
    (
      "POST", "", #"{"customerId":"#, #""unexpected end of the document at byte 14, in customerId""#
    ),
  ]

  @Test("are 400 with all that is wrong with the fields, and leave nothing behind")
  func invalid() async throws {
    try await ordering { client in
      for example in Self.refused {
        let answer = try await client.send(
          example.call, "/storefront/orders" + example.path, example.body)

        let expected = #"{"message":\#(example.messages),"error":"Bad Request","statusCode":400}"#
        #expect(answer.status == 400 && answer.body == expected, "\(example)")
      }
      #expect(try await client.rows == 0)
    }
  }

  @Test("say how long a text and a list may be")
  func lengths() async throws {
    let long = String(repeating: "x", count: 256)
    let many = Array(repeating: #"{"productId":"p","quantity":1}"#, count: 101)
    try await ordering { client in
      for (body, message) in [
        (
          #"{"customerId":"\#(long)","products":[{"productId":"\#(long)","quantity":1}]}"#,
          #"["customerId must be shorter than or equal to 255 characters","#
            + #""products.0.productId must be shorter than or equal to 255 characters"]"#
        ),
        (
          Self.placing("[\(many.joined(separator: ","))]"),
          #"["products must contain no more than 100 elements"]"#
        ),
      ] {
        let answer = try await client.send("POST", "/storefront/orders", body)
        #expect(answer.status == 400)
        #expect(answer.body.hasPrefix(#"{"message":\#(message),"#), "\(answer.body)")
      }
      #expect(try await client.rows == 0)
      let most = Self.placing("[\(many.dropLast().joined(separator: ","))]")
      #expect(try await client.send("POST", "/storefront/orders", most).status == 201)
    }
  }

  @Test(
    "know no 405: where a method is not offered there is nothing",
    arguments: [
      "GET /orders", "GET /orders/\(unknown)", "PUT /orders/7", "DELETE /orders", "BREW /orders",
      "POST /orders/", "GET /", "GET /nowhere",
    ])
  func unknownRoute(_ line: String) async throws {
    let words = line.split(separator: " ")
    let answers = try await asking(of: "host=/nowhere") { client in
      let own = ContractClient(client.database, ownPortOf: "storefront")
      return [
        try await client.send("\(words[0])", "/storefront\(words[1])?x=1"),
        try await own.send("\(words[0])", "\(words[1])?x=1"),
      ]
    }

    for answer in answers {
      #expect(answer.status == 404 && answer.fields["Allow"] == nil)
      #expect(
        answer.body == #"{"message":"Cannot \#(line)","error":"Not Found","statusCode":404}"#)
    }
  }

  @Test("say of an order of another channel, or a deleted one, that there is none")
  func notFound() async throws {
    try await ordering { client in
      let own = try await client.place(#"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#)
      let gone = try await client.placeInStorefront().text("id")
      _ = try await client.send("DELETE", "/storefront/orders/\(gone)")
      for id in [Self.unknown, Self.unknown.uppercased(), try own.text("id"), gone] {
        for (method, path, body) in [
          ("PATCH", "/status", #"{"status":"delivered"}"#),
          ("PATCH", "/shipping", #"{"trackingCompany":"x"}"#), ("DELETE", "", ""),
        ] {
          let answer = try await client.send(method, "/storefront/orders/\(id)\(path)", body)

          #expect(answer.status == 404)
          #expect(
            answer.body == #"{"message":"Order not found","error":"Not Found","statusCode":404}"#)
        }
      }
      #expect(try await client.get("/orders/\(try own.text("id"))").json.text("status") == "new")
    }
  }

  typealias Failed = (failure: Failure, status: Int, body: String)
  private struct Secret: Error {}
  static let failed: [Failed] = [
    (.unforeseen(Secret()), 500, #"{"statusCode":500,"message":"Internal server error"}"#),
    (.order(.failure(detail: "x")), 500, #"{"statusCode":500,"message":"Internal server error"}"#),
    (.overloaded, 503, "Service Unavailable"), (.order(.unavailable), 503, "Service Unavailable"),
    (.order(.outcomeUnknown(detail: "")), 503, "Service Unavailable"),
    (.tooSlow, 408, "Request Timeout"),
    (.notJSON, 415, "Unsupported Media Type"),
    (.badMessage(.bodyTooLarge), 413, "Content Too Large"),
    (.badMessage(.headTooLarge), 431, "Request Header Fields Too Large"),
    (.badMessage(.startLineTooLong), 414, "URI Too Long"),
    (.badMessage(.badRequestLine), 400, "Bad Request"),
    (.badMessage(.unknownTransferCoding), 501, "Not Implemented"),
  ]

  @Test("are all of one form, also when the request never became a call", arguments: failed)
  func envelope(_ example: Failed) async throws {
    let (status, body, retries) = try await asking(of: "host=/nowhere") { client in
      let own = ContractClient(client.database, ownPortOf: "storefront")
      // On a port of its own nothing needs to have been read to know whose envelope it is.
      let response = own.router.refuse(example.failure, nil, id: .made(0, 7))
      return (
        response.status.code, String(decoding: response.body, as: UTF8.self),
        response.fields.contains { "\($0.name)" == "Retry-After" }
      )
    }

    #expect(status == example.status)
    #expect(retries == (status == 503))
    guard status != 500 else {
      #expect(body == example.body)
      return
    }
    #expect(body.hasPrefix(#"{"message":""#))
    #expect(body.hasSuffix(#"","error":"\#(example.body)","statusCode":\#(status)}"#), "\(body)")
  }

  @Test("say of a change whose answer cannot be read that it may have been done")
  func unreadableLines() async throws {
    try await asking { client in
      client.outage.isWanted = true
      let id = try await client.placeInStorefront().text("id")
      try await client.run("ALTER TABLE orders DISABLE TRIGGER USER")
      try await client.run("UPDATE orders SET items = '[1]', version = 2")
      let path = "/storefront/orders/\(id)/shipping"
      let answer = try await client.send("PATCH", path, #"{"trackingCompany":"x"}"#)

      #expect(answer.status == 503 && answer.fields["Retry-After"] == "1")
      #expect(answer.body.contains("It is not known whether the change was done"))
      let carrier = try await client.owner.read("SELECT shipping_carrier FROM orders")[0].text(0)
      #expect(carrier == "x")
    }
  }

  @Test("tell when the database is away, and of a body that is not JSON")
  func away() async throws {
    let answers = try await asking(of: "host=/nowhere") { client in
      [
        try await client.send("POST", "/storefront/orders", StorefrontContractTests.order),
        try await client.send(
          "POST", "/storefront/orders", "a=b",
          fields: ["Content-Type: application/x-www-form-urlencoded"]),
      ]
    }

    #expect(answers.map(\.status) == [503, 415])
    #expect(answers[0].fields["Retry-After"] == "1")
    #expect(answers[1].body.contains(#""error":"Unsupported Media Type","statusCode":415}"#))
  }
}

extension ContractClient {
  /// How many orders and customers there are.
  fileprivate var rows: Int {
    get async throws {
      try await database.read(
        "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM customers)")[0].int(0)
    }
  }
}
