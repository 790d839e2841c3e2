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
        Schema.object(["status": word.about("The new status.")], isOpen: true)
          .about("The new status of an order.").named("StorefrontStatusChange"),
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

  private static let word = Schema.word(StorefrontContract.Word.self)
    .about("Where an order stands; any status may follow any other.").named("StorefrontStatus")

  private static let product = Schema.object(
    [
      "productId": .string(NewLine.allowedForeignLength)
        .about("The product, in the shop front's own words.", "product-1"),
      "quantity": .integer(Quantity.allowed).about("How many units.", 2),
    ], isOpen: true
  ).about("One product of an order.").named("StorefrontProduct")

  private static let newOrder = Schema.object(
    [
      "customerId": .string(CustomerID.allowedLength).about("Whose order it is.", "12345"),
      "products": Schema.array(product, count: NewOrder.allowedLines).about("What is ordered."),
    ], isOpen: true
  ).about("An order to place.").named("StorefrontNewOrder")

  private static let shipping = Schema.object(
    [:],
    optional: [
      "trackingCompany": .string(Shipping.allowedLength).orNull
        .about("Who carries it; absent keeps, null clears.", "Demo Carrier"),
      "trackingNumber": .string(Shipping.allowedLength).orNull
        .about("The carrier's number for it; absent keeps, null clears.", "1234567890"),
    ], isOpen: true
  ).having("trackingCompany", or: "trackingNumber")
    .about("Who carries an order; one of the two must be there.").named("StorefrontShipping")

  private static let order = Schema.object([
    "customerId": .string().about("Whose order it is.", "12345"),
    "products": Schema.array(product).about("What was ordered, as it was given."),
    "trackingCompany": .string().orNull.about("Who carries it.", "Demo Carrier"),
    "trackingNumber": .string().orNull.about("The carrier's number for it.", "1234567890"),
    "id": .string(format: "uuid").about("The order's id.", "d92eabd2-e167-4bba-b272-09a86b9519dd"),
    "status": word.about("Where it stands."),
    "createdAt": Schema.moment.about("When it was placed."),
    "updatedAt": Schema.moment.about("When it last changed."),
  ]).about("An order of a shop front.").named("StorefrontOrder")

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
