package import HTTP
import Orders

/// One request, and the route that serves it.
package struct Call {
  package let request: Request
  /// The name of the request in answers and logs.
  package let id: RequestID
  let entry: RouteTree.Entry
  /// The caller that the token belongs to; nil where the route needs no token.
  private(set) var caller: Caller?
  private let values: [ArraySlice<UInt8>]
  /// Where the request comes from.
  let address: ClientAddress

  init(
    request: Request, id: RequestID, entry: RouteTree.Entry, values: [ArraySlice<UInt8>],
    address: ClientAddress
  ) {
    self.request = request
    self.id = id
    self.entry = entry
    self.values = values
    self.address = address
  }

  var route: Route { entry.route }
  var contract: Contract { entry.mount.contract }

  /// The value of `{name}` in the path, decoded.
  ///
  /// A segment with broken escapes or broken UTF-8 cannot be the name of anything.
  func value(_ name: String) throws(Failure) -> String {
    guard let index = route.path.names.firstIndex(of: name) else {
      preconditionFailure("\(route.path.text) has no {\(name)}")
    }
    guard let text = try? PercentCoding.decode(values[index]) else { throw .unknownRoute }
    return text
  }

  /// The same call with its caller, once the gate has let it through.
  func by(_ caller: Caller?) -> Call {
    var call = self
    call.caller = caller
    return call
  }

  /// Who the history says made a change.
  var actor: String { caller?.actor ?? contract.actorWithoutToken }

  /// The orders that the caller may know of: customers see their own only.
  var scope: OrderScope { OrderScope(channel: nil, owner: caller?.role.customer) }

  /// Whether the caller would be admitted again, some time after the request was.
  func isStillAdmitted(by services: Services) async -> Bool {
    await services.gate.stillAdmits(request, to: route.access)
  }

  /// The customer who calls, on a route for customers.
  func customer() throws(Failure) -> CustomerID {
    guard let customer = caller?.role.customer else { throw .forbidden }
    return customer
  }

  /// The address of something that was created below the path of this request.
  func location(of id: String) -> String {
    String(decoding: request.path, as: UTF8.self) + "/" + PercentCoding.encode(id)
  }
}
