import HTTP
import JSON
import Orders

extension FulfilmentContract {
  /// What the document says about each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Have an order fulfilled",
      "The id is the client's own; the same one again is refused and begins nothing.",
      body: Body(
        OrderReference.fulfilmentSchema, ["by id": #"{"id": "o-1"}"#]),
      answers: [
        .json(
          .created, "The order", FulfilmentOrder.self, headers: [.location], "created",
          links: Link.each(["getOrder"], "order_id", from: "/id"))
      ],
      refusals: [.referenceUsed])

    static let list = RouteDescription(
      "listOrders", "List orders, newest first",
      query: .query { listQuery(&$0) },
      answers: [
        .json(
          .ok, "The orders", .array(FulfilmentOrder.schema), headers: [.link],
          ["orders": "[\(FulfilmentOrder.example)]"])
      ])

    static let get = RouteDescription(
      "getOrder", "Get an order", parameters: [id],
      answers: [
        .json(.ok, "The order", FulfilmentOrder(id: "o-1", status: .fulfilled), "fulfilled")
      ],
      refusals: [.notFound])

    static let takeHint = RouteDescription(
      "takeProcessCallback", "Hint that something happened to an order",
      """
      For the process service. Nothing that it says is believed: it is asked, a little sooner than \
      it would have been. So the answer is the same for every order, known or not.
      """,
      parameters: [
        .path(
          "order_id", .string(), "The client's id of the order.", example: "DEMO-9")
      ],
      answers: [Answer(status: .ok, text: "Thank you; there is no content")])

    private static let id = Parameter.path(
      "order_id", .string(OrderReference.allowedLength), "The client's id of the order.",
      example: "DEMO-9")
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object([
    "message": .string().about("A sentence for people.", "There is no such order.")
  ]).about("Why a request was refused.").named("FulfilmentRefusal")
}
