import Orders
import Postgres

extension OrderFilter {
  /// The statement that reads one page, and an entry more.
  ///
  /// Each of its forms walks an index in the list's order and stops when the page is full, so that
  /// every page costs what the first one does.
  func statement(after position: OrderPosition?, size: PageSize) -> SQL {
    let (lower, upper) = bounds(after: position)
    if let product {
      return """
        SELECT \(orderColumns)
          FROM order_products AS p
          JOIN orders AS o ON o.number = p.order_number
         WHERE p.product_id = \(product.value)
           AND (p.created_at, p.order_number) > (\(lower.createdAt.raw), \(lower.number))
           AND (p.created_at, p.order_number) < (\(upper.createdAt.raw), \(upper.number))
           AND p.quantity > 0 AND o.hidden_at IS NULL \(customerCondition) \(conditions)
         ORDER BY \(sort == .newestFirst
           ? "p.created_at DESC, p.order_number DESC" : "p.created_at, p.order_number" as SQL)
         \(size.limitClause)
        """
    }
    let range: SQL = """
      (o.created_at, o.number) > (\(lower.createdAt.raw), \(lower.number))
         AND (o.created_at, o.number) < (\(upper.createdAt.raw), \(upper.number))
         AND o.hidden_at IS NULL
      """
    let walk: SQL =
      if customer != nil {
        "\(Self.walk) WHERE \(range) \(customerCondition) \(conditions)"
      } else if channel == nil && isEveryStatus {
        "\(Self.walk) WHERE \(range)"
      } else {
        merge(range)
      }
    return """
      \(walk)
       ORDER BY \(sort == .newestFirst
         ? "created_at DESC, number DESC" : "created_at, number" as SQL)
       \(size.limitClause)
      """
  }

  private static let walk: SQL = "SELECT \(orderColumns) FROM orders AS o"

  private var isEveryStatus: Bool {
    statuses.isEmpty || statuses.count == OrderStatus.allCases.count
  }

  /// One walk for each pair of channel and status, merged in the list's order: the index begins
  /// with both, so a walk over several of either would have to be sorted.
  private func merge(_ range: SQL) -> SQL {
    let channels = channel.map { [$0] } ?? Channel.allCases
    let wanted = OrderStatus.allCases.filter { isEveryStatus || statuses.contains($0) }
    var union: SQL = ""
    for (number, pair) in channels.flatMap({ channel in wanted.map { (channel, $0) } }).enumerated()
    {
      if number > 0 { union.append(" UNION ALL ") }
      union.append(
        """
        \(Self.walk) WHERE o.channel = \(pair.0.rawValue) AND o.status = \(pair.1.rawValue)
         AND \(range)
        """)
    }
    return union
  }

  private var customerCondition: SQL {
    if let customer { "AND o.customer_id = \(customer.value)" } else { "" }
  }

  /// What is looked at on the way along another index.
  private var conditions: SQL {
    var conditions: SQL = ""
    if let channel { conditions.append("AND o.channel = \(channel.rawValue) ") }
    if !isEveryStatus {
      let words = OrderStatus.allCases.filter(statuses.contains).map(\.rawValue)
      conditions.append("AND o.status = ANY(\(words))")
    }
    return conditions
  }

  /// Between which positions the page lies, both excluded: one range for the times asked for and
  /// for where the page before ended.
  private func bounds(
    after position: OrderPosition?
  ) -> (lower: OrderPosition, upper: OrderPosition) {
    var lower = createdAfter.map { OrderPosition(createdAt: $0, number: .max) } ?? .beginning
    var upper = createdBefore.map { OrderPosition(createdAt: $0, number: 0) } ?? .end
    if let position {
      if sort == .newestFirst {
        upper = min(upper, position)
      } else {
        lower = max(lower, position)
      }
    }
    return (lower, upper)
  }
}

extension OrderPosition {
  /// Before and after everything: the years 1 and 9999, as infinity is no moment.
  fileprivate static let beginning = OrderPosition(
    createdAt: Orders.Timestamp(microseconds: -62_135_596_800_000_000), number: 0)
  fileprivate static let end = OrderPosition(
    createdAt: Orders.Timestamp(microseconds: 253_402_300_799_000_000), number: .max)
}
