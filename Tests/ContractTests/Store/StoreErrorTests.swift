import HTTP
import JSON
import Orders
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The store's refusals")
struct StoreErrorTests {
  typealias Case = (request: String, body: String, status: Int, message: String)
  static let cases: [Case] = [
    ("POST /customers", "{}", 400, "name is required; email is required"),
    ("POST /customers", #"{"name":"A"}"#, 400, "email is required"),
    ("POST /customers", #"{"email":"a@example.org"}"#, 400, "name is required"),
    (
      "POST /customers", #"{"name":" ","email":" "}"#, 400,
      "name must have 1 to 200 characters, one of them visible; email must be an e-mail address"
    ),
    (
      "POST /customers", #"{"name":1,"email":null}"#, 400,
      "name must be a string; email must be a string"
    ),
    (
      "POST /customers", #"{"name":"A","email":"example.org"}"#, 400,
      "email must be an e-mail address"
    ),
    (
      "POST /customers", #"{"name":"A","email":"a@b@example.org"}"#, 400,
      "email must be an e-mail address"
    ),
    ("POST /customers", "[]", 400, "the body must be an object"),
    ("POST /customers", "", 400, "unexpected end of the document at byte 0"),
    ("POST /customers", "{", 400, "unexpected end of the document at byte 1"),
    ("POST /customers/1/orders", "{}", 400, "sku is required"),
    ("POST /customers/1/orders", #"{"sku":""}"#, 400, "sku must not be blank"),
    ("POST /customers/1/orders", #"{"sku":" \t"}"#, 400, "sku must not be blank"),
    ("POST /customers/1/orders", #"{"sku":7}"#, 400, "sku must be a string"),
    ("POST /customers/1/orders", #"{"sku":null}"#, 400, "sku must be a string"),
    ("POST /customers/1/orders", #"{"sku":["ABC123"]}"#, 400, "sku must be a string"),
    ("POST /customers/1/orders", #"{"sku":}"#, 400, "expected a value at byte 7, in sku"),
    ("POST /customers/1/orders", #"{"sku":"none"}"#, 404, "There is no product none."),
    ("POST /customers/1/orders", #"{"sku":"OLD"}"#, 404, "There is no product OLD."),
    ("POST /customers/1/orders", #"{"sku":"no sku"}"#, 404, "There is no product no sku."),
    ("POST /customers/1/orders", #"{"sku":"abc123"}"#, 404, "There is no product abc123."),
    ("POST /customers/1/orders", #"{"sku":"SOLD"}"#, 409, "Product SOLD is unavailable"),
    ("POST /customers/9/orders", #"{"sku":"ABC123"}"#, 404, "There is no customer 9."),
    ("POST /customers/abc/orders", #"{"sku":"ABC123"}"#, 404, "There is no customer abc."),
    ("POST /customers/1.0/orders", #"{"sku":"ABC123"}"#, 404, "There is no customer 1.0."),
    ("POST /customers/+1/orders", #"{"sku":"ABC123"}"#, 404, "There is no customer +1."),
    ("POST /customers/01/orders", "", 404, "There is no customer 01."),
    ("POST /customers/-1/orders", #"{"sku":"ABC123"}"#, 404, "There is no customer -1."),
    (
      "POST /customers/99999999999999999999/orders", "", 404,
      "There is no customer 99999999999999999999."
    ),
    ("GET /customers/9/orders", "", 404, "There is no customer 9."),
    ("GET /customers/x%22y/orders", "", 404, #"There is no customer x"y."#),
    ("GET /customers/%FF/orders", "", 404, "There is nothing at this address."),
    ("GET /products?cursor=x", "", 400, "cursor must be a cursor of this list"),
    ("POST /customers/1/notifications", "{}", 400, "sku is required"),
    ("POST /customers/1/notifications", #"{"sku":"none"}"#, 404, "There is no product none."),
    ("POST /customers/1/notifications", #"{"sku":"OLD"}"#, 404, "There is no product OLD."),
    ("POST /customers/1/notifications", #"{"sku":"a b"}"#, 404, "There is no product a b."),
    ("POST /customers/9/notifications", #"{"sku":"SOLD"}"#, 404, "There is no customer 9."),
    ("GET /", "", 404, "There is nothing at this address."),
    ("GET /orders", "", 404, "There is nothing at this address."),
    ("GET /customers/1/orders/", "", 404, "There is nothing at this address."),
    ("GET /customers", "", 405, "This method is not offered here; these are: POST, OPTIONS."),
    (
      "DELETE /products", "", 405, "This method is not offered here; these are: GET, HEAD, OPTIONS."
    ),
    (
      "GET /customers/1/notifications", "", 405,
      "This method is not offered here; these are: POST, OPTIONS."
    ),
  ]

  @Test("come as JSON with a message and nothing else, and leave nothing behind")
  func table() async throws {
    try await ordering(StoreContractTests.shelf) { client in
      _ = try await client.send("POST", "/store/customers", StoreContractTests.steve)
      let own = ContractClient(client.database, ownPortOf: "store")
      for example in Self.cases {
        let words = example.request.split(separator: " ").map(String.init)
        let expected = String(
          decoding: JSONWriter.object { $0.string("message", example.message) }, as: UTF8.self)
        for (client, base) in [(client, "/store"), (own, "")] {
          let answer = try await client.send(words[0], base + words[1], example.body)
          #expect(answer.status == example.status, "\(example): \(answer.body)")
          #expect(answer.body == expected, "\(example)")
          #expect(answer.type == "application/json")
        }
      }
      let rows = "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM orders)"
      #expect(try await client.number(rows + "+ (SELECT count(*) FROM stock_subscriptions)") == 1)
      #expect(try await client.number("SELECT sum(stock) FROM products") == 12)
    }
  }

  @Test("name the methods that are offered")
  func allow() async throws {
    try await asking { client in
      #expect(try await client.get("/store/customers").fields["Allow"] == "POST, OPTIONS")
      let orders = try await client.send("PUT", "/store/customers/1/orders", "{}")
      #expect(orders.fields["Allow"] == "POST, GET, HEAD, OPTIONS")
    }
  }

  @Test("ask for JSON where a body is of another type")
  func contentType() async throws {
    try await asking { client in
      for fields in [[], ["Content-Type: application/x-www-form-urlencoded"]] {
        let answer = try await client.send(
          "POST", "/store/customers", StoreContractTests.steve, fields: fields)
        #expect(answer.status == 415 && answer.type == "application/json")
        #expect(try answer.json["message"]?.text?.isEmpty == false)
      }
    }
  }

  static let failures: [(Failure, status: Int)] = [
    (.badMessage(.bodyTooLarge), 413), (.badMessage(.badRequestLine), 400), (.tooSlow, 408),
    (.overloaded, 503), (.order(.unavailable), 503), (.order(.outcomeUnknown(detail: "")), 503),
    (.order(.failure(detail: "secret")), 500), (.unforeseen(UnexpectedWait()), 500),
  ]

  @Test("of the server itself come in the same form", arguments: failures.indices)
  func server(_ index: Int) throws {
    let (failure, status) = Self.failures[index]
    let response = StoreContract.explain(failure, .test)

    let body = try JSONValue(parsing: response.body)
    #expect(response.status.code == status && response.contentType?.value == "application/json")
    guard case .object(let members) = body else { throw UnexpectedWait() }
    #expect(members.map(\.key) == ["message"] && body["message"]?.text?.contains("secret") == false)
    #expect((status == 503) == response.fields.contains { "\($0.name)" == "Retry-After" })
  }
}
