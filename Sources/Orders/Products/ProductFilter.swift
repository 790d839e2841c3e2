/// Which products a list contains.
package struct ProductFilter: Equatable, Sendable {
  /// How many characters the text to search for may have.
  package static let allowedTextLength = 1...100

  /// The text that the name, the id or the description must contain, in upper or lower case.
  package let text: String?
  /// Whether there must be units in stock, or none; nil for either.
  package let inStock: Bool?
  /// Whether it must have no more units than its reorder level, or more; nil for either.
  package let isLow: Bool?
  /// Whether to list retired products instead of the others.
  package let retired: Bool

  /// A filter; without arguments it lets everything through but retired products.
  package init(
    text: String? = nil, inStock: Bool? = nil, isLow: Bool? = nil, retired: Bool = false
  ) {
    self.isLow = isLow
    self.text = text
    self.inStock = inStock
    self.retired = retired
  }
}
