import HTTP
import JSON
import Orders

extension StorefrontContract {
  /// What the document says about each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Place an order",
      "Any customer and product will do. Fields that nobody asks for are passed over.",
      body: Body(
        NewOrder.storefrontSchema,
        [
          "two products": #"""
          {"customerId": "12345", "products": [{"productId": "product-1", "quantity": 2},
            {"productId": "product-2", "quantity": 1}]}
          """#
        ]),
      answers: [
        .json(
          .created, "The order", StorefrontOrder.self, "placed",
          links: Link.each(["moveOrder", "shipOrder", "deleteOrder"], "id", from: "/id"))
      ])

    static let move = RouteDescription(
      "moveOrder", "Give an order any status", "Any status may follow any other.",
      parameters: [id],
      body: Body(
        OrderStatus.storefrontSchema, ["delivered": #"{"status": "delivered"}"#]),
      answers: [.json(.ok, "The order", StorefrontOrder.inStatus(.completed), "delivered")],
      refusals: refusals)

    static let ship = RouteDescription(
      "shipOrder", "Say who carries an order",
      "Allowed in every status. A field that is absent stays, null clears it; one must be there.",
      parameters: [id],
      body: Body(
        ShippingChange.storefrontSchema,
        ["both": #"{"trackingCompany": "Demo Carrier", "trackingNumber": "1234567890"}"#]),
      answers: [
        .json(
          .ok, "The order",
          StorefrontOrder.inStatus(
            .new, Shipping(carrier: "Demo Carrier", trackingNumber: "1234567890")),
          "on its way")
      ],
      refusals: refusals)

    static let delete = RouteDescription(
      "deleteOrder", "Delete an order",
      "It is gone for the storefront; the own API still shows it.",
      parameters: [id], answers: [Answer(status: .ok, text: "It is gone; there is no content")],
      refusals: refusals)
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object(
    [
      "message": Schema.either([.string(), .array(.string())])
        .about("A sentence, or one for each field that is wrong.", "Order not found"),
      "statusCode": .integer(400...599).about("The status of the answer.", 404),
    ],
    optional: ["error": .string().about("The status in words; not with 500.", "Not Found")]
  ).about("Why a request was refused.").named("StorefrontRefusal")
}

extension StorefrontContract.About {
  private static let id = Parameter.path(
    "id", .string(format: "uuid"), "The order's id.",
    example: "01900000-0000-7000-8000-000000000011")

  private static let refusals: [ErrorCode] = [.invalidRequest, .notFound]
}
