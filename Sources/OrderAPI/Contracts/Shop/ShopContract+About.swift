import HTTP
import JSON
import Orders

extension ShopContract {
  /// What callers are told of each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Order what is in stock",
      """
      A product is had whole or not at all: what is short is listed in `out_of_stock`. Only an \
      order of which nothing is left is refused, with 404.
      """,
      body: Body(
        wishes("ShopNewOrder", counts: 1),
        ["five units": #"{"products": [{"product_id": "p1", "item_count": 5}]}"#]),
      answers: [
        .json(
          .ok, "What was ordered",
          Schema.object(
            [
              "message": .constant("Success! Order placed"), "order_id": .string(format: "uuid"),
              "products": .array(
                .object(["product_id": .string(), "product_count": .integer(1...Int.max)])),
            ], optional: ["out_of_stock": .array(.string())]
          ).named("ShopPlaced"),
          [
            "placed": #"""
            {"message": "Success! Order placed", "order_id":
             "019b7a40-5e00-7000-8000-000000000001", "products": [
               {"product_id": "p1", "product_count": 5}]}
            """#
          ],
          links: Link.each(["getOrder", "editOrder", "cancelOrder"], "order_id", from: "/order_id"))
      ],
      refusals: [.outOfStock])

    static let get = RouteDescription(
      "getOrder", "Get one of one's own orders", parameters: [id],
      answers: [
        .json(
          .ok, "The order", Schema.object(members).named("ShopOrder"),
          ["five units": "{\(exampleMembers(count: 5))}"])
      ],
      refusals: [.notFound])

    static let edit = RouteDescription(
      "editOrder", "Change counts of an order",
      """
      `item_count` is the new count, 0 takes the product out, products that are not named stay. \
      The answer's `products` are those of the request.
      """,
      parameters: [id],
      body: Body(
        wishes("ShopChange", counts: 0),
        ["one unit": #"{"products": [{"product_id": "p1", "item_count": 1}]}"#]),
      answers: [
        .json(
          .ok, "What was changed",
          Schema.object(
            members, optional: ["message": .constant("Order successfully updated")]
          ).named("ShopChanged"),
          [
            "one unit": """
            {"message": "Order successfully updated", \(exampleMembers(count: 1))}
            """
          ])
      ],
      refusals: [.notFound, .outOfStock, .emptied, .tooManyLines, .notEditable])

    static let cancel = RouteDescription(
      "cancelOrder", "Cancel an order", "Its stock returns, once however often it is cancelled.",
      parameters: [id],
      answers: [
        .json(
          .ok, "It is cancelled",
          Schema.object(["message": .constant("Order successfully cancelled")])
            .named("ShopCancelled"),
          ["cancelled": #"{"message": "Order successfully cancelled"}"#])
      ],
      refusals: [.notFound, .wrongStatus])
  }

  /// What `explain` writes.
  static let refusal = Schema.object([
    "error": .string(),
    "documentation": Schema.string(format: "uri").about("Where the reason is explained."),
  ]).named("ShopRefusal")
}

extension ShopContract.About {
  private static let id = Parameter.path(
    "order_id", .string(format: "uuid"), "The `order_id` that placing it answered.")

  private static let members: KeyValuePairs<String, Schema> = [
    "order_id": .string(format: "uuid"),
    "order_status": .words(["placed", "failed", "cancelled"]),
    "products": .array(.object(["product_id": .string(), "item_count": .integer(0...Int.max)])),
  ]

  private static func exampleMembers(count: Int) -> String {
    #"""
    "order_id": "019b7a40-5e00-7000-8000-000000000001", "order_status": "placed",
    "products": [{"product_id": "p1", "item_count": \#(count)}]
    """#
  }

  private static func wishes(_ name: String, counts least: Int) -> Schema {
    Schema.object([
      "products": .array(
        .object([
          "product_id": .string(1...JSONLimits.stringCharacters),
          "item_count": .integer(from: least),
        ]).about("No product twice."),
        count: NewOrder.allowedLines, isSet: true)
    ]).named(name)
  }
}
