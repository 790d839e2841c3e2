import HTTP
import JSON
import Orders

extension StoreContract {
  /// What the document says about each route.
  enum About {
    static let createCustomer = RouteDescription(
      "createCustomer", "Introduce a customer",
      "The same address again is another customer. Fields that nobody asks for are passed over.",
      body: Body(
        Schema.object([
          "email": EmailAddress.schema.about("Where to write to.", "steve.smith@example.org"),
          "name": Name.schema.about("What the customer is called.", "Steve Smith"),
        ]).about("A customer to introduce.").named("StoreNewCustomer"),
        ["steve": #"{"email": "steve.smith@example.org", "name": "Steve Smith"}"#]),
      answers: [
        .json(
          .created, "The customer",
          Schema.object([
            "id": number.about("The customer's number.", 1),
            "name": .string().about("What the customer is called.", "Steve Smith"),
            "email": .string().about("Where to write to.", "steve.smith@example.org"),
          ]).about("A customer of the store.").named("StoreCustomer"),
          ["customer": #"{"id": 1, "name": "Steve Smith", "email": "steve.smith@example.org"}"#],
          links: Link.each(["placeOrder", "listOrders", "createNotification"], "id", from: "/id"))
      ])

    static let listProducts = RouteDescription(
      "listProducts", "List what can be ordered", "Sold-out products are in it, retired ones not.",
      parameters: [.cursor],
      answers: [
        list(
          "The products",
          Schema.object([
            "id": number.about("The product's number.", 1),
            "name": .string().about("What it is called.", "Bluetooth Keyboard"),
            "description": .string().about("What it is like.", "Quiet keys"), "sku": givenSKU,
            "quantity": .integer(Product.allowedStock).about("How many units there are.", 7),
          ]).about("A product of the store.").named("StoreProduct"),
          """
          [{"id": 1, "name": "Bluetooth Keyboard", "description": "…", "sku": "ABC123",
            "quantity": 7}]
          """)
      ])

    static let order = RouteDescription(
      "placeOrder", "Order one unit of a product", "At the catalogue's price.",
      parameters: [customer], body: Body(request, ["by sku": #"{"sku": "keyboard"}"#]),
      answers: [.json(.created, "The order", receipt, ["order": receiptExample])],
      refusals: [.notFound, .unknownProduct, .outOfStock])

    static let listOrders = RouteDescription(
      "listOrders", "List a customer's orders, oldest first", parameters: [customer, .cursor],
      answers: [list("The orders", receipt, "[\(receiptExample)]")], refusals: [.notFound])

    static let subscribe = RouteDescription(
      "createNotification", "Ask to be told when a product is back",
      "Once however often asked; due when the stock is nothing and then something again.",
      parameters: [customer], body: Body(request, ["by sku": #"{"sku": "webcam"}"#]),
      answers: [
        .json(
          .created, "What is waited for",
          Schema.object([
            "id": number.about("The number of this request.", 1), "sku": givenSKU,
            "created_at": Schema.moment.about("When it was asked for."),
          ]).about("Somebody who waits for a product.").named("StoreNotification"),
          ["request": #"{"id": 1, "sku": "ABC123", "created_at": "2020-06-15T20:22:26Z"}"#])
      ],
      refusals: [.notFound])
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object([
    "message": .string().about("A sentence for people.", "Product ABC123 is unavailable")
  ]).about("Why a request was refused.").named("StoreRefusal")
}

extension StoreContract.About {
  private static let number = Schema.integer(1...Int.max)

  private static let customer = Parameter.path(
    "id", number, "The customer's number.", example: 1)

  private static let givenSKU = Schema.string().about("The product's SKU.", "ABC123")

  private static let request = Schema.object([
    "sku": .string(1...JSONLimits.stringCharacters, pattern: Schema.visible)
      .about("The product's SKU.", "keyboard")
  ]).about("The product that is wanted.").named("StoreProductRequest")

  private static let receipt = Schema.object([
    "id": number.about("The order's number.", 1), "sku": givenSKU,
    "total": Schema.money.about("What it costs.", .number("12.34")),
    "created_at": Schema.moment.about("When it was placed."),
  ]).about("An order of one unit.").named("StoreOrder")

  private static let receiptExample =
    #"{"id": 1, "sku": "ABC123", "total": 12.34, "created_at": "2020-06-15T20:22:26Z"}"#

  /// A bare array, and where it goes on.
  private static func list(_ text: String, _ entry: Schema, _ example: String) -> Answer {
    .json(.ok, text, .array(entry), headers: [.link], ["page": example])
  }
}
