import Console
import HTTP
import OrderAPI
import Telemetry

/// The routes of all ports, from which metrics take the labels of requests.
///
/// A monitor keeps every combination of labels that it has seen. So that there are few, requests
/// are counted by route and class of status, and their time is measured by contract alone.
struct RouteTable: Sendable {
  /// The labels under which requests are counted.
  struct Labels: Hashable, Comparable {
    let site: String
    let route: String
    let method: String
    /// `2xx`.
    let status: String

    static func < (left: Labels, right: Labels) -> Bool {
      (left.site, left.route, left.method, left.status)
        < (right.site, right.route, right.method, right.status)
    }
  }

  private struct Path: Hashable {
    let site: String
    let route: String
  }

  private struct Entry {
    let contract: String
    var methods: Set<String> = []
  }

  private var entries: [Path: Entry] = [:]

  /// The routes of the main port, and of a port for each contract that may have one.
  init(mainPort: [Mount]) {
    add("main", mainPort)
    for route in Console.Route.allCases {
      let path = Path(site: "main", route: route.rawValue)
      entries[path, default: Entry(contract: "console")].methods.insert("GET")
    }
    for contract in Contract.additional { add(contract.name, Mount.ownPort(of: contract)) }
  }

  private mutating func add(_ site: String, _ mounts: [Mount]) {
    for mount in mounts {
      for route in mount.contract.routes {
        let path = Path(site: site, route: mount.template(of: route))
        entries[path, default: Entry(contract: mount.contract.name)].methods
          .insert(route.method.name)
      }
    }
  }

  /// The methods of each path.
  var methodsByPath: [(site: String, route: String, methods: Set<String>)] {
    entries.map { ($0.key.site, $0.key.route, $0.value.methods) }
  }

  /// The labels of a request. A method that the route does not have is `other`, and HEAD counts as
  /// GET, so that clients cannot make more labels.
  func labels(of key: RequestFigures.Key) -> Labels {
    let methods = entries[Path(site: key.site, route: key.route)]?.methods ?? []
    let method = key.method == "HEAD" ? "GET" : key.method
    return Labels(
      site: key.site, route: key.route, method: methods.contains(method) ? method : "other",
      status: "\(key.status / 100)xx")
  }

  /// Whether a request is one of clients' calls: no probe, no page, and no mistaken address.
  func isCall(_ key: RequestFigures.Key) -> Bool {
    !["none", "operations", "console"].contains(contract(of: key))
  }

  /// The contract of a request; `none` where there is no such route.
  func contract(of key: RequestFigures.Key) -> String {
    entries[Path(site: key.site, route: key.route)]?.contract ?? "none"
  }
}
