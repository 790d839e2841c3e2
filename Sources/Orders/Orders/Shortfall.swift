/// A product of which there is less in stock than an order asks for.
package struct Shortfall: Equatable, Sendable {
  package let product: ProductID
  /// Units the order asks for, on all its lines.
  package let requested: Int
  /// Units that are in stock.
  package let available: Int

  /// A product and both numbers.
  package init(product: ProductID, requested: Int, available: Int) {
    self.product = product
    self.requested = requested
    self.available = available
  }
}
