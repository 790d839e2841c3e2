import EventLoop
import HTTP
import HTTPServer
import OrderAPI
import OrderService
import OrderStore
import Orders
import Postgres
import Telemetry

/// What all loops of the process share.
struct Shared: Sendable {
  let configuration: Configuration
  /// Whether a token is asked for.
  let auth: Gate.Mode
  /// What everything connects to but the requests.
  let target: ConnectionString
  /// What the requests connect to.
  let requestTarget: ConnectionString
  let log: Log
  let schemaVersion: Int
  /// Where the main port is: `127.0.0.1:8080`.
  var address: String
  let metrics: Metrics
  let visitors: Visitors
  /// Of tokens that have changed.
  let tokenNews: ChangeNews
  /// Where callbacks of the process service go; nil when there is none.
  let hints: OrderProcessHints?
  /// What there is to read about the routes.
  var documents = Documents()
  /// What is offered at each port.
  var routes = RouteTable()
}

/// One loop's share of the service: its connections, its services, its server. Lives on its loop.
final class Worker {
  /// The loop's connections, for what else is done on it.
  let database: Database
  private let server: Server
  private let accessLog: AccessLog
  /// Whether this instance still wants requests.
  private let draining: Draining

  /// Shared with the readiness check, which outlives nothing.
  private final class Draining {
    var hasBegun = false
  }

  init(_ shared: Shared, _ ports: Ports, on loop: EventLoop) {
    let log = shared.log
    let figures = shared.metrics.forLoop()
    let database = Database(
      shared.requestTarget, settings: .forRequests(shared.configuration),
      metrics: figures.database,
      on: loop)
    let draining = Draining()
    let accessLog = AccessLog(log, on: loop)
    server = Server(
      loop: loop, sites: Self.sites(shared, ports, database, draining),
      limits: Self.limits(shared.configuration), metrics: shared.metrics.server
    ) { finished in
      figures.requests.count(finished)
      accessLog.write(finished)
    }
    self.database = database
    self.draining = draining
    self.accessLog = accessLog
  }

  /// Who is told first that the service will stop.
  enum TurnedAway: Sendable {
    /// Whoever asks whether it is ready.
    case readiness
    /// Every client, with its next answer.
    case connections
  }

  /// Serves on, and tells that it will not for long.
  func turnAway(_ who: TurnedAway) {
    switch who {
    case .readiness: draining.hasBegun = true
    case .connections: server.closesConnections = true
    }
  }

  /// Finishes what was begun; answers whether nothing had to be cut off.
  func drain() async -> Bool {
    draining.hasBegun = true
    let report = await server.drain()
    await database.close()
    accessLog.flush()
    return report.connectionsCut == 0 && report.handlersLeft == 0
  }

  /// The main port, where everything is, and the ports that belong to one contract.
  private static func sites(
    _ shared: Shared, _ ports: Ports, _ database: Database, _ draining: Draining
  ) -> [Site] {
    let (log, loop) = (shared.log, database.loop)
    let gate = Gate(
      shared.auth, hosts: OwnHosts(shared.configuration.hosts),
      tokens: TokenRepository(database, news: shared.tokenNews),
      visitors: shared.visitors, now: { .nanoseconds(loop.now.nanoseconds) })
    let services = services(database, shared)
    let operations = operations(database, shared, draining)
    func site(_ name: String, _ listener: ListeningSocket, _ mounts: [Router.Mount]) -> Site {
      let router = Router(
        mounts, gate: gate, answers: services.answers, nextTurn: { await loop.pause(for: .zero) }
      ) { log.report($0, $1) }
      return self.site(name, listener, router)
    }
    return [site("main", ports.main, mounts(services, operations))]
      + Contract.all.compactMap { contract in
        ports.own[contract.name].map {
          site(contract.name, $0, [("/", contract.routeSet(services))])
        }
      }
  }

  /// Everything that is on the main port.
  private static func mounts(_ services: Services, _ operations: RouteSet) -> [Router.Mount] {
    [("/", WaybillContract(services).routeSet)]
      + Contract.all.map { ($0.basePath, $0.routeSet(services)) } + [("/", operations)]
  }

  /// What there is to read about everything on the main port.
  static func documents(_ shared: Shared) -> Documents {
    // The same document wherever the service is.
    var shared = shared
    shared.address = "127.0.0.1:8080"
    return Documents(of: described(shared).main, browser: DocumentFiles.browser())
  }

