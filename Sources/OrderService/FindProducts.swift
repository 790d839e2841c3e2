public import OrderStore
public import Orders

/// Looks into the catalogue.
public struct FindProducts {
  private let products: ProductRepository

  /// A look through this repository.
  public init(products: ProductRepository) { self.products = products }

  /// The product of that name; nil when there is none, or when the text names none.
  public func find(_ id: String) async throws(OrderError) -> Product? {
    guard let id = ProductID(id) else { return nil }
    return try await products.find(id)
  }

  /// One page of all products, in the order of their numbers.
  public func list(
    after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    try await products.list(after: position, size: size)
  }
}
