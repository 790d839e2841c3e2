import HTTP
import JSON
import Orders

extension ShopContract {
  /// What the document says about each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Order what is in stock",
      """
      A product is had whole or not at all: what is short is listed in `out_of_stock`. Only an \
      order of which nothing is left is refused, with 404.
      """,
      body: Body(
        ShopOrderRequest.placeSchema,
        ["five units": #"{"products": [{"product_id": "keyboard", "item_count": 5}]}"#]),
      answers: [
        .json(
          .ok, "What was ordered", ShopPlaced.self, "placed",
          links: Link.each(["getOrder", "editOrder", "cancelOrder"], "order_id", from: "/order_id"))
      ],
      refusals: [.outOfStock])

    static let get = RouteDescription(
      "getOrder", "Get one of one's own orders", parameters: [id],
      answers: [.json(.ok, "The order", ShopOrder.self, "five units")],
      refusals: [.notFound])

    static let edit = RouteDescription(
      "editOrder", "Change counts of an order",
      """
      `item_count` is the new count, 0 takes the product out, products that are not named stay. \
      The answer's `products` are those of the request.
      """,
      parameters: [id],
      body: Body(
        ShopOrderRequest.changeSchema,
        ["one unit": #"{"products": [{"product_id": "keyboard", "item_count": 1}]}"#]),
      answers: [.json(.ok, "What was changed", ShopChanged.sample, "one unit")],
      refusals: [.notFound, .outOfStock, .emptied, .tooManyLines, .notEditable])

    static let cancel = RouteDescription(
      "cancelOrder", "Cancel an order", "Its stock returns, once however often it is cancelled.",
      parameters: [id],
      answers: [.json(.ok, "It is cancelled", ShopCancelled.self, "cancelled")],
      refusals: [.notFound, .wrongStatus])
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object([
    "error": .string().about("A sentence for people.", "Product out of stock."),
    "documentation": .string(format: "uri").about(
      "Where the reason is explained.", "http://127.0.0.1:8080/docs/errors#out_of_stock"),
  ]).about("Why a request was refused.").named("ShopRefusal")
}

extension ShopContract.About {
  private static let id = Parameter.path(
    "order_id", .string(format: "uuid"), "The `order_id` that placing it answered.",
    example: "01900000-0000-7000-8000-000000000010")
}
