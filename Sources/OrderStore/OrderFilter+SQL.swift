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
    let page: SQL = """
       ORDER BY \(sort == .newestFirst
         ? "created_at DESC, number DESC" : "created_at, number" as SQL)
       \(size.limitClause)
      """
    if customer != nil {
      return "\(Self.walk) WHERE \(range) \(customerCondition) \(conditions) \(page)"
    } else if channel == nil && isEveryStatus {
      // Always true, and what opens the index by time, which no other list may walk.
      return "\(Self.walk) WHERE \(range) AND o.number > 0 \(page)"
    } else {
      return merge(range, page)
    }
  }

  private static let walk: SQL = "SELECT \(orderColumns) FROM orders AS o"

  private var isEveryStatus: Bool {
    statuses.isEmpty || statuses.count == OrderStatus.allCases.count
  }

  /// One walk for each pair of channel and status, merged in the list's order: the index begins
  /// with both, so a walk over several of either would have to be sorted. A walk on its way to a
  /// merge has to end by itself, or the server collects all of them.
  private func merge(_ range: SQL, _ page: SQL) -> SQL {
    let channels = channel.map { [$0] } ?? Channel.allCases
    let wanted = OrderStatus.allCases.filter { isEveryStatus || statuses.contains($0) }
    let walks: [SQL] = channels.flatMap { channel in
      wanted.map { status in
        """
        \(Self.walk) WHERE o.channel = \(channel.rawValue) AND o.status = \(status.rawValue)
         AND \(range) \(page)
        """
      }
    }
    guard walks.count > 1 else { return walks[0] }
    var union: SQL = "(\(walks[0]))"
    for walk in walks.dropFirst() { union.append(" UNION ALL (\(walk))") }
    union.append(page)
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
  /// Before and after everything, as infinity is no moment.
  fileprivate static let beginning = OrderPosition(
    createdAt: Orders.Timestamp.era.lowerBound, number: 0)
  fileprivate static let end = OrderPosition(
    createdAt: Orders.Timestamp.era.upperBound, number: .max)
}
