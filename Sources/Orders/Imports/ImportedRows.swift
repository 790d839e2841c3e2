// The rows of files, each checked as far as that is possible without the database.

/// Which columns a row has; others keep their value when a row changes something.
package struct ImportColumns: OptionSet, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let productName = Self(rawValue: 1)
  package static let description = Self(rawValue: 2)
  package static let price = Self(rawValue: 4)
  package static let stock = Self(rawValue: 8)
  package static let reorderLevel = Self(rawValue: 16)
  package static let retiredAt = Self(rawValue: 32)

  package static let customerName = Self(rawValue: 1)
  package static let email = Self(rawValue: 2)
  package static let customerShipTo = Self(rawValue: 4)

  package static let status = Self(rawValue: 1)
  package static let carrier = Self(rawValue: 2)
  package static let trackingNumber = Self(rawValue: 4)
  package static let shipTo = Self(rawValue: 8)
  package static let note = Self(rawValue: 16)
  package static let tags = Self(rawValue: 32)
  package static let metadata = Self(rawValue: 64)
  package static let items = Self(rawValue: 128)
  package static let customer = Self(rawValue: 256)
}

/// What every row may have.
package struct ImportedIdentity: Sendable {
  /// The numbers that a file may give: far below those of events.
  package static let allowedNumbers = 1...100_000_000_000

  /// The sequential number, kept where nobody else has it.
  package let number: Int?
  package let version: Int
  package let createdAt: Timestamp
  package let updatedAt: Timestamp

  /// What a row says of itself.
  package init(number: Int?, version: Int, createdAt: Timestamp, updatedAt: Timestamp) {
    self.number = number
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A product in a file.
package struct ImportedProduct: Sendable {
  package let id: ProductID
  package let identity: ImportedIdentity
  package let given: ImportColumns
  package var name: String?
  package var description: String?
  package var price: Money?
  package var stock: Int?
  package var reorderLevel: Int?
  package var retiredAt: Timestamp?

  /// A product of which only that is known.
  package init(id: ProductID, identity: ImportedIdentity, given: ImportColumns) {
    self.id = id
    self.identity = identity
    self.given = given
  }
}

/// A customer in a file.
package struct ImportedCustomer: Sendable {
  package let id: CustomerID
  package let identity: ImportedIdentity
  package let given: ImportColumns
  package var name: String?
  package var email: String?
  /// The address, as JSON.
  package var shipTo: String?

  /// A customer of whom only that is known.
  package init(id: CustomerID, identity: ImportedIdentity, given: ImportColumns) {
    self.id = id
    self.identity = identity
    self.given = given
  }
}

/// An order in a file.
package struct ImportedOrder: Sendable {
  /// The id of the file, or one made from the time of the order.
  package let id: OrderID
  package let identity: ImportedIdentity
  package let given: ImportColumns
  package var channel = Channel.api
  package var status = OrderStatus.new
  package var customer: String?
  package var reference: String?
  package var carrier: String?
  package var trackingNumber: String?
  package var note: String?
  /// The address, the tags, and what clients keep with the order, as JSON.
  package var shipTo: String?
  package var tags: String?
  package var metadata: String?
  package var lines: [ImportedLine] = []
  package var returns: [ImportedReturn] = []
  /// The parcels that have gone out, as JSON.
  package var shipments: String?

  /// An order of which only that is known.
  package init(id: OrderID, identity: ImportedIdentity, given: ImportColumns) {
    self.id = id
    self.identity = identity
    self.given = given
  }

  /// Whether its units are still to be delivered from our stock.
  package var isOpen: Bool {
    channel.kind == .stocked && (status == .new || status == .inProgress)
  }

  package var totalQuantity: Int { lines.reduce(0) { $0 + $1.quantity.value } }

  /// The amount of all lines in cents, which 64 bits may not hold; nil when a price is the
  /// catalogue's.
  package var totalCents: Int128? {
    var total: Int128 = 0
    for line in lines {
      guard let price = line.price else { return nil }
      total += Int128(line.quantity.value) * Int128(price.cents)
    }
    return total
  }
}

/// A line of an order in a file.
package struct ImportedLine: Sendable {
  package let product: String?
  package let name: String?
  package let quantity: Quantity
  /// The price of one unit; nil for that of the catalogue.
  package let price: Money?

  /// A line.
  package init(product: String?, name: String?, quantity: Quantity, price: Money?) {
    self.product = product
    self.name = name
    self.quantity = quantity
    self.price = price
  }
}

/// Units of an order in a file that have come back.
package struct ImportedReturn: Sendable {
  /// The version of the order that the return made.
  package let version: Int
  package let product: String
  package let quantity: Quantity
  /// Their amount in cents, at the prices of the order.
  package let cents: Int64
  package let isRestocked: Bool
  /// How many of them had not gone out, and do not any more.
  package let neverShipped: Int
  package let reason: String?
  package let who: String
  package let createdAt: Timestamp

  /// A return.
  package init(
    version: Int, product: String, quantity: Quantity, cents: Int64, isRestocked: Bool,
    neverShipped: Int, reason: String?, who: String, createdAt: Timestamp
  ) {
    self.version = version
    self.product = product
    self.quantity = quantity
    self.cents = cents
    self.isRestocked = isRestocked
    self.neverShipped = neverShipped
    self.reason = reason
    self.who = who
    self.createdAt = createdAt
  }
}

/// A row of a file.
package enum ImportedRow: Sendable {
  case product(ImportedProduct)
  case customer(ImportedCustomer)
  case order(ImportedOrder)

  /// What no other row of its file may have.
  package var keys: [ImportKey] {
    switch self {
    case .product(let product): [ImportKey("id", product.id.value)]
    case .customer(let customer): [ImportKey("id", customer.id.value)]
    case .order(let order):
      [
        ImportKey("id", "\(order.id)"),
        order.reference.map { ImportKey("reference", "\(order.channel.rawValue) \($0)") },
      ].compactMap(\.self)
    }
  }

  /// The number that the file gives it.
  package var number: Int? {
    switch self {
    case .product(let product): product.identity.number
    case .customer(let customer): customer.identity.number
    case .order(let order): order.identity.number
    }
  }
}
