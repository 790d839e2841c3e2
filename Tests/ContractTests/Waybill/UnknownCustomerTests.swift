import EventLoop
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Where unknown customers are refused")
struct UnknownCustomerTests {
  private static let rows = Shelf.standard

  private static func order(_ customer: String, product: String = "keyboard") -> String {
    #"{"customer_id":"\#(customer)","items":[{"product_id":"\#(product)","quantity":1}]}"#
  }

  /// A client of a service that was told to refuse them; `known` is a customer there.
  private func refusing(_ body: @escaping @Sendable (ContractClient) async throws -> Void)
    async throws
  {
    try await ordering(Self.rows) { client in
      try await client.run("INSERT INTO customers (id, name) VALUES ('known', 'Demo Customer 1')")
      try await body(
        ContractClient(client.database, owner: client.owner, unknownCustomers: .refuse))
    }
  }

  @Test("an order that names one is 422, says whom it names, and leaves nothing behind")
  func refused() async throws {
    try await refusing { client in
      let before = try await client.digest()

      let answer = try await client.send("POST", "/orders", Self.order("knwon"))

      #expect(answer.status == 422)
      #expect(
        answer.body.hasPrefix(
          #"{"message":"Nobody has introduced the customer knwon.","code":"unknown_customer","#
            + #""documentation":"/docs/errors#unknown_customer","errors":[{"field":"customer_id","#
            + #""message":"knwon is not a customer","customer_id":"knwon"}]"#), "\(answer.body)")
      #expect(try await client.digest() == before)
    }
  }

  @Test("an order of a customer who is known is placed as ever") func known() async throws {
    let bodies = [
      Self.order("known"), #"{"customer_id":"known","items":[{"quantity":1,"price":1}]}"#,
    ]
    try await refusing { client in
      for body in bodies {
        let order = try await client.place(body)
        #expect(order["customer_id"]?.text == "known")
      }
      #expect(try await client.stock()["keyboard"] == 9)
      let short = try await client.send("POST", "/orders", Self.order("known", product: "webcam"))
      #expect(short.status == 409)
      let unknown = try await client.send("POST", "/orders", Self.order("known", product: "x"))
      #expect(try unknown.json["code"]?.text == "unknown_product")
    }
  }

  @Test("each order of a batch has the outcome that is its own") func batches() async throws {
    try await refusing { client in
      let customers = ["known", "nobody", "known", "noone"]
      let answers = await together(40, on: client.database.loop) { index in
        let customer = customers[index % 4]
        return (
          customer,
          try? await client.send("POST", "/orders", Self.order(customer, product: "dime"))
        )
      }

      #expect(answers.count == 40)
      for (customer, answer) in answers {
        let body = answer?.body ?? "no answer"
        #expect(answer?.status == (customer == "known" ? 201 : 422), "\(body)")
        #expect(body.contains(#""customer_id":"\#(customer)""#), "\(body)")
      }
      let numbers = try await client.database.read(
        "SELECT count(*), (SELECT count(*) FROM customers) FROM orders")[0]
      #expect(try numbers.int(0) == 20)
      #expect(try numbers.int(1) == 1)
      #expect(try await client.stock()["dime"] == 980)
    }
  }

  @Test("a refusal with a key is kept, and an order after the introduction needs a new one")
  func keyed() async throws {
    try await refusing { client in
      func send(_ key: String) async throws -> ContractAnswer {
        try await client.send(
          "POST", "/orders", Self.order("late"),
          fields: ["Content-Type: application/json", "Idempotency-Key: \(key)"])
      }
      let first = try await send("a")
      _ = try await client.send("POST", "/customers", #"{"id":"late","name":"Demo Customer 2"}"#)
      let again = try await send("a")
      let anew = try await send("b")

      #expect(first.status == 422 && again.status == 422 && again.body == first.body)
      #expect(again.fields["Idempotent-Replayed"] == "true")
      #expect(anew.status == 201)
    }
  }

  @Test("contracts in which any customer will do are as they were") func others() async throws {
    try await refusing { client in
      let storefront = try await client.send(
        "POST", "/storefront/orders",
        #"{"customerId":"anybody","products":[{"productId":"p","quantity":1}]}"#)
      let fulfilment = try await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)

      #expect(storefront.status == 201)
      #expect(fulfilment.status == 201)
    }
  }
}
