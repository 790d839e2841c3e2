package import Orders
import Postgres

extension OrderRepository {
  /// One page of the orders that match the words of a filter, newest first. `requiringCustomer` is
  /// as for a list.
  package func search(
    _ words: SearchWords, _ filter: OrderFilter, after position: OrderPosition?, size: PageSize,
    requiringCustomer: Bool = false
  ) async throws(OrderError) -> SearchResult<Order, OrderPosition> {
    let found = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        filter.statement(finding: words, after: position, size: size))
      return SearchResult(
        page: try Self.page(rows, hasReach: true, size),
        hasMoreMatches: try rows[0].bool(orderColumnCount + 2))
    }
    if requiringCustomer { try await requireCustomer(of: filter, finding: found.page) }
    return found
  }

  /// Those of these orders that have a parcel under one of these numbers.
  package func tracked(
    _ orders: [Order], under numbers: [String]
  ) async throws(OrderError) -> Set<OrderID> {
    // Orders without parcels have one number at most, which they show.
    let shipped = orders.filter { $0.shippedQuantity != nil }
    guard !shipped.isEmpty else { return [] }
    let found = try await mappingErrors { () throws(PostgresError) in
      try await database.read(
        """
        SELECT DISTINCT order_number FROM order_tracked
         WHERE tracking_number = ANY (\(numbers)) AND order_number = ANY (\(shipped.map(\.number)))
        """
      ).map { row throws(PostgresError) in try row.int(0) }
    }
    return Set(shipped.filter { found.contains($0.number) }.map(\.id))
  }

  /// The order with this reference. Each channel may have one; the order of the own API is
  /// preferred, and after it the newest.
  package func find(
    _ reference: OrderReference, in scope: OrderScope
  ) async throws(OrderError) -> Order {
    let order = try await mappingErrors { () throws(PostgresError) in
      try await database.read(
        """
        SELECT \(orderColumns)
          FROM orders AS o
         WHERE o.channel = ANY (\(Channel.allCases.map(\.rawValue)))
           AND o.reference = \(reference.value) \(scope.condition)
         ORDER BY o.channel <> 'api', o.created_at DESC
         LIMIT 1
        """
      ).first?.order()
    }
    guard let order else { throw .unknownOrder }
    return order
  }
}

extension OrderFilter {
  /// One page, and one entry more. After the columns of the order come the position down to which
  /// nothing is missing, if that is not the end, and whether more words would help. A page without
  /// entries is a row without an order.
  func statement(
    finding words: SearchWords, after position: OrderPosition?, size: PageSize
  ) -> SQL {
    let (lower, upper) = bounds(after: position)
    // With further conditions, any number of matches may be needed to fill the page.
    let wanted = hasConditions ? nil : size.value + 1
    return """
      WITH found AS MATERIALIZED (
          SELECT numbers, reach_time, reach_number, narrow
            FROM search_orders(
                     \(words.words), \(customer?.value), \(upper.createdAt.raw), \(upper.number),
                     \(wanted))
      ), page AS MATERIALIZED (
          SELECT o.*
            FROM (SELECT number, place
                    FROM found
                   CROSS JOIN unnest(numbers) WITH ORDINALITY AS n (number, place)
                   ORDER BY place) AS named
           CROSS JOIN LATERAL (SELECT * FROM orders AS n WHERE n.number = named.number LIMIT 1) AS o
           WHERE (o.created_at, o.number) > (\(lower.createdAt.raw), \(lower.number))
             \(customerCondition) \(conditions) \(conditions(skippingFirst: 0))
           ORDER BY named.place
           \(size.limitClause)
      )
      SELECT \(orderColumns),
             CASE WHEN goes_on THEN reach_time END, CASE WHEN goes_on THEN reach_number END, narrow
        FROM found
       CROSS JOIN LATERAL (
           SELECT coalesce((reach_time, reach_number)
                           > (\(lower.createdAt.raw), \(lower.number)), false) AS goes_on) AS rest
        LEFT JOIN page AS o ON true
       ORDER BY o.created_at DESC, o.number DESC
      """
  }
}
