import Orders
import Postgres

// Lists with a filter that no single index can answer. The page walks one index in the order of the
// list and skips the orders that the filter leaves out. How many it skips depends on the data, so
// the walk ends after a fixed number of rows, the window, and the page says where the next one
// begins.

extension OrderFilter {
  /// How many rows one page looks at, at most. It takes some milliseconds.
  private static let window: SQL = "LIMIT 1000"
  /// The last of those rows; nothing when there are fewer.
  private static let endOfWindow: SQL = "OFFSET 999 LIMIT 1"

  /// Whether a page may look at rows that are not part of it.
  var hasWindow: Bool {
    firstIndexedCondition != nil || (customer != nil && !(channel == nil && isEveryStatus))
  }

  /// One page, and one entry more. After the columns of the order come the time and the number at
  /// which the window ends, if it ends before the page is full. A page without entries is a row
  /// without an order.
  func windowStatement(_ bounds: Bounds, size: PageSize) -> SQL {
    let page: SQL
    let reach: SQL
    switch (customer, firstIndexedCondition) {
    case (let customer?, nil):
      page = "\(orders(of: customer, bounds)) \(Self.window)"
      reach = """
        SELECT created_at, number
          FROM (\(orders(of: customer, bounds)) \(Self.endOfWindow)) AS last
        """
    case (nil, let condition?):
      page = Self.orders(in: "\(entries(meeting: condition, bounds)) \(Self.window)")
      reach = """
        SELECT created_at, number
          FROM (\(entries(meeting: condition, bounds)) \(Self.endOfWindow)) AS last
        """
    case (let customer?, let condition?):
      return statement(of: customer, with: condition, bounds, size)
    case (nil, nil): preconditionFailure("a list of all orders has no window")
    }
    return """
      WITH page AS MATERIALIZED (\(filtered(page, size))), reach AS (\(reach))
      \(answer(size))
      """
  }

  /// A condition with one entry for each order that meets it; an index has these entries in the
  /// order of lists.
  enum IndexedCondition {
    case reference(OrderReference)
    case trackingNumber(TrackingNumber)
    case tag(OrderTag)
    case product(ProductID)
  }

  private var indexedConditions: [IndexedCondition] {
    let all: [IndexedCondition?] = [
      reference.map(IndexedCondition.reference),
      trackingNumber.map(IndexedCondition.trackingNumber),
      tag.map(IndexedCondition.tag), product.map(IndexedCondition.product),
    ]
    return all.compactMap(\.self)
  }

  /// The page walks the entries of the first one, which is expected to have the fewest orders.
  var firstIndexedCondition: IndexedCondition? { indexedConditions.first }

  /// Whether more is asked of an order than its customer and its time.
  var hasConditions: Bool { channel != nil || !isEveryStatus || firstIndexedCondition != nil }

  /// Requires that an order called `o` meets every indexed condition except the first `count`.
  func conditions(skippingFirst count: Int) -> SQL {
    var conditions: SQL = ""
    for condition in indexedConditions.dropFirst(count) {
      switch condition {
      case .reference(let reference):
        conditions.append("AND o.reference = \(reference.value) ")
      case .trackingNumber, .tag, .product:
        conditions.append(
          """
          AND EXISTS (SELECT FROM (\(Self.entry(meeting: condition)) AND created_at = o.created_at
                                      AND order_number = o.number) AS named
                       WHERE quantity > 0)
          """)
      }
    }
    return conditions
  }

