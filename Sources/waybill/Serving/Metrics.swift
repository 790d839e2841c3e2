import HTTPServer
import Jobs
import OrderAPI
import OrderStore
import Postgres
import Synchronization
import Telemetry

/// Everything that the process counts, and what `/metrics` shows of it.
final class Metrics: Sendable {
  private static let build = FigureDescription(
    .gauge, "waybill_build_info", labels: ["version", "revision"], "Which program this is")

  /// What one loop counts by itself, so that no loop waits for another.
  struct LoopMetrics: Sendable {
    let requests = RequestFigures()
    let database = PostgresMetrics()
  }

  struct Shop: FigureGroup {
    let inventoryUnavailable = Counter(
      "shop_inventory_unavailable_total",
      "Requests of the shop that were refused because the database was away")
  }

  let server = ServerMetrics()
  let shop = Shop()
  let feedPlaces = StreamPlaces.ofFeed()
  let exportPlaces = StreamPlaces.ofExports()
  private let jobs: Jobs
  private let replicas: ReplicaFigures?
  private let loops = Mutex<[LoopMetrics]>([])

  init(_ jobs: Jobs, replicas: ReplicaFigures? = nil) {
    self.jobs = jobs
    self.replicas = replicas
  }

  /// Figures for one more loop to count in.
  func forLoop() -> LoopMetrics {
    let new = LoopMetrics()
    loops.withLock { $0.append(new) }
    return new
  }

  /// All requests that are wanted.
  func requests(where isWanted: (RequestFigures.Key) -> Bool) -> RequestFigures.Sum {
    RequestFigures.sum(loops.withLock { $0 }.map(\.requests), where: isWanted)
  }

  func exposition(_ access: AccessState, _ routes: RouteTable) -> Exposition {
    var exposition = Exposition()
    exposition.add(Self.build, labels: [BuildFacts.version, BuildFacts.revision], value: 1)
    let loops = loops.withLock { $0 }
    RequestFigures.report(
      loops.map(\.requests), to: &exposition,
      labels: { key in
        let labels = routes.labels(of: key)
        return [labels.site, labels.route, labels.method, labels.status]
      }, contract: { routes.contract(of: $0) })
    server.report(to: &exposition)
    for loop in loops { loop.database.report(to: &exposition) }
    replicas?.report(to: &exposition)
    jobs.report(to: &exposition)
    shop.report(to: &exposition)
    feedPlaces.report(to: &exposition)
    exportPlaces.report(to: &exposition)
    access.report(to: &exposition)
    return exposition
  }

  /// What `docs/metrics.md` lists.
  static var documentation: String {
    get throws {
      let configuration = try Configuration(Environment([:]))
      let metrics = Metrics(
        Jobs(
          configuration, address: "", tokenChanges: ChangeSignal(), feed: FeedSignal(),
          history: RequestHistory(), hints: nil), replicas: ReplicaFigures(names: ["standby"]))
      _ = metrics.forLoop()
      return """
        # Metrics

        What `/metrics` shows, in the text format of Prometheus. Each instance counts for itself,
        from its start on. This page is the output of `waybill metrics`.


        """ + metrics.exposition(AccessState(), RouteTable(mainPort: [])).table
    }
  }
}
