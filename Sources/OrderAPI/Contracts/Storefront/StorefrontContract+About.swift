import HTTP
import Orders

extension StorefrontContract {
  /// What callers are told of each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Place an order",
      "Any customer and product will do. Fields that nobody asks for are passed over.",
      body: Body(
        newOrder,
        [
          "two products": #"""
          {"customerId": "12345", "products": [{"productId": "product-1", "quantity": 2},
            {"productId": "product-2", "quantity": 1}]}
          """#
        ]),
      answers: [
        .json(
          .created, "The order", order, ["placed": example(.processing)],
          links: Link.each(["moveOrder", "shipOrder", "deleteOrder"], "id", from: "/id"))
      ])

    static let move = RouteDescription(
      "moveOrder", "Give an order any status", "Any status may follow any other.",
      parameters: [id],
      body: Body(
        Schema.object(["status": .word(Word.self)], isOpen: true).named("StorefrontStatus"),
        ["delivered": #"{"status": "delivered"}"#]),
      answers: [.json(.ok, "The order", order, ["delivered": example(.delivered)])],
      refusals: refusals)

    static let ship = RouteDescription(
      "shipOrder", "Say who carries an order",
      "Allowed in every status. A field that is absent stays, null clears it; one must be there.",
      parameters: [id],
      body: Body(
        shipping,
        ["both": #"{"trackingCompany": "Demo Carrier", "trackingNumber": "1234567890"}"#]),
      answers: [
        .json(
          .ok, "The order", order,
          ["on its way": example(.processing, #""Demo Carrier""#, #""1234567890""#)])
      ], refusals: refusals)

    static let delete = RouteDescription(
      "deleteOrder", "Delete an order",
      "It is gone for the storefront; the own API still shows it.",
      parameters: [id], answers: [Answer(status: .ok, text: "It is gone; there is no content")],
      refusals: refusals)
  }

  /// What `explain` writes.
  static let refusal = Schema.object(
    [
      "message": Schema.either([.string(), .array(.string())])
        .about("A sentence, or one for each field that is wrong."),
      "statusCode": .integer(400...599),
    ],
    optional: ["error": Schema.string().about("The status in words; not with 500.")]
  ).named("StorefrontRefusal")
}

extension StorefrontContract.About {
  private static let id = Parameter.path("id", .string(format: "uuid"), "The order's id.")

  private static let refusals: [ErrorCode] = [.invalidRequest, .notFound]

  private static let product = Schema.object(
    [
      "productId": .string(NewLine.allowedForeignLength), "quantity": .integer(Quantity.allowed),
    ], isOpen: true
  ).named("StorefrontProduct")

  private static let newOrder = Schema.object(
    [
      "customerId": .string(CustomerID.allowedLength),
      "products": .array(product, count: NewOrder.allowedLines),
    ], isOpen: true
  ).named("StorefrontNewOrder")

  private static let shipping = Schema.either(
    ["trackingCompany", "trackingNumber"].map { field in
      let text = Schema.string(Shipping.allowedLength).orNull
      let other = field == "trackingCompany" ? "trackingNumber" : "trackingCompany"
      return .object([field: text], optional: [other: text], isOpen: true)
    }
  ).named("StorefrontShipping")

  private static let order = Schema.object([
    "customerId": .string(), "products": .array(product),
    "trackingCompany": .string().orNull, "trackingNumber": .string().orNull,
    "id": .string(format: "uuid"), "status": .word(StorefrontContract.Word.self),
    "createdAt": .moment, "updatedAt": .moment,
  ]).named("StorefrontOrder")

  private static func example(
    _ status: StorefrontContract.Word, _ company: String = "null", _ number: String = "null"
  ) -> String {
    #"""
    {"customerId": "12345", "products": [{"productId": "product-1", "quantity": 2},
      {"productId": "product-2", "quantity": 1}], "trackingCompany": \#(company),
     "trackingNumber": \#(number), "id": "d92eabd2-e167-4bba-b272-09a86b9519dd",
     "status": "\#(status.rawValue)", "createdAt": "2024-09-17T03:21:38.892Z",
     "updatedAt": "2024-09-17T03:21:38.892Z"}
    """#
  }
}
