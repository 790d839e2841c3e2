import Orders
import Postgres

/// Orders of a file as `import_orders()` takes them: one array for each column.
struct NewOrders {
  private let orders: [ImportedOrder]
  private var lines = Lines()
  private var returns = Returns()

  private struct Lines {
    /// The place of the order that each belongs to, counted from 1.
    var orders: [Int32] = []
    /// Whether its product should be one of our catalogue, and whether it still takes stock.
    var areOurs: [Bool] = []
    var takeStock: [Bool] = []
    var products: [String?] = []
    var names: [String?] = []
    var quantities: [Int32] = []
    var prices: [String?] = []
  }

  private struct Returns {
    var orders: [Int32] = []
    var versions: [Int] = []
    var products: [String] = []
    var quantities: [Int32] = []
    var amounts: [String] = []
    var restocked: [Bool] = []
    var neverShipped: [Int32] = []
    var reasons: [String?] = []
    var actors: [String] = []
    var moments: [Postgres.Timestamp] = []
  }

  init(_ orders: [ImportedOrder]) {
    self.orders = orders
    for (index, order) in orders.enumerated() { append(order, at: Int32(index + 1)) }
  }

  private mutating func append(_ order: ImportedOrder, at place: Int32) {
    let isOurs = order.channel.kind == .stocked
    let isOpen = order.isOpen
    for line in order.lines {
      lines.orders.append(place)
      lines.areOurs.append(isOurs)
      lines.takeStock.append(isOpen)
      lines.products.append(line.product)
      lines.names.append(line.name)
      lines.quantities.append(Int32(line.quantity.value))
      lines.prices.append(line.price?.decimal)
    }
    for item in order.returns {
      returns.orders.append(place)
      returns.versions.append(item.version)
      returns.products.append(item.product)
      returns.quantities.append(Int32(item.quantity.value))
      returns.amounts.append(Money(cents: item.cents).decimal)
      returns.restocked.append(item.isRestocked)
      returns.neverShipped.append(Int32(item.neverShipped))
      returns.reasons.append(item.reason)
      returns.actors.append(item.who)
      returns.moments.append(item.createdAt.raw)
    }
  }

  func statement(_ number: Int, _ takesStock: Bool) -> SQL {
    """
    SELECT short::text, array_to_string(short_products, ',')
      FROM import_orders(
               \(number), \(takesStock), \(orders.map(\.id.raw)), \(orders.map(\.identity.number)),
               \(orders.map(\.channel.rawValue)), \(orders.map(\.status.rawValue)),
               \(orders.map(\.customer)), \(orders.map(\.reference)), \(orders.map(\.carrier)),
               \(orders.map(\.trackingNumber)), \(orders.map(\.shipTo)), \(orders.map(\.note)),
               \(orders.map(\.tags)), \(orders.map(\.metadata)),
               \(orders.map(\.identity.version)), \(orders.map(\.identity.createdAt.raw)),
               \(orders.map(\.identity.updatedAt.raw)),
               \(lines.orders), \(lines.areOurs), \(lines.takeStock), \(lines.products),
               \(lines.names), \(lines.quantities), \(lines.prices)::numeric[],
               \(returns.orders), \(returns.versions), \(returns.products), \(returns.quantities),
               \(returns.amounts)::numeric[], \(returns.restocked), \(returns.neverShipped),
               \(returns.reasons), \(returns.actors), \(returns.moments),
               \(orders.map(\.shipments)))
    """
  }
}
