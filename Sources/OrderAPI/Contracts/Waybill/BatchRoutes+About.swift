import HTTP
import JSON
import Orders

extension BatchRoutes {
  /// What the document says about each route.
  enum About {
    static let place = RouteDescription(
      "placeOrders", "Place up to 100 orders by one request",
      """
      They are stored by one transaction, under one `Idempotency-Key`. With `each`, the orders \
      that can be placed are placed, in the order of the request, and the answer is 200 with a \
      result for each: its `status`, and its `order` or its `error`, are those of \
      `POST /orders`. With `all` the answer is 201 when all are placed; when one is refused none \
      is, and `errors` has all refusals. A body that is not as described is 400 in either mode, \
      and may have 1 MiB.
      """,
      body: Body(
        NewBatch.schema, isLarge: true,
        [
          "each": #"""
          {"mode": "each", "orders": [
            {"customer_id": "demo-1", "items": [{"product_id": "mouse", "quantity": 1}]},
            {"customer_id": "demo-2", "items": [{"product_id": "webcam", "quantity": 100000}]}]}
          """#,
          "all": #"""
          {"mode": "all", "orders": [
            {"customer_id": "demo-1", "items": [{"product_id": "mouse", "quantity": 1}]},
            {"customer_id": "demo-2", "items": [{"quantity": 1, "price": "3.50"}]}]}
          """#,
        ]),
      answers: [
        placed(.ok, "A result for each order", placedEach),
        placed(.created, "All orders were placed", placedAll),
      ],
      refusals: [.batchRefused])

    static let move = RouteDescription(
      "moveOrders", "Move up to 100 orders to a status by one request",
      """
      By one transaction, under one `Idempotency-Key`. Each order is moved or refused for itself; \
      its `status`, and its `order` or its `error`, are those of `PATCH /orders/{id}/status`.
      """,
      body: Body(
        BatchMove.schema,
        [
          "byNumber": #"{"status": "in_progress", "orders": [{"id": 4}, {"id": 5, "version": 1}]}"#
        ]),
      answers: [
        .json(
          .ok, "A result for each order", BatchAnswer.schema(done: "moved", "MovedOrders"),
          ["batch": example("moved", [.moved])])
      ])

    private static func placed(_ status: Status, _ text: String, _ example: String) -> Answer {
      .json(status, text, placedSchema, ["batch": example])
    }

    private static let placedSchema = BatchAnswer.schema(done: "placed", "PlacedOrders")

    private static let placedAll = example("placed", [.sample])
    private static let placedEach = example("placed", [.sample, .refused])

    private static func example(_ done: StaticString, _ results: [OrderResult]) -> String {
      String(decoding: BatchAnswer(results).bytes(done: done), as: UTF8.self)
    }
  }
}

extension OrderResult {
  /// One of an order that was moved.
  fileprivate static var moved: OrderResult {
    OrderResult(index: 0, status: 200, order: sample.order, error: nil)
  }

  /// One of an order that was refused.
  fileprivate static var refused: OrderResult {
    let refusal = WaybillContract.explain(ErrorCode.outOfStock.entry.sample, .example(at: "/"))
    return OrderResult(
      index: 1, status: refusal.status.code, order: nil, error: refusal.body)
  }
}
