package import OrderStore
package import Orders

/// Looks into the catalogue.
package struct FindProducts {
  private let products: ProductRepository

  /// A look through this repository.
  package init(products: ProductRepository) { self.products = products }

  /// The product of that name; nil when there is none, or when the text names none.
  package func find(_ id: String) async throws(OrderError) -> Product? {
    guard let id = ProductID(id) else { return nil }
    return try await products.find(id)
  }

  /// One page of the products that a filter lets through, in the order of their numbers.
  package func list(
    _ filter: ProductFilter, after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    try await products.list(filter, after: position, size: size)
  }

  /// One page of what happened to a product's stock, newest first; nil when there is no such
  /// product.
  package func movements(
    of id: String, after position: StockMovement.Position?, size: PageSize
  ) async throws(OrderError) -> Page<StockMovement, StockMovement.Position>? {
    guard let id = ProductID(id) else { return nil }
    return try await products.movements(of: id, after: position, size: size)
  }
}
