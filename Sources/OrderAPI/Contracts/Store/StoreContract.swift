import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// The contract of a store: a product list, and orders of one unit placed by one call.
///
/// Ids are the numbers of the own API, lists are bare arrays. One answer holds at most `pagesMax`
/// pages; the rest is behind the `Link` field, which a client may not know.
enum StoreContract {
  /// Pages of 200 entries in one answer: 1,000 entries are 100 KB, or 3 MB when every product has a
  /// description of full length.
  private static let pagesMax = 5
  private static let pageSize = PageSize(PageSize.allowed.upperBound)!
  /// The quantity of every order.
  private static let unit = Quantity(1)!

  static let contract = Contract(
    name: "store",
    refusal: refusal,
    resources: [
      Resource(
        "store customers",
        "Customers who order one unit at a time. Ids are the own API's numbers.",
        [Route(.post, "/customers", About.createCustomer, access: .retailer, createCustomer)]),
      Resource(
        "store products", "What a customer of the store can order.",
        [
          Route(
            .get, "/products", About.listProducts, access: .retailer, reads: .anyCopy, listProducts)
        ]),
      Resource(
        "store orders", "Orders of one unit of one product.",
        [
          Route(
            .post, "/customers/{id}/orders", About.order, access: .retailer, write: .placement,
            order),
          Route(
            .get, "/customers/{id}/orders", About.listOrders, access: .retailer, reads: .anyCopy,
            listOrders),
        ]),
      Resource(
        "store notifications", "Who is to be told that a sold-out product is back.",
        [
          Route(
            .post, "/customers/{id}/notifications", About.subscribe, access: .retailer, subscribe)
        ]),
    ],
    explain: explain)

  private static func createCustomer(_ call: Call, _ services: Services) async throws -> Response {
    let new = try call.body(NewCustomer.init(store:))
    let customer = try await services.customers.create(new, by: call.actor)
    let shown = StoreCustomer(
      number: customer.number, name: customer.name ?? "", email: customer.email ?? "")
    return .json(.created, JSONWriter.object { shown.write(to: &$0) })
  }

  private static func listProducts(_ call: Call, _ services: Services) async throws -> Response {
    let start = try call.query { $0.cursor { Cursor.position($0, list: "store products") } }
    let list = try await pages(after: start) {
      try await services.products.list(ProductFilter(), after: $0, size: pageSize)
    }
    return answer(call, list, next: { Cursor.text(list: "store products", position: $0) }) {
      StoreProduct($0).write(to: &$1)
    }
  }

  private static func order(_ call: Call, _ services: Services) async throws -> Response {
    let customer = try await customer(call, services)
    let sku = try sku(call)
    guard let product = ProductID(sku),
      let line = NewLine(.product(product, price: nil), quantity: unit),
      let order = NewOrder(
        channel: .store, customer: customer.id, reference: nil, shortage: .refuse, lines: [line])
    else { throw OrderError.unknownProduct(sku) }
    let placed = try await services.placeOrder(order, by: call.actor)
    let shown = try StoreOrder(placed.order, afterChange: true)
    return .json(.created, JSONWriter.object { shown.write(to: &$0) })
  }

  private static func listOrders(_ call: Call, _ services: Services) async throws -> Response {
    let name = "store orders"
    let start = try call.query { $0.cursor { OrderPosition(cursor: $0, of: name) } }
    var filter = OrderFilter()
    filter.channel = .store
    filter.customer = try await customer(call, services).id
    filter.sort = .oldestFirst
    let list = try await pages(after: start) { [filter] in
      try await services.orders.list(filter, after: $0, size: pageSize)
    }
    let shown = try list.entries.map { try StoreOrder($0, afterChange: false) }
    return answer(
      call, Page(entries: shown, next: list.next), next: { $0.cursor(of: name) }
    ) { $0.write(to: &$1) }
  }

  private static func subscribe(_ call: Call, _ services: Services) async throws -> Response {
    let customer = try await customer(call, services)
    let sku = try sku(call)
    guard let product = ProductID(sku),
      let subscription = try await services.stockSubscriptions.add(customer.id, for: product)
    else { throw OrderError.unknownProduct(sku) }
    let shown = StoreNotification(subscription: subscription)
    return .json(.created, JSONWriter.object { shown.write(to: &$0) })
  }
}

// MARK: - Requests

extension StoreContract {
  /// The customer in the path. Text that is no number in plain digits belongs to no customer.
  private static func customer(_ call: Call, _ services: Services) async throws -> Customer {
    let text = try call.value("id")
    guard let number = Int(text), "\(number)" == text,
      let customer = try await services.customers.find(number: number)
    else { throw Failure.notFound("customer \(text)") }
    return customer
  }

  private static func sku(_ call: Call) throws(Failure) -> String {
    try call.body(StoreProductRequest.init(reading:)).sku
  }
}

// MARK: - Answers

extension StoreContract {
  /// As many entries as one answer may hold.
  private static func pages<Entry, Position>(
    after start: Position?, _ read: (Position?) async throws -> Page<Entry, Position>
  ) async throws -> Page<Entry, Position> {
    var entries: [Entry] = []
    var position = start
    for _ in 0..<pagesMax {
      let page = try await read(position)
      entries += page.entries
      position = page.next
      if position == nil { break }
    }
    return Page(entries: entries, next: position)
  }

  /// A bare array, with the address of the next page in `Link`.
  private static func answer<Entry, Position>(
    _ call: Call, _ page: Page<Entry, Position>, next: (Position) -> String,
    _ write: (Entry, inout JSONObjectWriter) -> Void
  ) -> Response {
    var response = Response.json(
      .ok,
      JSONWriter.array(reserving: 128 * page.entries.count + 2) { list in
        for entry in page.entries { list.object { write(entry, &$0) } }
      })
    if let position = page.next {
      response.fields.append(.link(next: call.next(next(position))))
    }
    return response
  }

  /// `{"message"}` for every failure.
  static func explain(_ failure: Failure, _ context: FailureContext) -> Response {
    let notice = ErrorNotice(failure)
    var (status, message) = (notice.status, notice.message)
    switch failure {
    case .order(.outOfStock(let shortfalls)):
      message = "Product \(shortfalls.map(\.product.value).joined(separator: ", ")) is unavailable"
    case .order(.notOrderable(let products)):
      status = .notFound
      message = "There is no product \(products.map(\.value).joined(separator: ", "))."
    case .badBody(.violations(let violations)), .invalid(let violations):
      message = violations.sentence
    default: break
    }
    return Response(
      status, contentType: .json, fields: notice.fields,
      body: JSONWriter.object { $0.string("message", message) })
  }
}
