/// A request for one message when a product is in stock again.
package struct StockSubscription: Equatable, Sendable {
  /// The sequential number.
  package let number: Int
  package let product: ProductID
  /// When it was requested.
  package let createdAt: Timestamp

  /// A subscription as it is stored.
  package init(number: Int, product: ProductID, createdAt: Timestamp) {
    self.number = number
    self.product = product
    self.createdAt = createdAt
  }
}
