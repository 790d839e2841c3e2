import Orders
import Postgres

/// Places orders: all that wait at the same moment by one call of `place_orders`.
final class OrderPlacing {
  /// An order, the name it will have, and who places it.
  struct Item {
    let id: OrderID
    let order: NewOrder
    let who: String
  }

  /// What became of one order of a batch.
  typealias Outcome = Result<PlacedOrder, OrderError>

  /// Beyond some dozen orders a call gains nothing any more, and its locks are held longer. One
  /// batch at a time gathers most: a second one made no more orders a second, and took a tenth more
  /// of the server's CPU for each, a third more where all want one product.
  private static let limits = BatchLimits(
    entriesMax: 64, weightMax: 640, batchesMax: 1, waitingMax: 4_096)

  private let batcher: Batcher<Item, Outcome>

  init(_ database: Database, _ unknownCustomers: UnknownCustomers) {
    let statement = unknownCustomers == .refuse ? Self.statementRefusingUnknown : Self.statement
    batcher = Batcher(
      on: database.loop, limits: Self.limits, weight: \.order.lines.count
    ) { (items) throws(PostgresError) in
      let rows = try await database.write(statement(items))
      var outcomes: [Outcome] = []
      for (row, item) in zip(rows, items) { outcomes.append(try Self.outcome(row, of: item)) }
      return outcomes
    }
  }

  func place(_ item: Item) async throws(OrderError) -> PlacedOrder {
    let outcome: Outcome
    do throws(PostgresError) {
      outcome = try await batcher.submit(item)
    } catch {
      throw OrderError(error)
    }
    return try outcome.get()
  }

  private static func statement(_ items: [Item]) -> SQL {
    let given = Arrays(items)
    return """
      SELECT place, outcome, number, items, total_quantity, total_amount, created_at,
             CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END
        FROM place_orders(\(given.ids), \(given.channels), \(given.customers), \(given.references),
                          \(given.shortages), \(given.whos), \(given.lines.places),
                          \(given.lines.products), \(given.lines.names), \(given.lines.quantities),
                          \(given.lines.prices)::numeric[])
      """
  }

  /// Orders of some items as `place_orders` takes them.
  struct Arrays {
    let ids: [RawUUID]
    let channels: [String]
    let customers: [String?]
    let references: [String?]
    let shortages: [String]
    let whos: [String]
    var lines = Lines()

    init(_ items: [Item]) {
      let orders = items.map(\.order)
      ids = items.map(\.id.raw)
      channels = orders.map(\.channel.rawValue)
      customers = orders.map(\.customer?.value)
      references = orders.map(\.reference?.value)
      shortages = orders.map(\.shortage.rawValue)
      whos = items.map(\.who)
      for (place, order) in orders.enumerated() {
        for line in order.lines { lines.append(line, of: place) }
      }
    }
  }

  struct Lines {
    var places: [Int32] = []
    var products: [String?] = []
    var names: [String?] = []
    var quantities: [Int32] = []
    var prices: [String?] = []

    fileprivate mutating func append(_ line: NewLine, of place: Int) {
      places.append(Int32(clamping: place + 1))
      quantities.append(Int32(clamping: line.quantity.value))
      switch line.item {
      case .product(let product, let price):
        products.append(product.value)
        names.append(nil)
        prices.append(price?.decimal)
      case .free(let name, let price):
        products.append(nil)
        names.append(name)
        prices.append(price.decimal)
      case .foreign(let id):
        products.append(id)
        names.append(nil)
        prices.append(nil)
      }
    }
  }

  private static func outcome(_ row: Row, of item: Item) throws(PostgresError) -> Outcome {
    let new = item.order
    let shortfalls = try row.shortfalls(7)
    switch try row.text(1) {
    case "placed":
      let createdAt = try row.moment(6)
      let order = Order(
        id: item.id, number: try row.int(2), channel: new.channel, status: .new,
        customer: new.customer?.value, reference: new.reference?.value, items: try row.bytes(3),
        totalQuantity: try row.int(4), totalAmount: try row.text(5),
        shipping: Shipping(carrier: nil, trackingNumber: nil), version: 1, createdAt: createdAt,
        updatedAt: createdAt)
      return .success(PlacedOrder(order: order, unavailable: shortfalls))
    case "out_of_stock": return .failure(.outOfStock(shortfalls))
    case "unknown_product": return .failure(.notOrderable(shortfalls.map(\.product)))
    case "unknown_customer":
      guard let customer = new.customer else {
        throw row.undecodable(1, expected: "an outcome of an order with a customer")
      }
      return .failure(.customerNotIntroduced(customer))
    case "reference_used": return .failure(.referenceUsed(number: try row.int(2)))
    default: throw row.undecodable(1, expected: "an outcome of place_orders")
    }
  }
}

extension Money {
  /// As PostgreSQL reads it: digits, a point, two digits. Prices are never negative.
  var decimal: String {
    let (whole, fraction) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
