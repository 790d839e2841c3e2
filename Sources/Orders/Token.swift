/// The word for what a token lets its bearer be, in the database and in commands.
package enum RoleName: String, CaseIterable, Sendable {
  /// Everything.
  case admin
  /// Who takes in orders and keeps the catalogue.
  case retailer
  /// Who fulfils orders.
  case warehouse
  /// Who orders.
  case customer
}

/// What a token lets its bearer be.
package enum Role: Hashable, Sendable {
  /// Everything.
  case admin
  /// Who takes in orders and keeps the catalogue.
  case retailer
  /// Who fulfils orders.
  case warehouse
  /// Who orders: this customer and no other.
  case customer(CustomerID)

  /// The word for it.
  package var name: RoleName {
    switch self {
    case .admin: .admin
    case .retailer: .retailer
    case .warehouse: .warehouse
    case .customer: .customer
    }
  }

  /// Whose token it is, when it is a customer's.
  package var customer: CustomerID? { if case .customer(let id) = self { id } else { nil } }

  /// The role of that word, or nil when there is none, or a customer where none belongs.
  package init?(_ word: String, customer: CustomerID?) {
    switch (RoleName(rawValue: word), customer) {
    case (.admin, nil): self = .admin
    case (.retailer, nil): self = .retailer
    case (.warehouse, nil): self = .warehouse
    case (.customer, let id?): self = .customer(id)
    default: return nil
    }
  }
}

/// Who asks, as far as a token tells.
package struct Caller: Hashable, Sendable {
  /// The token's number.
  package let token: Int
  /// What the token lets its bearer be.
  package let role: Role
  /// Whom the history puts a change down to: `warehouse "tablet 3" (token 5)`. Made once for each
  /// look-up of a token, and not for each request.
  package let who: String

  /// How much of a token's name the history repeats.
  private static let nameMax = 60

  /// A bearer of the token of that number and name.
  package init(token: Int, role: Role, name: String) {
    self.token = token
    self.role = role
    let customer = role.customer.map { " " + $0.value.withoutControls } ?? ""
    who = "\(role.name.rawValue)\(customer) \(name.quoted(atMost: Self.nameMax)) (token \(token))"
  }
}

/// A token that is to be made.
package struct NewToken: Sendable {
  /// For how many days a token may be made.
  package static let allowedDays = 1...3_650
  /// For how many days the token that it takes the place of may hold on: until everybody who has
  /// that one uses this one.
  package static let allowedOverlap = 0...90

  /// What it lets its bearer be.
  package let role: Role
  /// What it is for.
  package let name: Name
  /// For how long it holds; nil for as long as nobody revokes it.
  package let days: Int?

  /// A token, or nil when the days are too few or too many.
  package init?(role: Role, name: Name, days: Int? = nil) {
    guard days.map(Self.allowedDays.contains) ?? true else { return nil }
    self.role = role
    self.name = name
    self.days = days
  }
}

/// What is known of a token: everything but its text.
package struct Token: Sendable {
  /// By which people name it.
  package let number: Int
  /// What it lets its bearer be.
  package let role: Role
  /// What it is for.
  package let name: String
  /// When it was made.
  package let createdAt: Timestamp
  /// When it ends by itself.
  package let expiresAt: Timestamp?
  /// When it was revoked.
  package let revokedAt: Timestamp?
  /// When it was last used, to the minute.
  package let lastUsedAt: Timestamp?

  /// A token as it is stored.
  package init(
    number: Int, role: Role, name: String, createdAt: Timestamp, expiresAt: Timestamp?,
    revokedAt: Timestamp?, lastUsedAt: Timestamp?
  ) {
    self.number = number
    self.role = role
    self.name = name
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
    self.lastUsedAt = lastUsedAt
  }
}
