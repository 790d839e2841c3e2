import Console
import EventLoop
import HTTP
import HTTPServer
import Jobs
import OrderAPI
import OrderService
import OrderStore
import Orders
import Postgres
import Telemetry

/// What all loops of the process share.
struct Shared: Sendable {
  let configuration: Configuration
  /// Which routes need a token.
  let auth: Gate.Mode
  /// The database as everything but requests connects to it.
  let target: ConnectionString
  /// The database as requests connect to it.
  let requestTarget: ConnectionString
  /// The standbys that requests read from, if there are any.
  let replicas: Replicas?
  let log: Log
  let schemaVersion: Int
  /// The address of the main port: `127.0.0.1:8080`.
  let address: String
  let console: Console
  let jobs: Jobs
  let metrics: Metrics
  let access: AccessState
  /// Signals that tokens have changed.
  let tokenChanges: ChangeSignal
  /// Signals that events were written, and that the feed has new events.
  let feed: FeedSignal
  /// The requests of the last hour.
  let history: RequestHistory
  /// Takes the order process service's callbacks; nil when there is no such service.
  let hints: OrderProcessHints?
  /// What the main port offers.
  let mainPort: [Mount]
  /// The pages about the main port.
  let documents: Documents
  /// The routes of all ports, for metrics.
  let routes: RouteTable

  init(
    configuration: Configuration, auth: Gate.Mode, target: ConnectionString,
    requestTarget: ConnectionString, replicas: Replicas?, log: Log, schemaVersion: Int,
    address: String, console: Console
  ) {
    self.configuration = configuration
    self.auth = auth
    self.target = target
    self.requestTarget = requestTarget
    self.replicas = replicas
    self.log = log
    self.schemaVersion = schemaVersion
    self.address = address
    self.console = console
    access = AccessState(limit: configuration.rateLimit)
    tokenChanges = ChangeSignal()
    hints = configuration.orderProcess.map { _ in OrderProcessHints() }
    feed = FeedSignal()
    let history = RequestHistory()
    self.history = history
    jobs = Jobs(
      configuration, address: address, tokenChanges: tokenChanges, feed: feed, history: history,
      hints: hints)
    let metrics = Metrics(jobs, replicas: replicas?.figures)
    self.metrics = metrics
    mainPort = Mount.mainPort(metricsAccess: configuration.metricsAccess)
    documents = Documents(
      of: mainPort, browser: DocumentFiles.browser(), currency: configuration.currency)
    let routes = RouteTable(mainPort: mainPort)
    self.routes = routes
    history.observe { metrics.requests(where: routes.isCall) }
  }
}

/// One loop's share of the service: its connections, its services, its server. Lives on its loop.
final class Worker {
  /// The loop's connections, for other work on it.
  let database: Database
  private let server: Server
  private let accessLog: AccessLog
  private let drainState: DrainState

  /// Whether the service has begun to stop, which `/readyz` tells.
  private final class DrainState {
    var hasBegun = false
  }

  init(_ shared: Shared, _ ports: Ports, on loop: EventLoop) {
    let log = shared.log
    let figures = shared.metrics.forLoop()
    let database = Database(
      shared.requestTarget, settings: .forRequests(shared.configuration),
      metrics: figures.database, replicas: shared.replicas, on: loop)
    let drainState = DrainState()
    let accessLog = AccessLog(log, on: loop)
    server = Server(
      loop: loop, sites: Self.sites(shared, ports, database, drainState),
      limits: Self.limits(shared.configuration),
      messageLimits: .of(shared.mainPort), metrics: shared.metrics.server
    ) { finished in
      figures.requests.count(finished)
      accessLog.write(finished)
    }
    self.database = database
    self.drainState = drainState
    self.accessLog = accessLog
  }

  /// From now on `/readyz` says that the service is draining; requests are still served.
  func reportDraining() { drainState.hasBegun = true }

  /// From now on each connection ends with its next answer; requests are still served.
  func closeConnectionsAfterAnswers() { server.closesConnections = true }

  /// Finishes the requests that have begun; returns whether none had to be cut off.
  func drain() async -> Bool {
    drainState.hasBegun = true
    let report = await server.drain()
    await database.close()
    accessLog.flush()
    return report.connectionsCut == 0 && report.handlersLeft == 0
  }

