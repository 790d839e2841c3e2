/// Somebody's wish to hear once that a product is back in stock.
public struct StockSubscription: Equatable, Sendable {
  /// The sequential number.
  public let number: Int
  /// What is waited for.
  public let product: ProductID
  /// When it was asked for.
  public let createdAt: Timestamp

  /// A wish as it is stored.
  public init(number: Int, product: ProductID, createdAt: Timestamp) {
    self.number = number
    self.product = product
    self.createdAt = createdAt
  }
}
