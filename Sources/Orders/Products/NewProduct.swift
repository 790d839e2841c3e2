/// A product that is to be added to the catalogue.
package struct NewProduct: Sendable {
  package let id: ProductID
  package let name: Name
  package let description: ProductDescription?
  /// The price of one unit.
  package let price: Money
  /// The first stock.
  package let stock: Int
  /// The product is low when it has this many units or fewer.
  package let reorderLevel: Int?

  /// A product; without an id, one is made. Nil when the price or a number is not allowed.
  package init?(
    id: ProductID?, name: Name, description: ProductDescription?, price: Money, stock: Int,
    reorderLevel: Int? = nil
  ) {
    guard Money.allowed.contains(price), Product.allowedStock.contains(stock),
      reorderLevel.map(Product.allowedStock.contains) ?? true
    else { return nil }
    self.id = id ?? ProductID("p-" + Base32.randomWord())!
    self.name = name
    self.description = description
    self.price = price
    self.stock = stock
    self.reorderLevel = reorderLevel
  }
}

/// The description of a product.
package struct ProductDescription: ExactText {
  /// How many characters a description may have.
  package static let allowedLength = 0...2_000

  /// The description as it was given.
  package let value: String

  /// The description, or nil when it has too many characters.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}

/// A change of a product. The stock is not part of it; adjustments change that.
package struct ProductChange: Sendable {
  /// The new name; nil keeps the old one.
  package let name: Name?
  /// The change of the description.
  package let description: FieldChange<ProductDescription>
  /// The new price; nil keeps the old one.
  package let price: Money?
  /// The change of the reorder level.
  package let reorderLevel: FieldChange<Int>

  /// A change, or nil when the price or the level is not allowed.
  package init?(
    name: Name?, description: FieldChange<ProductDescription>, price: Money?,
    reorderLevel: FieldChange<Int> = .keep
  ) {
    guard price.map(Money.allowed.contains) ?? true else { return nil }
    if case .set(let level) = reorderLevel, !Product.allowedStock.contains(level) { return nil }
    self.reorderLevel = reorderLevel
    self.name = name
    self.description = description
    self.price = price
  }
}
