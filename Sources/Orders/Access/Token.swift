/// The word for the role of a token, in the database and in commands.
package enum RoleName: String, CaseIterable, Sendable {
  /// Everything.
  case admin
  /// Takes orders and maintains the catalogue.
  case retailer
  /// Fulfils orders.
  case warehouse
  /// Orders for one customer.
  case customer
}

/// The role of the bearer of a token.
package enum Role: Hashable, Sendable {
  /// Everything.
  case admin
  /// Takes orders and maintains the catalogue.
  case retailer
  /// Fulfils orders.
  case warehouse
  /// Orders for this customer and no other.
  case customer(CustomerID)

  /// The role's name, without the customer.
  package var name: RoleName {
    switch self {
    case .admin: .admin
    case .retailer: .retailer
    case .warehouse: .warehouse
    case .customer: .customer
    }
  }

  /// The customer whose role this is; nil for the other roles.
  package var customer: CustomerID? { if case .customer(let id) = self { id } else { nil } }

  /// The role of this name; nil when no role has it, or when a customer is missing or not allowed.
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

/// The caller, as far as a token identifies them.
package struct Caller: Hashable, Sendable {
  /// The token's number.
  package let token: Int
  /// The number of the first token of its line of rotations: the same before and after a rotation.
  package let firstToken: Int
  /// The role of the bearer.
  package let role: Role
  /// The name of the caller in histories: `warehouse "tablet 3" (token 5)`. It is made once for
  /// each look-up of a token, and not for each request.
  package let actor: String

  /// How many characters of the token's name `actor` contains at most.
  private static let nameMax = 60

  /// The bearer of the token with this number and name. Without `firstToken`, the token itself is
  /// the first of its line of rotations.
  package init(token: Int, firstToken: Int? = nil, role: Role, name: String) {
    self.token = token
    self.firstToken = firstToken ?? token
    self.role = role
    let customer = role.customer.map { " " + $0.value.withoutControls } ?? ""
    actor = "\(role.name.rawValue)\(customer) \(name.quoted(atMost: Self.nameMax)) (token \(token))"
  }
}

/// A token that is to be made.
package struct NewToken: Sendable {
  /// For how many days a token may be valid.
  package static let allowedDays = 1...3_650
  /// For how many more days a replaced token may be valid, so that its users have time to change to
  /// the new one.
  package static let allowedOverlap = 0...90

  /// The role of its bearer.
  package let role: Role
  /// The name, which says what it is for.
  package let name: Name
  /// For how many days it is valid; nil if it is valid until it is revoked.
  package let days: Int?

  /// A token, or nil when the number of days is not allowed.
  package init?(role: Role, name: Name, days: Int? = nil) {
    guard days.map(Self.allowedDays.contains) ?? true else { return nil }
    self.role = role
    self.name = name
    self.days = days
  }
}

/// A token as stored: everything but its text.
package struct Token: Sendable {
  /// The sequential number, by which people name it.
  package let number: Int
  /// The role of its bearer.
  package let role: Role
  /// The name, which says what it is for.
  package let name: String
  /// When it was made.
  package let createdAt: Timestamp
  /// When it expires; nil if it never does.
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
