import Glibc
import Orders
import TestSupport

@testable import OrderStore
@testable import Postgres

/// A skewed shop, and everything that its lists can be asked for.
enum ReadBoundData {
  /// How many orders there are, when somebody has asked for so many.
  static let wantedOrders = getenv("READ_BOUND_ORDERS").flatMap { Int(String(cString: $0)) }

  /// Half of the orders are of `customer-big`, three of `customer-few`. Nearly all are completed;
  /// those that failed are the first ones, those in progress the last. The first tenth of the
  /// storefront's orders is hidden.
  ///
  /// Two of three orders contain `product-hot`, three contain `product-rare`; the tags and the
  /// tracking numbers `hot` and `rare` are spread like these. All units of `product-removed` were
  /// removed by edits, and no order of `product-free` took any from stock.
  private static func rows(_ count: Int) -> [String] {
    let products = "'hot', 'rare', 'removed', 'free', 'never'"
    return [
      "ALTER TABLE orders DISABLE TRIGGER USER",
      "ALTER TABLE orders DROP CONSTRAINT orders_lines_hold",
      """
      INSERT INTO products (id, name, price)
      SELECT 'product-' || name, name, 1 FROM unnest(ARRAY[\(products)]) AS name
      """,
      """
      INSERT INTO customers (id, name)
      SELECT 'customer-' || n, 'Demo ' || n FROM generate_series(1, 1000) AS n
       UNION ALL
      SELECT 'customer-' || name, 'Demo ' || name FROM unnest(ARRAY['big', 'few', 'none']) AS name
      """,
      """
      INSERT INTO orders (id, channel, status, customer_id, items, total_quantity, total_amount,
                          version, created_at, updated_at, hidden_at)
      SELECT gen_random_uuid(), channel, status, customer, '[]', 1, 1, 2, moment, moment,
             CASE WHEN channel = 'storefront' AND n < \(count) / 10 THEN moment END
        FROM generate_series(1, \(count)) AS n,
             LATERAL (SELECT '2026-01-01Z'::timestamptz + n / 3 * interval '3 seconds' AS moment,
                             CASE WHEN n <= 300 THEN 'failed' WHEN n > \(count) - 20
                                  THEN 'in_progress' WHEN n % 1000 = 0 THEN 'new'
                                  ELSE 'completed' END AS status,
                             CASE WHEN n % 20 = 0 THEN 'storefront' WHEN n % 5000 = 1 THEN 'shop'
                                  WHEN n <= 10 THEN 'store' ELSE 'api' END AS channel,
                             CASE WHEN n IN (2, \(count) / 2, \(count) - 2) THEN 'customer-few'
                                  WHEN n % 2 = 0 THEN 'customer-big'
                                  ELSE 'customer-' || 1 + n % 1000 END AS customer) AS derived
      """,
      """
      INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
      SELECT 'product-hot', created_at, number, 1, 1 FROM orders WHERE number % 3 > 0
       UNION ALL
      SELECT 'product-removed', created_at, number, 0, 1 FROM orders WHERE number % 4 = 0
       UNION ALL
      SELECT 'product-free', created_at, number, 1, 0 FROM orders WHERE number % 4 = 1
       UNION ALL
      SELECT 'product-rare', created_at, number, 1, 1
        FROM orders WHERE number IN (2, 4, \(count) / 2)
      """,
      "SET waybill.internal_write = 'on'",
      """
      INSERT INTO order_tagged (tag, created_at, order_number)
      SELECT 'hot', created_at, number FROM orders WHERE number % 3 > 0
       UNION ALL
      SELECT 'rare', created_at, number FROM orders WHERE number IN (2, 4, \(count) / 2)
      """,
      """
      INSERT INTO order_tracked (tracking_number, created_at, order_number)
      SELECT tag, created_at, order_number FROM order_tagged
      """,
      """
      INSERT INTO stock_adjustments (product_id, delta, cause, who, created_at)
      SELECT 'product-free', 1, 'adjusted', 'test', '2026-01-01Z'::timestamptz + n * interval '1 d'
        FROM generate_series(1, 3) AS n
      """,
      "ANALYZE",
    ]
  }

