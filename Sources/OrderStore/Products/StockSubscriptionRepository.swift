package import Orders
package import Postgres

/// Subscriptions to products that are sold out; a trigger of the database makes them due.
package final class StockSubscriptionRepository {
  private let database: Database

  /// The subscriptions, over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// Lets a customer wait for a product; for one who waits already, nothing changes. Nil when there
  /// is no such product or customer.
  ///
  /// The product is locked, so that no change of its stock is missed: one that is committed later
  /// finds the subscription.
  package func add(
    _ customer: CustomerID, for product: ProductID
  ) async throws(OrderError) -> StockSubscription? {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.write(
        """
        INSERT INTO stock_subscriptions AS s (customer_id, product_id)
        SELECT customers.id, products.id
          FROM customers, products
         WHERE customers.id = \(customer.value) AND products.id = \(product.value)
           AND products.retired_at IS NULL
           FOR SHARE OF products
            ON CONFLICT (product_id, customer_id) WHERE is_waiting DO UPDATE SET is_waiting = true
        RETURNING number, created_at
        """)
      return try rows.first.map { row throws(PostgresError) in
        StockSubscription(
          number: try row.int(0), product: product, createdAt: try row.moment(1))
      }
    }
  }
}
