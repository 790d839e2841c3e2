package import HTTP

/// A contract at a path of a port.
package struct Mount: Sendable {
  package let path: PathPattern
  package let contract: Contract

  package init(_ path: PathPattern, _ contract: Contract) {
    self.path = path
    self.contract = contract
  }

  /// The main port: the own API at the root, the other contracts each below its base path, and the
  /// operations. Of contracts at one path, the first answers requests that fit no route.
  ///
  /// - Parameter metricsAccess: Who may read `/metrics`, which is a setting.
  package static func mainPort(metricsAccess: Access = .admin) -> [Mount] {
    [Mount("/", WaybillContract.contract)]
      + Contract.additional.map { Mount($0.basePath, $0) }
      + [Mount("/", Operations.contract(metricsAccess: metricsAccess))]
  }

  /// A port that belongs to one contract, which is at its root.
  package static func ownPort(of contract: Contract) -> [Mount] { [Mount("/", contract)] }

  /// A route's whole path, by which metrics and logs name it.
  package func template(of route: Route) -> String { path.base + route.path.text }
}

extension [Mount] {
  /// Whether a request is for a route that takes a large body.
  package var largeBodies: @Sendable (Request) -> Bool {
    let routes = flatMap { mount in
      mount.contract.routes.filter { $0.description.body?.isLarge ?? false }.map { route in
        (method: route.method, path: [UInt8](mount.template(of: route).utf8))
      }
    }
    return { request in
      routes.contains { $0.method == request.method && request.path.elementsEqual($0.path) }
    }
  }
}
