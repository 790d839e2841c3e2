package import OrderStore
package import Orders

/// Keeps the catalogue and its stock as they should be.
package struct KeepProducts {
  private let products: ProductRepository

  /// A keeper of this repository.
  package init(products: ProductRepository) { self.products = products }

  /// Brings a product into the catalogue.
  package func create(_ new: NewProduct, by who: String) async throws(OrderError) -> Product {
    try await products.create(new, by: who)
  }

  /// Changes what is said of a product, if it is still of the version expected; nil when there is
  /// none of that name.
  package func change(
    _ id: String, to change: ProductChange, expecting version: Int?
  ) async throws(OrderError) -> Product? {
    guard let id = ProductID(id) else { return nil }
    return try await products.change(id, to: change, expecting: version)
  }

  /// Takes a product out of the catalogue, its history stays; nil when there is none of that name.
  package func retire(_ id: String, expecting version: Int?) async throws(OrderError) -> Product? {
    guard let id = ProductID(id) else { return nil }
    return try await products.retire(id, expecting: version)
  }

  /// Changes a product's stock by hand; nil when there is none of that name.
  package func adjust(
    _ id: String, by adjustment: StockAdjustment, expecting version: Int?, by who: String
  ) async throws(OrderError) -> Product? {
    guard let id = ProductID(id) else { return nil }
    return try await products.adjust(id, by: adjustment, expecting: version, by: who)
  }
}