  /// The orders of a customer that contain a product, or have a tag. Either may have few orders or
  /// millions, so the page walks the one whose window reaches further.
  private func statement(
    of customer: CustomerID, with condition: IndexedCondition, _ bounds: Bounds, _ size: PageSize
  ) -> SQL {
    let further: SQL =
      switch sort {
      case .newestFirst: "(c.created_at, c.number) < (p.created_at, p.number)"
      case .oldestFirst: "(c.created_at, c.number) > (p.created_at, p.number)"
      }
    let both: SQL = """
      SELECT o.*
        FROM (\(orders(of: customer, bounds)) \(Self.window)) AS o
       CROSS JOIN LATERAL (
           \(Self.entry(meeting: condition)) AND created_at = o.created_at
              AND \(Self.number(in: condition)) = o.number
            LIMIT 1) AS p
       WHERE (SELECT is_of_customer FROM reach) AND p.quantity > 0
       UNION ALL
      SELECT o.*
        FROM (\(Self.orders(in: "\(entries(meeting: condition, bounds)) \(Self.window)"))) AS o
       WHERE NOT (SELECT is_of_customer FROM reach) AND o.customer_id = \(customer.value)
      """
    return """
      WITH reach AS MATERIALIZED (
          SELECT is_of_customer,
                 CASE WHEN is_of_customer THEN c.created_at ELSE p.created_at END AS created_at,
                 CASE WHEN is_of_customer THEN c.number ELSE p.number END AS number
            FROM (SELECT 1) AS always
            LEFT JOIN (\(orders(of: customer, bounds)) \(Self.endOfWindow)) AS c ON true
            LEFT JOIN (\(entries(meeting: condition, bounds)) \(Self.endOfWindow)) AS p ON true
           CROSS JOIN LATERAL (
               SELECT c.number IS NULL OR coalesce(\(further), false)) AS choice (is_of_customer)
      ), page AS MATERIALIZED (\(filtered(both, size)))
      \(answer(size))
      """
  }

  /// The page's rows with the end of the window beside each; that end is looked for only when the
  /// page is not full.
  private func answer(_ size: PageSize) -> SQL {
    """
    SELECT \(orderColumns), reach.created_at, reach.number
      FROM (SELECT 1) AS always
      LEFT JOIN (SELECT created_at, number FROM reach
                  WHERE (SELECT count(*) FROM page) <= \(size.value)) AS reach ON true
      LEFT JOIN page AS o ON true
     ORDER BY \(sort == .newestFirst
       ? "o.created_at DESC, o.number DESC" : "o.created_at, o.number" as SQL)
    """
  }

  private func filtered(_ rows: SQL, _ size: PageSize) -> SQL {
    """
    SELECT * FROM (\(rows)) AS o
     WHERE true \(conditions) \(conditions(skippingFirst: 1)) \(order) \(size.limitClause)
    """
  }

  private func orders(of customer: CustomerID, _ bounds: Bounds) -> SQL {
    """
    SELECT * FROM orders
     WHERE customer_id = \(customer.value) AND hidden_at IS NULL
       AND (created_at, number) > (\(bounds.lower.createdAt.raw), \(bounds.lower.number))
       AND (created_at, number) < (\(bounds.upper.createdAt.raw), \(bounds.upper.number))
     \(order)
    """
  }

  /// The name of the column in which the entries have the number of the order.
  private static func number(in condition: IndexedCondition) -> SQL {
    switch condition {
    case .reference: "number"
    case .trackingNumber, .tag, .product: "order_number"
    }
  }

  private static func entry(meeting condition: IndexedCondition) -> SQL {
    switch condition {
    case .reference(let reference):
      """
      SELECT created_at, number, 1 AS quantity FROM orders
       WHERE channel = ANY (\(Channel.allCases.map(\.rawValue)))
         AND reference = \(reference.value)
      """
    case .trackingNumber(let number):
      """
      SELECT created_at, order_number AS number, 1 AS quantity FROM order_tracked
       WHERE tracking_number = \(number.value)
      """
    case .tag(let tag):
      """
      SELECT created_at, order_number AS number, 1 AS quantity FROM order_tagged
       WHERE tag = \(tag.value)
      """
    case .product(let product):
      """
      SELECT created_at, order_number AS number, quantity FROM order_products
       WHERE product_id = \(product.value)
      """
    }
  }

  func entries(meeting condition: IndexedCondition, _ bounds: Bounds) -> SQL {
    """
    \(Self.entry(meeting: condition))
       AND (created_at, \(Self.number(in: condition)))
           > (\(bounds.lower.createdAt.raw), \(bounds.lower.number))
       AND (created_at, \(Self.number(in: condition)))
           < (\(bounds.upper.createdAt.raw), \(bounds.upper.number))
     \(order)
    """
  }

  /// The orders of entries, one by one: the inner limit keeps the planner from reading the whole
  /// table for a few of its rows.
  private static func orders(in entries: SQL) -> SQL {
    """
    SELECT o.*
      FROM (\(entries)) AS p
     CROSS JOIN LATERAL (SELECT * FROM orders WHERE number = p.number LIMIT 1) AS o
     WHERE p.quantity > 0 AND o.hidden_at IS NULL
    """
  }
}
