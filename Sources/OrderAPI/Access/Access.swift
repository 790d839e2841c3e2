package import Orders

/// Who may use a route. The router asks before the handler is called, so no handler has to.
package enum Access: Hashable, Sendable {
  /// Anyone, with a token or without one.
  case anyone
  /// Bearers of a token of one of these roles, and an admin always. Where customers are among
  /// them the handler shows each what is his own, and nothing else.
  case roles(Set<RoleName>)
  /// A customer, for what is his own. As there is no own without knowing whose, a token is needed
  /// even where none is asked for otherwise.
  case customer

  /// Who takes in orders and keeps the catalogue.
  package static let retailer = Access.roles([.retailer])
  /// Who fulfils orders.
  package static let warehouse = Access.roles([.warehouse])
  /// Both of them.
  package static let staff = Access.roles([.retailer, .warehouse])
  /// An admin alone.
  package static let admin = Access.roles([])
}

extension Access {
  /// Whether a token of that role opens the route. An admin may do what everybody may; but what is
  /// a customer's own is no admin's.
  func allows(_ role: Role) -> Bool {
    switch self {
    case .anyone: true
    case .roles(let roles): role == .admin || roles.contains(role.name)
    case .customer: role.customer != nil
    }
  }
}
