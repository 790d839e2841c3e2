import EventLoop
import HTTP
import OrderService
import OrderStore
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import OrderAPI

/// What came back from a contract.
struct ContractAnswer: Sendable {
  let status: Int
  let fields: [String: String]
  let body: String
  let type: String?
}

/// Asks the contracts as the server would, over a real database.
final class ContractClient {
  /// The database as the service's role sees it.
  let database: Database
  /// The same as the role that owns the schema, for what a test prepares.
  let owner: Database
  let services: Services
  let mounts: [Mount]
  let router: Router
  let outage = Outage()
  let hints = Hints()
  let feedSignal = FeedSignal()
  /// Where the next request comes from.
  var address = ClientAddress(v4: 0x7F00_0001)

  /// A client of the main port, or of the port that belongs to the contract of that name.
  init(
    _ database: Database, owner: Database? = nil, ownPortOf name: String? = nil,
    auth: Gate.Mode = .open, hosts: OwnHosts = OwnHosts(), state: AccessState = AccessState(),
    unknownCustomers: UnknownCustomers = .create, documents: Documents = Described.documents,
    currency: Currency? = nil
  ) {
    self.database = database
    self.owner = owner ?? database
    let loop = database.loop
    let gate = Gate(
      auth, hosts: hosts, tokens: TokenRepository(database),
      sessions: SessionRepository(database), state: state,
      now: { .nanoseconds(loop.now.nanoseconds) })
    services = Services(
      Repositories(database, unknownCustomers: unknownCustomers), gate: gate,
      feedSignal: feedSignal, feedPlaces: .ofFeed(), exportPlaces: .ofExports(),
      reportRefreshInterval: .seconds(120), currency: currency,
      databaseRetry: DatabaseRetry(
        now: { [outage] in outage.waited }, pause: { [outage] in outage.waited += $0 }),
      operations: Operations(
        readiness: { ReadinessReport(checks: [("database", nil)]) },
        metrics: { Array("requests 1\n".utf8) }, documents: documents, version: "0.0.0",
        system: { .sample }),
      address: "localhost:8080", inventoryUnavailable: { [outage] in outage.refused.append($0) },
      processHint: { [hints] in hints.all.append($0) }, on: loop)
    mounts =
      Contract.additional.first { $0.name == name }.map(Mount.ownPort) ?? Mount.mainPort()
    router = Router(mounts, services: services, gate: gate) { [outage] error, _ in
      guard !outage.isWanted else { return }
      Issue.record("reported: \(String(reflecting: error))")
    }
  }

  func get(_ target: String) async throws -> ContractAnswer {
    let request = try parse("GET \(target)")
    return await answer(to: request)
  }

  func answer(to request: Request) async -> ContractAnswer {
    let response: Response
    switch router.reply(to: request, id: .made(0, 7), from: address) {
    case .now(let answer, _): response = answer
    case .later(_, _, let answer), .follow(_, let answer): response = await answer()
    case .never: preconditionFailure("a route always answers")
    }
    return await Self.whole(response)
  }

  /// An answer with all its pieces; of a stream of events, which has no end, without a body.
  private static func whole(_ response: Response) async -> ContractAnswer {
    var body = response.body
    if let stream = response.stream, !(stream is EventStream) {
      while let piece = try? await stream.next() { body += piece }
    }
    return ContractAnswer(
      status: response.status.code,
      fields: Dictionary(
        response.fields.map { ("\($0.name)", $0.value) }, uniquingKeysWith: { $0 + ", " + $1 }),
      body: String(decoding: body, as: UTF8.self), type: response.contentType?.value)
  }

  func run(_ sql: SQL) async throws { _ = try await owner.write(sql) }
}

/// What is known of requests that met a database that was away: nobody really waits for it.
final class Outage {
  /// Whether the test brings it about, so that what is reported is no failure of the test.
  var isWanted = false
  var waited = Duration.zero
  var refused: [RequestID] = []
}

/// The hints that callbacks have given.
final class Hints {
  var all: [OrderReference] = []
}

/// Runs `body` with a client over a database of its own, filled by `rows`.
func asking<Result: Sendable>(
  _ rows: String = "SELECT 1", of conninfo: String? = nil, auth: Gate.Mode = .open,
  _ body: @escaping @Sendable (ContractClient) async throws -> Result
) async throws -> Result {
  let given = conninfo
  var conninfo = given ?? ""
  if given == nil { conninfo = try await MigratedDatabase.make() }
  return try await onLoop { [conninfo] loop in
    var settings = PostgresSettings.patient
    (settings.readConnections, settings.writeConnections) = (1, 1)
    let owner = Database(try ConnectionString(conninfo), settings: settings, on: loop)
    let database = Database(
      try ConnectionString(MigratedDatabase.as(.service, conninfo)), settings: .patient, on: loop)
    let result: Swift.Result<Result, any Error>
    do {
      if given == nil { _ = try await owner.write(SQL(unsafeText: rows)) }
      result = .success(try await body(ContractClient(database, owner: owner, auth: auth)))
    } catch {
      result = .failure(error is PostgresError ? DetailedError(error) : error)
    }
    await database.close()
    await owner.close()
    return try result.get()
  }
}
