@testable import OrderAPI

extension TestedContract {
  static let fulfilment = TestedContract(
    contract: FulfilmentContract.contract,
    rights: [
      "POST /order": "retailer",
      "GET /order": "retailer",
      "GET /order/{order_id}": "retailer",
      "POST /order/{order_id}/process-callback": "anyone",
    ],
    envelope: ["message"],
    changes: [Change("POST /order", "/order", #"{"id":"o-1"}"#)],
    prepare: { client, _, _ in
      let id = "o-\(try await client.number("SELECT count(*) FROM orders"))"
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"\#(id)"}"#)
      return [id]
    },
    guarded: { _, _ in ["/order/{order_id}": Guarded.nowhere] })
}