  /// What is offered at the main port and at each that a contract may have to itself.
  static func routes(_ shared: Shared) -> RouteTable {
    let (main, services) = described(shared)
    let own = Contract.all.map { contract in
      let mounts: [Router.Mount] = [("/", contract.routeSet(services))]
      return (name: contract.name, mounts: mounts)
    }
    return RouteTable([(name: "main", mounts: main)] + own)
  }

  /// The routes that workers dispatch, and what they work with; only the database is none.
  private static func described(_ shared: Shared) -> (main: [Router.Mount], services: Services) {
    var settings = PostgresSettings()
    settings.readConnections = 0
    settings.writeConnections = 0
    let database = Database(shared.target, settings: settings, on: EventLoop())
    let services = services(database, shared)
    return (mounts(services, operations(database, shared, Draining())), services)
  }

  private static func services(_ database: Database, _ shared: Shared) -> Services {
    let loop = database.loop
    let (log, shop) = (shared.log, shared.metrics.shop)
    let orders = OrderRepository(
      database, unknownCustomers: shared.configuration.unknownCustomers)
    return Services(
      orders: orders,
      placeOrder: PlaceOrder(
        orders: orders, now: { Timestamp(microseconds: loop.wallClock / 1_000) }),
      products: ProductRepository(database), customers: CustomerRepository(database),
      stockSubscriptions: StockSubscriptionRepository(database),
      report: ReportRepository(database),
      reportRefreshInterval: .seconds(shared.configuration.reportRefreshSeconds),
      databaseRetry: DatabaseRetry(
        now: { .nanoseconds(loop.now.nanoseconds) }, pause: { await loop.pause(for: $0) }),
      answers: IdempotentAnswers(
        answers: AnswerRepository(database), now: { .nanoseconds(loop.now.nanoseconds) }),
      address: shared.address,
      inventoryUnavailable: { id in
        shop.inventoryUnavailable.add()
        let reason = database.lastConnectFailure?.debugDescription ?? "no answer in time"
        log.write(
          .error, "the shop's inventory is unavailable", ["request_id": "\(id)", "reason": reason])
      },
      processHint: { [hints = shared.hints] in hints?.add($0) })
  }

  private static func operations(
    _ database: Database, _ shared: Shared, _ draining: Draining
  ) -> RouteSet {
    let schema = SchemaCheck(database, wantedVersion: shared.schemaVersion)
    return Operations(
      readiness: { await Readiness(database, schema, isDraining: draining.hasBegun).state },
      metrics: { shared.metrics.exposition(shared.visitors, shared.routes).text },
      metricsAccess: shared.configuration.metricsAccess, documents: shared.documents
    ).routeSet
  }

  private static func site(
    _ name: String, _ listener: ListeningSocket, _ router: Router
  ) -> Site {
    Site(
      name: name, listener: listener,
      answer: { request, exchange in
        let (route, reply) = router.reply(
          to: request, id: exchange.id, from: ClientAddress(exchange.peer))
        switch reply {
        case .now(let response): return .now(response, route: route)
        case .later(let response): return .later(route: route, response)
        }
      },
      errorResponse: { error, request, id in
        router.refuse(Failure(error), request, id: id)
      })
  }

  /// With many connections more than the standing limit: four requests for each.
  private static func limits(_ configuration: Configuration) -> ServerLimits {
    var limits = ServerLimits()
    limits.requestsInFlightMax = max(
      limits.requestsInFlightMax, 4 * configuration.connectionsPerLoop * configuration.loops)
    return limits
  }
}

extension PostgresSettings {
  /// Those of one loop's requests.
  static func forRequests(_ configuration: Configuration) -> PostgresSettings {
    var settings = PostgresSettings()
    settings.readConnections = configuration.connectionsPerLoop >= 4 ? 2 : 1
    settings.writeConnections = configuration.connectionsPerLoop - settings.readConnections
    settings.preparesStatements = configuration.preparesStatements
    return settings
  }
}

extension ClientAddress {
  fileprivate init(_ peer: SocketAddress) {
    switch peer {
    case .v4(let address, _): self.init(v4: UInt32(bigEndian: address))
    case .v6(let high, let low, _, _):
      self.init(v6: UInt64(bigEndian: high), UInt64(bigEndian: low))
    }
  }
}

extension Failure {
  /// Why the server did not pass a request to its route.
  fileprivate init(_ error: HTTPServerError) {
    self =
      switch error {
      case .rejected(let rejection): .badMessage(rejection)
      case .headTimeout, .bodyTimeout: .tooSlow
      case .handlerTimeout: .order(.outcomeUnknown)
      case .tooManyConnections, .tooManyRequests: .overloaded
      }
  }
}
