package import Orders
import Postgres

extension OrderRepository {
  /// How many orders a filter lets through.
  package func total(
    _ filter: OrderFilter, _ count: ListCount
  ) async throws(OrderError) -> ListTotal {
    try await mappingErrors { () throws(PostgresError) in
      switch count {
      case .exact:
        try ListTotal(
          counted: try await database.read(filter.countStatement)[0],
          ofAtMost: filter.hasWindow ? ListTotal.lookedUpMax : ListTotal.lookedAtMax)
      case .estimate: try await database.expectedRows(of: filter.plainStatement)
      }
    }
  }
}

extension OrderFilter {
  /// How many orders there are, and how many rows were looked at for that. As for a page, an index
  /// is walked, and a filter that it does not answer is checked for each row.
  var countStatement: SQL {
    let bounds = bounds(after: nil)
    if let first = firstIndexedCondition {
      return """
        SELECT count(*) FILTER (WHERE o.number IS NOT NULL), count(*)
          FROM (\(entries(meeting: first, bounds)) \(ListTotal.limitOfLookups)) AS p
          LEFT JOIN LATERAL (
              SELECT o.number FROM (SELECT * FROM orders WHERE number = p.number LIMIT 1) AS o
               WHERE p.quantity > 0 AND o.hidden_at IS NULL
                 \(customerCondition) \(conditions) \(conditions(skippingFirst: 1))) AS o ON true
        """
    }
    if customer != nil, hasWindow {
      return """
        SELECT count(*) FILTER (WHERE true \(conditions)), count(*)
          FROM (SELECT channel, status FROM orders AS o
                 WHERE \(Self.range(bounds)) \(customerCondition) \(order)
                 \(ListTotal.limitOfLookups)) AS o
        """
    }
    return "SELECT count(*), count(*) FROM (\(walk(bounds)) \(ListTotal.limit)) AS o"
  }

  /// The orders of a filter that one index answers, or one for each channel and status.
  private func walk(_ bounds: Bounds) -> SQL {
    let scan: SQL = "SELECT o.number FROM orders AS o"
    let range = Self.range(bounds)
    if customer != nil { return "\(scan) WHERE \(range) \(customerCondition) \(order)" }
    if channel == nil && isEveryStatus {
      return "\(scan) WHERE \(range) AND o.number > 0 \(order)"
    }
    let scans = scansOfPairs(scan, range, order)
    guard scans.count > 1 else { return scans[0] }
    // Each has its own limit, as the server would read all of its rows otherwise.
    return Self.union(scans.map { "\($0) \(ListTotal.limit)" })
  }

  /// The orders as a plain query, of which PostgreSQL says how many rows it expects.
  var plainStatement: SQL {
    """
    SELECT FROM orders AS o
     WHERE \(Self.range(bounds(after: nil))) \(customerCondition) \(conditions)
       \(conditions(skippingFirst: 0))
    """
  }

  /// The condition that an order called `o` is of the customer, if the filter names one.
  var customerCondition: SQL {
    customer.map { "AND o.customer_id = \($0.value) " } ?? ""
  }
}
