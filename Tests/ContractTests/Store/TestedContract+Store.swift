import JSON
import Testing

@testable import OrderAPI

extension TestedContract {
  static let store = TestedContract(
    contract: StoreContract.contract,
    rights: [
      "POST /customers": "retailer",
      "GET /products": "retailer",
      "POST /customers/{id}/orders": "retailer",
      "GET /customers/{id}/orders": "retailer",
      "POST /customers/{id}/notifications": "retailer",
    ],
    envelope: ["message"],
    changes: [
      Change(
        "POST /customers", "/customers", #"{"name":"Demo Customer 3","email":"a@example.org"}"#),
      Change("POST /customers/{id}/orders", "/customers/1/orders", #"{"sku":"dime"}"#),
      Change(
        "POST /customers/{id}/notifications", "/customers/1/notifications", #"{"sku":"webcam"}"#),
    ],
    prepare: { client, _, _ in
      let customer = try await client.send(
        "POST", "/store/customers", #"{"name":"Demo Customer 1","email":"a@example.org"}"#)
      return [try #require(try customer.json["id"]?.written, "\(customer.body)")]
    },
    guarded: { _, _ in ["/customers/{id}": "1"] })
}
