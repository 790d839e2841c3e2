package import Orders
package import Postgres

/// The `stock_subscriptions` table; what makes a subscription due is the database's own affair.
package final class StockSubscriptionRepository {
  private let database: Database

  /// The table as seen through one loop's connections.
  package init(_ database: Database) { self.database = database }

  /// Lets a customer wait for a product, once however often asked; nil when the catalogue has no
  /// such product, or nobody knows the customer.
  ///
  /// The lock on the product lets no change of its stock pass by unseen: one that commits later
  /// finds the subscription.
  package func add(
    _ customer: CustomerID, for product: ProductID
  ) async throws(OrderError) -> StockSubscription? {
    do {
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
    } catch {
      throw OrderError(any: error)
    }
  }
}
