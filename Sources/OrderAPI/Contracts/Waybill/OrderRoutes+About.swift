import HTTP
import JSON
import Orders

extension OrderRoutes {
  /// What the document says about each route.
  enum About {
    static let place = RouteDescription(
      "placeOrder", "Place an order",
      """
      An item is of the catalogue (`product_id`; its price is copied unless one is given) or free \
      (`price` without `product_id`). A member that is null counts as absent, so the lines of an \
      answer can be sent again without their `amount`, and those of the catalogue without their \
      `name`. The customer need not exist before, unless the service runs with \
      `WAYBILL_UNKNOWN_CUSTOMERS=refuse`. With `"shortage": "partial"` the order takes what is \
      there, and `unavailable` lists the rest.
      """,
      body: Body(
        NewOrder.schema,
        [
          "catalogueAndFree": #"""
          {"customer_id": "demo-1", "items": [{"product_id": "keyboard", "quantity": 2},
            {"name": "Gift wrap", "quantity": 1, "price": 3.50}]}
          """#,
          "quantityAndPrice":
            #"{"customer_id": "demo-1", "items": [{"quantity": 1, "price": "21.10"}]}"#,
          "whereItGoes": #"""
          {"customer_id": "demo-1", "items": [{"product_id": "keyboard", "quantity": 1}],
            "ship_to": {"name": "Demo Customer 1", "lines": ["Demo Street 1"],
              "postal_code": "12345", "city": "Demo Town", "country": "DE"},
            "note": "Ring twice", "tags": ["gift"], "metadata": {"campaign": "spring"}}
          """#,
          "withReference": #"""
          {"customer_id": "demo-2", "items": [{"product_id": "monitor", "quantity": 50}],
            "reference": "PO-1001", "shortage": "partial"}
          """#,
        ]),
      answers: [
        .json(
          .created, "The order", PlacedOrder.schema, headers: [.location, .etag],
          ["placed": Order.example],
          links: Link.each(
            ["getOrder", "editOrder", "moveOrder", "shipOrder", "cancelOrder", "listOrderEvents"],
            "id", from: "/id"))
      ],
      refusals: [.unknownCustomer, .unknownProduct, .outOfStock, .referenceUsed])

    static let list = RouteDescription(
      "listOrders", "List orders, newest first", shortPages,
      query: .query { OrderListQuery(reading: &$0) },
      answers: [page], refusals: [.notFound, .notAcceptable])

    static let listOfCustomer = RouteDescription(
      "listOrdersOfCustomer", "List the orders of a customer", shortPages,
      parameters: [
        .path("id", CustomerID.schema, "The customer's id.", example: "demo-1")
      ], query: .query { OrderListQuery(reading: &$0, ofOneCustomer: true) },
      answers: [page], refusals: [.notFound, .notAcceptable])

    static let counts = RouteDescription(
      "countOrders", "How many orders there are of each channel in each status",
      "Each count stops at `bound`, so that it takes no longer with more orders.",
      answers: [.json(.ok, "The counts", OrderCounts.self, "counts")],
      refusals: [.notAcceptable])

    static let get = RouteDescription(
      "getOrder", "Get one order, by its id or its number",
      "`ref:` and the client's own reference stand for the id, too: `/orders/ref:PO-1001`.",
      parameters: [
        .path(
          "id",
          .either([
            .string(format: "uuid"), .integer(1...Int.max), .string(pattern: "^ref:.{1,255}$"),
          ]),
          "The order's id, its number, or `ref:` and its reference.",
          example: .string(demoOrder + "7")), .ifNoneMatch,
      ], answers: [order], refusals: [.notFound])

    static let edit = RouteDescription(
      "editOrder", "Change an order: the quantities of a new one, where it goes, note and tags",
      """
      Quantities change while the order is new, `ship_to` until it is completed, `note`, `tags` \
      and `metadata` always; all that one call names changes together. `quantity` is the new \
      quantity, not a difference; 0 takes the line out, products that are not named stay, and new \
      ones are added. The stock follows in the same moment.
      """,
      parameters: [id(), .ifMatch],
      body: Body(
        OrderChange.schema,
        [
          "three keyboards": #"{"items": [{"product_id": "keyboard", "quantity": 3}]}"#,
          "note and tags": #"{"note": "Ring twice", "tags": ["gift"]}"#,
        ]),
      answers: [order],
      refusals: [
        .notFound, .emptied, .tooManyLines, .unknownProduct, .outOfStock, .notEditable,
        .alreadyShipped, .notYoursToMove,
      ])

    static let move = RouteDescription(
      "moveOrder", "Move an order to its next status",
      """
      `new` → `in_progress` → `completed`, nothing else; both may become `cancelled` while nothing \
      has gone out. A status is also read as `in progress` or `in-progress`, in any letter case.
      """,
      parameters: [id(), .ifMatch],
      body: Body(OrderStatus.changeSchema, ["next": #"{"status": "in_progress"}"#]),
      answers: [order],
      refusals: [.notFound, .wrongStatus, .alreadyShipped, .notYoursToMove])

    static let ship = RouteDescription(
      "shipOrder", "Say who carries an order",
      """
      Allowed in every status. A field that is absent stays, null clears it; one must be there. Of \
      an order with shipments it is the newest one that changes.
      """,
      parameters: [id(), .ifMatch],
      body: Body(
        ShippingChange.schema,
        ["both": #"{"carrier": "Demo Carrier", "tracking_number": "1234567890"}"#]),
      answers: [order], refusals: [.notFound, .notYoursToMove])

    static let cancel = RouteDescription(
      "cancelOrder", "Cancel an order and return its stock",
      """
      Again is 200 without a second return. A completed or failed order stays as it is, and so \
      does one of which goods have gone out.
      """,
      parameters: [id(example: demoOrder + "6"), .ifMatch], answers: [order],
      refusals: [.notFound, .wrongStatus, .alreadyShipped, .notYoursToMove])

    static let send = RouteDescription(
      "shipGoods", "Send goods of an order out, in one parcel",
      """
      Never more of an item than was ordered and has not gone out yet. An order goes out in as \
      many parcels as it needs, in every status but `cancelled` and `failed`; none of them moves \
      it. What has gone out can be neither edited out of the order nor cancelled. The `shipping` \
      of the order is that of its newest parcel; to correct it, change that.
      """,
      parameters: [id(), .ifMatch],
      body: Body(
        NewShipment.schema,
        [
          "one monitor": #"""
          {"carrier": "Demo Carrier", "tracking_number": "1234567890",
            "items": [{"product_id": "monitor", "quantity": 1}]}
          """#,
          "all that is left": #"{"carrier": "Demo Carrier", "tracking_number": "1234567891"}"#,
        ]),
      answers: [order],
      refusals: [
        .notFound, .notShippable, .tooManyShipped, .nothingToShip, .tooManyShipments,
        .notYoursToMove,
      ])

    static let shipments = RouteDescription(
      "listShipments", "The parcels of an order",
      parameters: [id()], query: .page,
      answers: [.page("A page of them, oldest first", of: Shipment.self, named: "ShipmentPage")],
      refusals: [.notFound, .notAcceptable])

    static let packingSlip = RouteDescription(
      "getPackingSlip", "What is put beside the goods of an order",
      """
      What was ordered, has gone out and is still to go out, for the order as it is now, or for \
      one of its parcels as it was when that went out. `Accept: text/html` gives a page to print.
      """,
      parameters: [id(), .ifNoneMatch], query: .query { PackingSlipQuery(reading: &$0) },
      answers: [
        Answer(
          status: .ok, text: "The slip", headers: [.etag],
          contents: [
            .init(
              type: .json, schema: PackingSlip.schema,
              examples: [Example("slip", PackingSlip.example)]),
            .init(type: .html, schema: .string()),
          ])
      ],
      refusals: [.notFound, .notAcceptable])

    static let takeBack = RouteDescription(
      "returnGoods", "Take goods of a completed order back",
      """
      Never more of a product than was sold and has not come back yet. The order stays \
      `completed`; the report counts what is left. With `"restock": false` the units are not for \
      sale again.
      """,
      parameters: [id(example: demoOrder + "1"), .ifMatch],
      body: Body(
        NewReturn.schema,
        [
          "one keyboard": #"""
          {"items": [{"product_id": "keyboard", "quantity": 1}], "reason": "too small"}
          """#
        ]),
      answers: [order], refusals: [.notFound, .notReturnable, .tooManyReturned, .notYoursToMove])

    static let returns = RouteDescription(
      "listReturns", "What has come back of an order",
      parameters: [id()], query: .page,
      answers: [
        .page("A page of it, oldest first", of: OrderReturn.self, named: "OrderReturnPage")
      ],
      refusals: [.notFound, .notAcceptable])

    static let history = RouteDescription(
      "listOrderEvents", "Show what happened to an order",
      parameters: [id()], query: .page,
      answers: [
        .page(
          "A page of its history, oldest first", of: OrderEvent.self, named: "OrderEventPage")
      ],
      refusals: [.notFound, .notAcceptable])
  }
}

extension OrderRoutes.About {
  /// The ids of the demo data's orders begin like this, and end in their place.
  private static let demoOrder = "01900000-0000-7000-8000-00000000000"

  private static func id(example: String = demoOrder + "7") -> Parameter {
    .path(
      "id", .either([.string(format: "uuid"), .integer(1...Int.max)]),
      "The order's id or its number.", example: .string(example))
  }

  private static let order = Answer.json(
    .ok, "The order", Order.self, headers: [.etag], "order")

  private static let page = Answer.searchedPage(
    "A page of orders", of: Order.self, named: "OrderPage")

  private static let shortPages = """
    A page looks at no more than 1,000 orders of a customer or entries of a product. If the other
    filters let few of them through, it has fewer entries than `limit`, or none, and `next` goes on.
    """
}
