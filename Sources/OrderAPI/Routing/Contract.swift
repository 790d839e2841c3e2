package import HTTP

/// What one group of clients speaks: its routes, and the form in which it explains failures.
package struct Contract: Sendable {
  /// Runs a handler, perhaps several times.
  package typealias Wrapper =
    @Sendable (Call, Services, () async throws -> Response) async throws -> Response

  /// Its name in paths, settings, metrics and logs. A contract that takes orders has the name of
  /// their channel.
  package let name: String
  /// The author of a change that needed no token, in the history.
  let actorWithoutToken: String
  /// The form of its error answers.
  let refusal: Schema
  /// Whether browsers may use it by the session of the console.
  let admitsSessions: Bool
  /// Its routes, grouped by the kind of thing they are about.
  let resources: [Resource]
  /// All its routes.
  package let routes: [Route]
  /// Whether its changes can be asked for as dry runs.
  let offersDryRuns: Bool
  /// Makes the error answer for every failure below its mount.
  package let explain: @Sendable (Failure, FailureContext) -> Response
  /// Runs every handler that waits; for a request with an idempotency key, the whole transaction.
  let wrapper: Wrapper?

  init(
    name: String, refusal: Schema, resources: [Resource], offersDryRuns: Bool = false,
    admitsSessions: Bool = false, wrapper: Wrapper? = nil,
    explain: @escaping @Sendable (Failure, FailureContext) -> Response
  ) {
    self.name = name
    actorWithoutToken = "\(name), no token"
    self.refusal = refusal
    self.resources = resources
    self.admitsSessions = admitsSessions
    routes = resources.flatMap(\.routes)
    self.offersDryRuns = offersDryRuns
    self.wrapper = wrapper
    self.explain = explain
  }

  /// Whether a request for the route may ask for a dry run. It may be refused.
  func heedsPrefer(_ route: Route) -> Bool { offersDryRuns && route.method != .get }

  /// The contracts beside the own API. A new contract is a line here, a folder in `Contracts`, and
  /// a row in the table of channels.
  package static let additional = [
    StorefrontContract.contract, FulfilmentContract.contract, ShopContract.contract,
    StoreContract.contract,
  ]

  /// Where an additional contract is mounted on the main port.
  package var basePath: PathPattern { PathPattern("/\(name)") }
}

/// One kind of thing that a contract offers, such as its orders, with the routes for it.
struct Resource: Sendable {
  /// Its name, unique among all contracts.
  let name: String
  /// What it is, in a sentence.
  let about: String
  let routes: [Route]

  init(_ name: String, _ about: String, _ routes: [Route]) {
    self.name = name
    self.about = about
    self.routes = routes
  }
}
