/// Which products a list contains.
package struct ProductFilter: Equatable, Sendable {
  /// How many characters the text to search for may have.
  package static let allowedTextLength = 1...100

  /// The text that the name, the id or the description must contain, in upper or lower case.
  package let text: String?
  /// True for products in stock, false for products without stock, nil for both.
  package let inStock: Bool?
  /// True for products at or below their reorder level, false for all others, nil for both.
  package let isLow: Bool?
  /// True for retired products, false for all others, nil for both.
  package let retired: Bool?

  /// A filter; without arguments it lets everything through but retired products.
  package init(
    text: String? = nil, inStock: Bool? = nil, isLow: Bool? = nil, retired: Bool? = false
  ) {
    self.isLow = isLow
    self.text = text
    self.inStock = inStock
    self.retired = retired
  }
}
