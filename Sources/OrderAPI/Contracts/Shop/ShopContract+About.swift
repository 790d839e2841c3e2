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
        requests("ShopNewOrder", counts: 1),
        ["five units": #"{"products": [{"product_id": "keyboard", "item_count": 5}]}"#]),
      answers: [
        .json(
          .ok, "What was ordered",
          Schema.object(
            [
              "message": Schema.constant("Success! Order placed").about("That it was placed."),
              "order_id": orderID,
              "products": Schema.array(
                Schema.object([
                  "product_id": productID,
                  "product_count": .integer(1...Int.max).about("How many units were ordered.", 5),
                ]).about("One product that was ordered.").named("ShopPlacedProduct")
              ).about("What was ordered."),
            ],
            optional: [
              "out_of_stock": Schema.array(productID)
                .about("The products that could not be had.").example(["webcam"])
            ]
          ).about("An order as it was placed.").named("ShopPlaced"),
          [
            "placed": #"""
            {"message": "Success! Order placed", "order_id":
             "019b7a40-5e00-7000-8000-000000000001", "products": [
               {"product_id": "keyboard", "product_count": 5}]}
            """#
          ],
          links: Link.each(["getOrder", "editOrder", "cancelOrder"], "order_id", from: "/order_id"))
      ],
      refusals: [.outOfStock])

    static let get = RouteDescription(
      "getOrder", "Get one of one's own orders", parameters: [id],
      answers: [
        .json(
          .ok, "The order", Schema.object(members).about("An order.").named("ShopOrder"),
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
        requests("ShopChange", counts: 0),
        ["one unit": #"{"products": [{"product_id": "keyboard", "item_count": 1}]}"#]),
      answers: [
        .json(
          .ok, "What was changed",
          Schema.object(
            members,
            optional: [
              "message": Schema.constant("Order successfully updated").about("That it was changed.")
            ]
          ).about("An order, and the products that were changed.").named("ShopChanged"),
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
          Schema.object([
            "message": Schema.constant("Order successfully cancelled").about(
              "That it is cancelled.")
          ]).about("That an order is cancelled.").named("ShopCancelled"),
          ["cancelled": #"{"message": "Order successfully cancelled"}"#])
      ],
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

  private static let orderID = Schema.string(format: "uuid")
    .about("The order's id.", "019b7a40-5e00-7000-8000-000000000001")

  private static let productID = Schema.string().about("The product.", "keyboard")

  private static let members: KeyValuePairs<String, Schema> = [
    "order_id": orderID,
    "order_status": Schema.words(["placed", "failed", "cancelled"])
      .about("`placed` until it is `cancelled` or has `failed`.").named("ShopOrderStatus")
      .about("Where it stands."),
    "products": Schema.array(
      Schema.object([
        "product_id": productID,
        "item_count": .integer(0...Int.max).about("How many units; 0 when it was taken out.", 5),
      ]).about("One product of an order.").named("ShopProduct")
    ).about("Its products."),
  ]

  private static func exampleMembers(count: Int) -> String {
    #"""
    "order_id": "019b7a40-5e00-7000-8000-000000000001", "order_status": "placed",
    "products": [{"product_id": "keyboard", "item_count": \#(count)}]
    """#
  }

  private static func requests(_ name: String, counts least: Int) -> Schema {
    Schema.object([
      "products": Schema.array(
        Schema.object([
          "product_id": .string(1...JSONLimits.stringCharacters)
            .about("The product; none is named twice.", "keyboard"),
          "item_count": .integer(from: least).about("How many units.", 5),
        ]).about("One product and how many units of it.").named(name + "Product"),
        count: NewOrder.allowedLines, isSet: true
      ).about("The products.")
    ]).about("Products and how many units of each.").named(name)
  }
}
