/// A contract that clients speak already, beside the own API.
///
/// It is mounted below `/name` on the main port and, where it has one, at the root of a port of its
/// own. Nothing in its routes knows which: `Call` and `FailureContext` do.
package struct Contract: Sendable {
  /// What it is called: in its base path, its setting, metrics and logs.
  package let name: String
  /// Its routes and error envelope over the services of one event loop.
  package let routeSet: @Sendable (Services) -> RouteSet

  /// Where it is mounted on the main port.
  package var basePath: PathPattern { PathPattern("/\(name)") }

  /// All of them: a new one is a line here, its adapter and its test.
  package static let all: [Contract] = [
    Contract(name: "storefront") { StorefrontContract($0).routeSet },
    Contract(name: "fulfilment") { FulfilmentContract($0).routeSet },
    Contract(name: "shop") { ShopContract($0).routeSet },
    Contract(name: "store") { StoreContract($0).routeSet },
  ]
}