  /// The main port, and the ports that belong to one contract.
  private static func sites(
    _ shared: Shared, _ ports: Ports, _ database: Database, _ drainState: DrainState
  ) -> [Site] {
    let (log, loop) = (shared.log, database.loop)
    let gate = Gate(
      shared.auth, hosts: OwnHosts(shared.configuration.hosts),
      tokens: TokenRepository(database, changes: shared.tokenChanges),
      sessions: SessionRepository(database, changes: shared.tokenChanges),
      state: shared.access, now: { .nanoseconds(loop.now.nanoseconds) })
    let services = services(database, shared, gate, drainState)
    func site(_ name: String, _ listener: ListeningSocket, _ mounts: [Mount]) -> Site {
      let router = Router(
        mounts, services: services, gate: gate, nextTurn: { await loop.pause(for: .zero) }
      ) { log.report($0, $1) }
      return self.site(name, listener, router, name == "main" ? shared.console : nil)
    }
    return [site("main", ports.main, shared.mainPort)]
      + Contract.additional.compactMap { contract in
        ports.own[contract.name].map { site(contract.name, $0, Mount.ownPort(of: contract)) }
      }
  }

  private static func services(
    _ database: Database, _ shared: Shared, _ gate: Gate, _ drainState: DrainState
  ) -> Services {
    let loop = database.loop
    let (log, shop) = (shared.log, shared.metrics.shop)
    return Services(
      Repositories(database, unknownCustomers: shared.configuration.unknownCustomers),
      gate: gate, feedSignal: shared.feed, feedPlaces: shared.metrics.feedPlaces,
      exportPlaces: shared.metrics.exportPlaces,
      reportRefreshInterval: .seconds(shared.configuration.reportRefreshSeconds),
      currency: shared.configuration.currency,
      databaseRetry: DatabaseRetry(
        now: { .nanoseconds(loop.now.nanoseconds) }, pause: { await loop.pause(for: $0) }),
      operations: operations(database, shared, drainState), address: shared.address,
      inventoryUnavailable: { id in
        shop.inventoryUnavailable.add()
        let reason = database.lastConnectFailure?.debugDescription ?? "no answer in time"
        log.write(
          .error, "the shop's inventory is unavailable", ["request_id": "\(id)", "reason": reason])
      },
      processHint: { [hints = shared.hints] in hints?.add($0) }, on: loop)
  }

  private static func operations(
    _ database: Database, _ shared: Shared, _ drainState: DrainState
  ) -> Operations {
    let schema = SchemaCheck(database, wantedVersion: shared.schemaVersion)
    let startedAt = Orders.Timestamp(microseconds: database.loop.wallClock / 1_000)
    func readiness() async -> ReadinessReport {
      await Readiness(database, schema, isDraining: drainState.hasBegun).report
    }
    return Operations(
      readiness: readiness,
      metrics: { shared.metrics.exposition(shared.access, shared.routes).text },
      documents: shared.documents, version: BuildFacts.version,
      system: {
        await SystemReport(
          shared, database, readiness: await readiness(), startedAt: startedAt)
      })
  }

  private static func site(
    _ name: String, _ listener: ListeningSocket, _ router: Router, _ console: Console?
  ) -> Site {
    Site(
      name: name, listener: listener,
      answer: { request, exchange in
        switch console?.take(request) {
        case nil:
          router.reply(to: request, id: exchange.id, from: ClientAddress(exchange.peer))
        case .answer(let response, let route): .now(response, route: route.rawValue)
        case .nothing: .now(router.refuse(.unknownRoute, request, id: exchange.id))
        case .otherMethod(let allowed):
          .now(router.refuse(.methodNotAllowed(allowed: allowed), request, id: exchange.id))
        }
      },
      errorResponse: { error, request, id in
        router.refuse(Failure(error), request, id: id)
      })
  }

  private static func limits(_ configuration: Configuration) -> ServerLimits {
    var limits = ServerLimits()
    limits.requestsInFlightMax = configuration.requestsAtOnce
    limits.turnDeadline = configuration.turnDeadline
    return limits
  }
}

extension MessageLimits {
  /// The limits where some routes take large bodies.
  fileprivate static func of(_ mounts: [Mount]) -> MessageLimits {
    var limits = MessageLimits.standard
    limits.takesLargeBody = mounts.largeBodies
    return limits
  }
}

extension PostgresSettings {
  /// The settings for the requests of one loop.
  static func forRequests(_ configuration: Configuration) -> PostgresSettings {
    var settings = PostgresSettings()
    settings.readConnections = configuration.connectionsPerLoop >= 4 ? 2 : 1
    settings.writeConnections = configuration.connectionsPerLoop - settings.readConnections
    settings.preparesStatements = configuration.preparesStatements
    return settings
  }
}

extension Failure {
  /// Why the server did not pass a request to its route.
  fileprivate init(_ error: HTTPServerError) {
    self =
      switch error {
      case .rejected(let rejection): .badMessage(rejection)
      case .headTimeout, .bodyTimeout: .tooSlow
      case .handlerTimeout: .order(.outcomeUnknown(detail: "the handler took too long"))
      case .tooManyConnections, .tooManyWaiting, .waitedTooLong: .overloaded
      }
  }
}
