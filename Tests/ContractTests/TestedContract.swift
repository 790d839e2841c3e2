@testable import OrderAPI

/// What the tests of all routes have to know about one contract. A new contract has one of these in
/// its folder, and a line in `all`.
struct TestedContract: Sendable {
  static let all = [own, operations, storefront, fulfilment, shop, store]

  /// A request that changes something, and succeeds.
  struct Change: Sendable {
    let route: String
    let target: String
    let body: String

    /// - Parameters:
    ///   - route: `POST /orders`, below the contract's mount.
    ///   - target: Below the mount, too. `{order}` stands for the order that `order` places,
    ///     `{completed}` for another one that is completed, `{token}` and `{view}` for a token and
    ///     a saved view that nobody needs.
    init(_ route: String, _ target: String, _ body: String = "") {
      self.route = route
      self.target = target
      self.body = body
    }
  }

  let contract: Contract
  /// Who may use each route, by `POST /orders`: `anyone`, `own` for customers, or the roles that
  /// may beside admins. It is written by hand, so that a mistake in a route table is found.
  let rights: [String: String]
  /// The members of an error answer, sorted.
  let envelope: [String]
  /// One request for each route that changes something, in an order in which all succeed.
  var changes: [Change] = []
  /// The body that places the order of `changes` by `POST /orders`.
  var order: String?
  /// Whether unknown fields of a body are ignored; else they are refused.
  var ignoresUnknownFields = false
  /// Makes what a route with values in its path can be asked about; returns the values.
  var prepare: @Sendable (ContractClient, Shopper, Route) async throws -> [String] = { _, _, _ in []
  }
  /// What the first value of a path is in tests of access, by the path up to that value. The things
  /// belong to the customer `demo-a`, if there is anything.
  var guarded: @Sendable (ContractClient, Guarded) async throws -> [String: String] = { _, _ in [:]
  }

  /// Where the contract is on the main port.
  var base: String {
    Mount.mainPort().first { $0.contract.name == contract.name }?.path.base ?? ""
  }

  /// The contract of that name.
  static func named(_ name: String) -> TestedContract? { all.first { $0.contract.name == name } }
}
