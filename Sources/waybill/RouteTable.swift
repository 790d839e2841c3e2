import HTTP
import OrderAPI
import Telemetry

/// What is offered at each port, for figures that tell routes apart and are few.
///
/// A monitor keeps each combination of labels for as long as it keeps anything. So requests are
/// counted by route and class of status, and their time is told by contract alone.
struct RouteTable: Sendable {
  /// What counts requests apart.
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

  private struct Place: Hashable {
    let site: String
    let route: String
  }

  private struct Offer {
    let contract: String
    var methods: Set<String> = []
  }

  private var offers: [Place: Offer] = [:]

  /// The routes of some ports, each with the name of its site.
  init(_ sites: [(name: String, mounts: [Router.Mount])] = []) {
    for site in sites {
      for mount in site.mounts {
        for route in mount.set.routes {
          let place = Place(site: site.name, route: mount.path.base + route.path.text)
          offers[place, default: Offer(contract: "\(mount.set.name)")].methods
            .insert(route.method.name)
        }
      }
    }
  }

  /// All that is offered, for whoever counts it.
  var methodsByPlace: [(site: String, route: String, methods: Set<String>)] {
    offers.map { ($0.key.site, $0.key.route, $0.value.methods) }
  }

  /// The labels under which a request is counted. A method that the route does not have is `other`,
  /// and HEAD is the GET that it stands for, so that clients cannot make more of them.
  func labels(of key: RequestFigures.Key) -> Labels {
    let methods = offers[Place(site: key.site, route: key.route)]?.methods ?? []
    let method = key.method == "HEAD" ? "GET" : key.method
    return Labels(
      site: key.site, route: key.route, method: methods.contains(method) ? method : "other",
      status: "\(key.status / 100)xx")
  }

  /// The contract whose time a request has taken; `none` where there is no such route.
  func contract(of key: RequestFigures.Key) -> String {
    offers[Place(site: key.site, route: key.route)]?.contract ?? "none"
  }
}
