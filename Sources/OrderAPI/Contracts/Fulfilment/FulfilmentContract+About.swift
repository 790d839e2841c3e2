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
          .created, "The order", order, headers: [.location],
          ["created": #"{"id": "o-1", "status": "CREATED"}"#],
          links: Link.each(["getOrder"], "order_id", from: "/id"))
      ],
      refusals: [.referenceUsed])

    static let list = RouteDescription(
      "listOrders", "List orders, newest first",
      parameters: [
        .query(
          "status", .either([status, .string(0...0)]),
          "Only orders in this status; nothing is no filter."),
        .cursor,
      ],
      answers: [
        .json(
          .ok, "The orders", .array(order), headers: [.link],
          ["orders": #"[{"id": "o-1", "status": "PROCESSING"}]"#])
      ])

    static let get = RouteDescription(
      "getOrder", "Get an order", parameters: [id],
      answers: [
        .json(.ok, "The order", order, ["fulfilled": #"{"id": "o-1", "status": "FULFILLED"}"#])
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

    private static let status = Schema.word(Word.self)
      .about(
        "`CREATED`; `PROCESSING` once the process service has accepted it; then `FULFILLED` or "
          + "`FAILED` for good."
      ).named("FulfilmentStatus")

    private static let order = Schema.object([
      "id": .string().about("The client's own id for it.", "o-1"),
      "status": status.about("Where it stands."),
    ]).about("An order that is fulfilled outside.").named("FulfilmentOrder")
  }

  /// The form of what `explain` writes.
  static let refusal = Schema.object([
    "message": .string().about("A sentence for people.", "There is no such order.")
  ]).about("Why a request was refused.").named("FulfilmentRefusal")
}
