import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// The contract of clients whose orders an outside process fulfils. An order is an id, which the
/// client chooses, and a status, which only that process changes.
enum FulfilmentContract {
  /// A list ends when it has this many bytes, some 20,000 orders. The rest is behind the `Link`
  /// field, which a client may not know.
  private static let listBytesMax = 1 << 20
  private static let pageSize = PageSize(PageSize.allowed.upperBound)!
  private static let listName = "fulfilment orders"

  static let contract = Contract(
    name: "fulfilment",
    refusal: refusal,
    resources: [
      Resource(
        "fulfilment orders",
        "Orders that a process service outside fulfils; only that service moves them.",
        [
          Route(.post, "/order", About.place, access: .retailer, write: .placement, place),
          Route(.get, "/order", About.list, access: .retailer, reads: .anyCopy, list),
          Route(.get, "/order/{order_id}", About.get, access: .retailer, get),
          Route(
            .post, "/order/{order_id}/process-callback", About.takeHint, access: .anyone,
            immediate: takeHint),
        ])
    ],
    explain: explain)

  private static func place(_ call: Call, _ services: Services) async throws -> Response {
    let reference = try call.body(OrderReference.init(reading:))
    let placed = try await services.placeOrder(NewOrder(toFulfil: reference), by: call.actor)
    let shown = FulfilmentOrder(placed.order)
    var response = Response.json(.created, JSONWriter.object { shown.write(to: &$0) })
    response.fields.append(Field("Location", call.location(of: reference.value)))
    return response
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    let (status, start) = try call.query { listQuery(&$0) }
    var filter = OrderFilter()
    filter.channel = .fulfilment
    if let status { filter.statuses = [status.status] }

    var position = start
    var body = [UInt8(ascii: "[")]
    repeat {
      let page = try await page(of: filter, after: position, services)
      for text in page.entries {
        if body.count > 1 { body.append(UInt8(ascii: ",")) }
        body.append(contentsOf: text)
      }
      position = page.next
    } while position != nil && body.count < listBytesMax
    body.append(UInt8(ascii: "]"))

    var response = Response.json(.ok, body)
    if let position {
      let cursor = position.cursor(of: listName)
      response.fields.append(.link(next: call.next(cursor)))
    }
    return response
  }

  private static func page(
    of filter: OrderFilter, after position: OrderPosition?, _ services: Services
  ) async throws(OrderError) -> Page<[UInt8], OrderPosition> {
    if position == nil,
      let page = try await services.fulfilmentPages.page(
        OrderPages.List(filter: filter, size: pageSize))
    {
      return page
    }
    let page = try await services.orders.list(filter, after: position, size: pageSize)
    return Page(entries: page.entries.map(text), next: page.next)
  }

  /// An order as this contract writes it.
  static func text(of order: Order) -> [UInt8] {
    JSONWriter.object { FulfilmentOrder(order).write(to: &$0) }
  }

  /// Which orders are wanted, and where the list begins.
  static func listQuery(
    _ query: inout some QueryFields
  ) -> (status: Word?, start: OrderPosition?) {
    let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
    let status = query.value(
      "status", .either([Word.schema, .string(0...0)]), rule: "must be one of: \(words)",
      "Only orders in this status; nothing is no filter.", Word.init(rawValue:))
    return (status, query.cursor { OrderPosition(cursor: $0, of: listName) })
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    // Text that is no valid id belongs to no order.
    guard let reference = OrderReference(try call.value("order_id")) else {
      throw OrderError.unknownOrder
    }
    let order = try await services.orders.find(reference, in: .fulfilment)
    return .json(.ok, JSONWriter.object { FulfilmentOrder(order).write(to: &$0) })
  }

  /// The caller is not authenticated, so the body is not even read. The call only makes the service
  /// ask the order process service a little sooner.
  private static func takeHint(_ call: Call, _ services: Services) -> Response {
    if let reference = (try? call.value("order_id")).flatMap({ OrderReference($0) }) {
      services.processHint(reference)
    }
    return Response(.ok)
  }

  /// `{"message"}` for every failure.
  private static func explain(_ failure: Failure, _ context: FailureContext) -> Response {
    let notice = ErrorNotice(failure)
    var message = notice.message
    switch failure {
    case .order(.referenceUsed): message = "There is an order of this id already."
    case .badBody(.violations(let violations)), .invalid(let violations):
      message = violations.sentence
    default: break
    }
    return Response(
      notice.status, contentType: .json, fields: notice.fields,
      body: JSONWriter.object { $0.string("message", message) })
  }
}
