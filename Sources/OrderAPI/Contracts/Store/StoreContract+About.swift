import HTTP
import JSON
import Orders

extension StoreContract {
  /// What the document says about each route.
  enum About {
    static let createCustomer = RouteDescription(
      "createCustomer", "Introduce a customer", "The same address again is another customer.",
      body: Body(
        NewCustomer.storeSchema,
        ["steve": #"{"email": "steve.smith@example.org", "name": "Steve Smith"}"#]),
      answers: [
        .json(
          .created, "The customer", StoreCustomer.self, "customer",
          links: Link.each(["placeOrder", "listOrders", "createNotification"], "id", from: "/id"))
      ])

    static let listProducts = RouteDescription(
      "listProducts", "List what can be ordered", "Sold-out products are in it, retired ones not.",
      query: .cursor, answers: [list("The products", of: StoreProduct.self)])

    static let order = RouteDescription(
      "placeOrder", "Order one unit of a product", "At the catalogue's price.",
      parameters: [customer],
      body: Body(StoreProductRequest.schema, ["by sku": #"{"sku": "keyboard"}"#]),
      answers: [.json(.created, "The order", StoreOrder.self, "order")],
      refusals: [.notFound, .unknownProduct, .outOfStock])

    static let listOrders = RouteDescription(
      "listOrders", "List a customer's orders, oldest first", parameters: [customer],
      query: .cursor,
      answers: [list("The orders", of: StoreOrder.self)], refusals: [.notFound])

    static let subscribe = RouteDescription(
      "createNotification", "Ask to be told when a product is back",
      "Once however often asked; due when the stock is nothing and then something again.",
      parameters: [customer],
      body: Body(StoreProductRequest.schema, ["by sku": #"{"sku": "webcam"}"#]),
      answers: [.json(.created, "What is waited for", StoreNotification.self, "request")],
      refusals: [.notFound])
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object([
    "message": .string().about("A sentence for people.", "Product ABC123 is unavailable")
  ]).about("Why a request was refused.").named("StoreRefusal")
}

extension StoreContract.About {
  private static let customer = Parameter.path(
    "id", .integer(1...Int.max), "The customer's number.", example: 1)

  /// A bare array, with the address of the next page in `Link`.
  private static func list<Entry: AnswerObject>(_ text: String, of: Entry.Type) -> Answer {
    .json(
      .ok, text, .array(Entry.schema), headers: [.link], ["page": "[\(Entry.example)]"])
  }
}
