/// A product of which there is less than an order asks for.
public struct Shortfall: Equatable, Sendable {
  /// The product.
  public let product: ProductID
  /// Units the order asks for, on all its lines.
  public let requested: Int
  /// Units it could have.
  public let available: Int

  /// A product and both numbers.
  public init(product: ProductID, requested: Int, available: Int) {
    self.product = product
    self.requested = requested
    self.available = available
  }
}
