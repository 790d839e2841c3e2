/// A product that is to come into the catalogue.
package struct NewProduct: Sendable {
  /// The client-visible name.
  package let id: ProductID
  /// What it is called.
  package let name: Name
  /// What it is.
  package let description: ProductDescription?
  /// What one unit costs.
  package let price: Money
  /// How many units there are to begin with.
  package let stock: Int

  /// A product; without an id one is made. Nil when price or stock are not what they may be.
  package init?(
    id: ProductID?, name: Name, description: ProductDescription?, price: Money, stock: Int
  ) {
    guard Money.allowed.contains(price), Product.allowedStock.contains(stock) else { return nil }
    self.id = id ?? ProductID("p-" + randomWord())!
    self.name = name
    self.description = description
    self.price = price
    self.stock = stock
  }
}

/// What a product is, in the words of whoever sells it.
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

/// What is to be another thing about a product; its stock is adjusted, not set.
package struct ProductChange: Sendable {
  /// The new name; nil keeps the old one.
  package let name: Name?
  /// What happens to the description.
  package let description: FieldChange<ProductDescription>
  /// The new price; nil keeps the old one.
  package let price: Money?

  /// A change, or nil when the price is none that is allowed.
  package init?(name: Name?, description: FieldChange<ProductDescription>, price: Money?) {
    guard price.map(Money.allowed.contains) ?? true else { return nil }
    self.name = name
    self.description = description
    self.price = price
  }
}
