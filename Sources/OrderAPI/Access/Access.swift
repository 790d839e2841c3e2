package import Orders

/// Who may use a route. The router checks it before it calls the handler.
package enum Access: Hashable, Sendable {
  /// Anyone, with a token or without one.
  case anyone
  /// Tokens of these roles, and admins always. If customers are among the roles, the handler shows
  /// each of them only their own data.
  case roles(Set<RoleName>)
  /// Customers, for their own data. The token says who they are, so it is needed in open mode too.
  case customer

  /// Those who take orders and keep the catalogue.
  package static let retailer = Access.roles([.retailer])
  /// Those who fulfil orders.
  package static let warehouse = Access.roles([.warehouse])
  /// Retailers and warehouses.
  package static let staff = Access.roles([.retailer, .warehouse])
  /// Only admins.
  package static let admin = Access.roles([])
}

extension Access {
  /// Whether a token of this role may use the route. Admins may use all but those for customers.
  func allows(_ role: Role) -> Bool {
    switch self {
    case .anyone: true
    case .roles(let roles): role == .admin || roles.contains(role.name)
    case .customer: role.customer != nil
    }
  }
}
