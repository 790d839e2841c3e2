package import Orders
import Postgres

extension OrderRepository {
  /// Places an order, together with those that wait at the same moment. The answer comes when it
  /// has been committed; a refusal affects no other order.
  package func place(
    _ order: NewOrder, as id: OrderID, by actor: String
  ) async throws(OrderError) -> PlacedOrder {
    let placement = self.placement(of: order, as: id, by: actor)
    let outcome: OrderPlacement.Outcome
    do throws(PostgresError) {
      outcome = try await placements.submit(placement)
    } catch {
      throw OrderError(error)
    }
    return try outcome.get()
  }

  func placement(of order: NewOrder, as id: OrderID, by actor: String) -> OrderPlacement {
    OrderPlacement(
      id: id, order: order, actor: actor,
      mayIntroduceCustomer: unknownCustomers == .create || order.channel != .api)
  }
}

/// An order that is to be placed by `place_orders()`.
struct OrderPlacement: RowWrite {
  typealias Outcome = Result<PlacedOrder, OrderError>

  let id: OrderID
  let order: NewOrder
  let actor: String
  let mayIntroduceCustomer: Bool

  /// A larger batch gains nothing more, and holds its locks for longer. One batch at a time gathers
  /// the most orders. With a second batch at a time, no more orders were placed in a second, and
  /// each took a tenth more of the server's CPU, or a third more when all orders were for one
  /// product.
  static let limits = BatchLimits(
    entriesMax: 64, weightMax: 640, batchesMax: 1, waitingMax: 4_096)

  var weight: Int { order.lines.count }

  static func hasEffect(_ outcome: Outcome) -> Bool {
    if case .success = outcome { true } else { false }
  }

  /// The products; and the customer, whose row is locked for sharing.
  var rows: [RowToLock] {
    var rows = order.customer.map { [RowToLock.customer($0.value)] } ?? []
    for line in order.lines {
      if case .product(let product, _) = line.item { rows.append(.product(product.value)) }
    }
    return rows
  }

  static func statement(_ placements: [OrderPlacement], lockWait: Int?) -> SQL {
    statement(placements, lockWait: lockWait, calling: "place_orders")
  }

  /// The statement that calls `place_orders()`, or a function with the same parameters and rows.
  static func statement(
    _ placements: [OrderPlacement], lockWait: Int?, calling function: SQL
  ) -> SQL {
    let orders = placements.map(\.order)
    let lines = PlacedLines(orders)
    return """
      SELECT outcome, number, items, total_quantity, total_amount, created_at,
             CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END,
             ship_to, note, tags, metadata
        FROM \(function)(\(placements.map(\.id.raw)), \(orders.map(\.channel.rawValue)),
                 \(orders.map(\.customer?.value)), \(orders.map(\.reference?.value)),
                 \(orders.map(\.shortage.rawValue)), \(placements.map(\.actor)),
                 \(lines.orders), \(lines.products), \(lines.names),
                 \(lines.quantities), \(lines.prices)::numeric[],
                 \(introductions(placements)), \(lockWait),
                 \(extras(orders))::json[])
      """
  }

  /// Whether each order may introduce its customer; nil when all may, as is usual.
  private static func introductions(_ placements: [OrderPlacement]) -> [Bool]? {
    placements.allSatisfy(\.mayIntroduceCustomer) ? nil : placements.map(\.mayIntroduceCustomer)
  }

  /// What each order says beside its lines; nil when none says anything, as is usual.
  private static func extras(_ orders: [NewOrder]) -> [String?]? {
    orders.allSatisfy { $0.extras == nil } ? nil : orders.map(\.extras?.json)
  }

  func outcome(_ row: Row) throws(PostgresError) -> Result<PlacedOrder, OrderError> {
    let outcome: PlacingOutcome = try row.word(0)
    let shortfalls = try row.shortfalls(6)
    switch outcome {
    case .placed: return .success(PlacedOrder(order: try placed(row), unavailable: shortfalls))
    case .outOfStock: return .failure(.outOfStock(shortfalls))
    case .unknownProduct: return .failure(.notOrderable(shortfalls.map(\.product)))
    case .unknownCustomer:
      guard let customer = order.customer else {
        throw row.undecodable(0, expected: "an outcome of an order without a customer")
      }
      return .failure(.customerNotIntroduced(customer))
    case .referenceUsed: return .failure(.referenceUsed(number: try row.int(1)))
    }
  }

  private func placed(_ row: Row) throws(PostgresError) -> Order {
    let createdAt = try row.moment(5)
    return Order(
      id: id, number: try row.int(1), channel: order.channel, status: .new,
      customer: order.customer?.value, reference: order.reference?.value, items: try row.bytes(2),
      totalQuantity: try row.int(3), totalAmount: try row.text(4),
      shipping: Shipping(carrier: nil, trackingNumber: nil), extras: try row.extras(at: 7),
      version: 1, createdAt: createdAt, updatedAt: createdAt)
  }
}

/// What `place_orders()` answers about an order.
enum PlacingOutcome: String, CaseIterable {
  case placed
  case outOfStock = "out_of_stock"
  case unknownProduct = "unknown_product"
  case unknownCustomer = "unknown_customer"
  case referenceUsed = "reference_used"
}

/// The lines of several orders as `place_orders()` takes them: one array for each column.
private struct PlacedLines {
  /// The position of the order that each line belongs to, counted from 1.
  var orders: [Int32] = []
  var products: [String?] = []
  var names: [String?] = []
  var quantities: [Int32] = []
  var prices: [String?] = []

  init(_ orders: [NewOrder]) {
    for (index, order) in orders.enumerated() {
      for line in order.lines { append(line, position: Int32(clamping: index + 1)) }
    }
  }

  private mutating func append(_ line: NewLine, position: Int32) {
    orders.append(position)
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
