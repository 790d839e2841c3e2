import JSON
import Testing

@testable import OrderAPI

extension TestedContract {
  static let shop = TestedContract(
    contract: ShopContract.contract,
    rights: [
      "POST /orders": "own",
      "GET /orders/{order_id}": "own",
      "PATCH /orders/{order_id}": "own",
      "DELETE /orders/{order_id}": "own",
    ],
    envelope: ["documentation", "error"],
    changes: [
      Change("POST /orders", "/orders", dimes(1)),
      Change("PATCH /orders/{order_id}", "/orders/{order}", dimes(2)),
      Change("DELETE /orders/{order_id}", "/orders/{order}"),
    ],
    order: dimes(1),
    prepare: { client, shopper, _ in
      let path = try await shopper.place(client, [("keyboard", 1)])
      return [String(path.dropFirst("/orders/".count))]
    },
    guarded: { client, guarded in
      let order = try await client.send(
        "POST", "/shop/orders", dimes(2),
        fields: ["Content-Type: application/json", guarded.owner])
      return ["/orders/{order_id}": try #require(try order.json["order_id"]?.text)]
    })

  private static func dimes(_ count: Int) -> String {
    #"{"products":[{"product_id":"dime","item_count":\#(count)}]}"#
  }
}
