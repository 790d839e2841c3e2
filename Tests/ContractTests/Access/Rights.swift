import Orders

@testable import OrderAPI

/// Who may use each route, as `TestedContract.rights` says; the routes have to say the same, and
/// the service has to obey it.
enum Rights {
  enum Holder: Equatable {
    case anyone
    /// These and admins.
    case roles(Set<RoleName>)
    /// Customers, each for their own data; no admin.
    case customers
  }

  /// Who may use a route, by `PATCH /shop/orders/{order_id}`; nil when nobody has written it down.
  static func holder(of route: String) -> Holder? {
    switch table[route] {
    case nil: nil
    case "anyone": .anyone
    case "own": .customers
    case let words?:
      .roles(Set(words.split(separator: " ").compactMap { RoleName(rawValue: "\($0)") }))
    }
  }

  static let table = TestedContract.all.reduce(into: [String: String]()) { table, tested in
    for (route, holder) in tested.rights {
      table[route.replacing(" ", with: " " + tested.base, maxReplacements: 1)] = holder
    }
  }
}
