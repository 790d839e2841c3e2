import JSON
import Testing

@testable import OrderAPI

extension TestedContract {
  static let storefront = TestedContract(
    contract: StorefrontContract.contract,
    rights: [
      "POST /orders": "retailer",
      "PATCH /orders/{id}/status": "retailer",
      "PATCH /orders/{id}/shipping": "retailer",
      "DELETE /orders/{id}": "retailer",
    ],
    envelope: ["error", "message", "statusCode"],
    changes: [
      Change("POST /orders", "/orders", newOrder),
      Change("PATCH /orders/{id}/status", "/orders/{order}/status", #"{"status":"delivered"}"#),
      Change("PATCH /orders/{id}/shipping", "/orders/{order}/shipping", #"{"trackingNumber":"1"}"#),
      Change("DELETE /orders/{id}", "/orders/{order}"),
    ],
    order: newOrder,
    ignoresUnknownFields: true,
    prepare: { client, _, _ in
      let order = try await client.send("POST", "/storefront/orders", newOrder)
      return [try #require(try order.json["id"]?.text, "\(order.body)")]
    },
    guarded: { _, _ in ["/orders/{id}": Guarded.nowhere] })

  private static let newOrder = #"{"customerId":"1","products":[{"productId":"p","quantity":1}]}"#
}
