/// Somebody's wish to hear once that a product is back in stock.
package struct StockSubscription: Equatable, Sendable {
  /// The sequential number.
  package let number: Int
  /// What is waited for.
  package let product: ProductID
  /// When it was asked for.
  package let createdAt: Timestamp

  /// A wish as it is stored.
  package init(number: Int, product: ProductID, createdAt: Timestamp) {
    self.number = number
    self.product = product
    self.createdAt = createdAt
  }
}
