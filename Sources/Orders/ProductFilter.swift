/// Which products a list shows.
package struct ProductFilter: Equatable, Sendable {
  /// How many characters may be searched for.
  package static let allowedTextLength = 1...100

  /// What must stand in the name, the id or the description, letter case aside; nil for anything.
  package let text: String?
  /// Whether there must be some in stock, or none; nil for either.
  package let inStock: Bool?
  /// Whether to show the retired ones instead of the others.
  package let retired: Bool

  /// A filter; without anything it shows the whole catalogue but what is retired.
  package init(text: String? = nil, inStock: Bool? = nil, retired: Bool = false) {
    self.text = text
    self.inStock = inStock
    self.retired = retired
  }
}
