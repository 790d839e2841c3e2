/// The id of a product (its SKU), chosen by the client or made by the service.
package struct ProductID: Hashable, Sendable {
  /// How many characters an id may have.
  package static let allowedLength = 1...64

  /// The id as clients write it.
  package let value: String

  /// The id, or nil when the text is not 1 to 64 letters, digits, `.`, `_` and `-`.
  package init?(_ text: String) {
    guard Self.allowedLength.contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
      return nil
    }
    value = text
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// A product as stored.
package struct Product: Equatable, Sendable {
  /// How many units a stock may be set to; `adjust_stock()` uses the same bounds.
  package static let allowedStock = 0...1_000_000_000_000

  package let id: ProductID
  /// The sequential number, for people and for the pages of lists.
  package let number: Int
  package let name: String
  /// The description, if there is one.
  package let description: String?
  /// The current price of one unit; an order keeps the price at which it was placed.
  package let price: Money
  /// How many units can be ordered.
  package let stock: Int
  /// The product is low when it has this many units or fewer; nil when no level is set.
  package let reorderLevel: Int?
  /// When it was retired, so that it can no longer be ordered; nil while it can.
  package let retiredAt: Timestamp?
  /// Grows by one with every change.
  package let version: Int
  /// When it was added to the catalogue.
  package let createdAt: Timestamp
  /// When it last changed.
  package let updatedAt: Timestamp

  /// A product as it is stored.
  package init(
    id: ProductID, number: Int, name: String, description: String?, price: Money, stock: Int,
    reorderLevel: Int? = nil, retiredAt: Timestamp?, version: Int, createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.number = number
    self.name = name
    self.description = description
    self.price = price
    self.stock = stock
    self.reorderLevel = reorderLevel
    self.retiredAt = retiredAt
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// Whether one unit could be ordered now.
  package var isAvailable: Bool { retiredAt == nil && stock > 0 }
}