  /// A database with these rows; none of the tests changes them.
  static func database() async throws -> String { try await made.value }

  private static let made = Task {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      for statement in rows(wantedOrders ?? 60_000) {
        _ = try await session.rows(SQL(unsafeText: statement))
      }
    }
    return conninfo
  }

  static let rare = ProductID("product-rare")
  static let products = ["hot", "rare", "removed", "free", "never"].map {
    ProductID("product-\($0)")!
  }

  /// Every combination of filters, of callers who see all orders and of those who see one
  /// customer's.
  static let filters: [OrderFilter] = {
    let statuses: [Set<OrderStatus>] = [
      [], [.failed], [.cancelled], [.inProgress, .new],
    ]
    var filters = [OrderFilter()]
    func vary<Value>(_ values: [Value], _ set: (inout OrderFilter, Value) -> Void) {
      filters = filters.flatMap { filter in
        values.map { value in
          var varied = filter
          set(&varied, value)
          return varied
        }
      }
    }
    vary(OrderFilter.Sort.allCases) { $0.sort = $1 }
    vary(statuses) { $0.statuses = $1 }
    vary([nil, .api, .store, .fulfilment]) { $0.channel = $1 }
    vary([nil, "big", "few", "none"]) { filter, name in
      filter.customer = name.flatMap { CustomerID("customer-\($0)") }
    }
    vary([nil] + products) { $0.product = $1 }
    filters = filters.flatMap { filter in
      let tags = [nil, rare].contains(filter.product) ? [nil, "hot", "rare"] : [nil]
      return tags.map { tag in
        var varied = filter
        varied.tag = tag.flatMap(OrderTag.init)
        return varied
      }
    }
    filters = filters.flatMap { filter in
      let numbers = filter.product == nil && filter.tag == nil ? [nil, "hot", "rare"] : [nil]
      return numbers.map { number in
        var varied = filter
        varied.trackingNumber = number.flatMap(TrackingNumber.init)
        return varied
      }
    }
    vary([false, true]) { filter, isBetweenTimes in
      guard isBetweenTimes else { return }
      let (beginning, hour): (Int64, Int64) = (1_767_225_600_000_000, 3_600_000_000)
      filter.createdAfter = Timestamp(microseconds: beginning + hour)
      filter.createdBefore = Timestamp(microseconds: beginning + 2 * hour)
    }
    return filters
  }()
}

extension OrderFilter {
  /// What the filter lets through, written so plainly that nobody can be wrong about it.
  var plainCondition: SQL {
    let words = statuses.map(\.rawValue)
    let beginning = (createdAfter ?? Orders.Timestamp.era.lowerBound).raw
    let end = (createdBefore ?? Orders.Timestamp.era.upperBound).raw
    return """
      o.hidden_at IS NULL AND o.created_at > \(beginning) AND o.created_at < \(end)
        AND (cardinality(\(words)) = 0 OR o.status = ANY(\(words)))
        AND o.channel = coalesce(\(channel?.rawValue), o.channel)
        AND o.customer_id = coalesce(\(customer?.value), o.customer_id)
        AND (\(product?.value) IS NULL
             OR EXISTS (SELECT FROM order_products
                         WHERE product_id = \(product?.value) AND order_number = o.number
                           AND quantity > 0))
        AND (\(tag?.value) IS NULL
             OR EXISTS (SELECT FROM order_tagged
                         WHERE tag = \(tag?.value) AND created_at = o.created_at
                           AND order_number = o.number))
        AND (\(trackingNumber?.value) IS NULL
             OR EXISTS (SELECT FROM order_tracked
                         WHERE tracking_number = \(trackingNumber?.value)
                           AND created_at = o.created_at AND order_number = o.number))
      """
  }
}
