import Glibc
import Postgres
import PrivateCluster

/// Measures what the service does for its clients: the work of each kind, one client and a
/// thousand, one instance and two, and others beside a locked product.
final class WorkBench {
  let cluster: LocalCluster
  let database: String
  let folder: String
  let log: Int32
  let options: BenchOptions
  /// Orders in the database before anything was measured.
  var orders = 0
  /// Begins anywhere, so that orders which an earlier run has moved are seldom taken again.
  private var runs = Int.random(in: 0..<100)

  init(
    cluster: LocalCluster, database: String, folder: String, log: Int32, options: BenchOptions
  ) throws {
    self.cluster = cluster
    self.database = database
    self.folder = folder
    self.log = log
    self.options = options
    // One that an earlier run has kept has its orders.
    guard try !Self.hasDatabase(database, cluster) else {
      orders = try number("SELECT coalesce(max(number), 0) FROM orders")
      return
    }
    let scripts = try Psql.scripts()
    try cluster.createDatabase(database)
    try Service.migrate(cluster.connectionString(database: database))
    try psql.run(["-f", scripts + "/bench_setup.sql"])
  }

  private static func hasDatabase(_ name: String, _ cluster: LocalCluster) throws -> Bool {
    try Psql(conninfo: cluster.connectionString(database: "postgres"))
      .run(["-At", "-c", "SELECT 1 FROM pg_database WHERE datname = '\(name)'"]) != ""
  }

  private var psql: Psql { Psql(conninfo: cluster.connectionString(database: database)) }

  /// How the service reaches the database.
  var conninfo: String { cluster.connectionString(database: database, as: .service) }

  /// How a standby reaches the cluster.
  var replicationConninfo: String { cluster.connectionString(database: "postgres", as: .superuser) }

  /// Runs a statement as the superuser.
  func changeAsSuperuser(_ statement: String) throws {
    try psql.run(["-c", statement], asSuperuser: true)
  }

  /// Adds orders until there are so many. Nothing is lost if the machine fails meanwhile, so the
  /// disk is waited for once, at the end.
  func fill(to count: Int) throws {
    guard count >= orders else { throw LabError("there are \(orders) orders already") }
    guard count > orders else { return }
    for (setting, value) in Self.whileFilling {
      try changeAsSuperuser("ALTER SYSTEM SET \(setting) = '\(value)'")
    }
    try changeAsSuperuser("SELECT pg_reload_conf()")
    try psql.run(
      ["-v", "from=\(orders + 1)", "-v", "to=\(count)", "-f", Psql.scripts() + "/orders_fill.sql"],
      asSuperuser: true, seconds: 14_400)
    try changeAsSuperuser("ALTER SYSTEM RESET ALL")
    try changeAsSuperuser("SELECT pg_reload_conf()")
    sync()
    orders = count
  }

  private static let whileFilling = [
    ("fsync", "off"), ("full_page_writes", "off"), ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "30min"), ("autovacuum", "off"),
  ]

  func service(_ variables: [String: String] = [:]) throws -> Service {
    let service = try Service(
      conninfo: conninfo, log: log,
      variables: variables)
    _ = try service.waitUntilReady()
    return service
  }

  /// Shows all rows but those of the curves, each when it has been measured.
  func rows(_ show: (WorkRow) -> Void) throws {
    try fill(to: 200_000)
    let first = try service()
    for work in Work.single { show(try row(work, [first])) }
    for connections in [1, 500, 1_000] {
      show(try row(.place, [first], connections: connections))
    }
    for work in [Work.place, .placeWithKey] { try besideLockedProduct(work, first).forEach(show) }
    let second = try service()
    for work in Work.single { show(try row(work, [first, second])) }
    _ = try first.stop()
    _ = try second.stop()
  }

  /// Work of one kind; the connections are shared out among the services.
  func row(
    _ work: Work, _ services: [Service], connections: Int? = nil, name: String? = nil
  ) throws -> WorkRow {
    let connections = connections ?? work.connections
    var row = WorkRow(
      name ?? "\(work.rawValue), \(services.count == 1 ? "" : "2 instances, ")\(connections) "
        + (connections == 1 ? "client" : "clients"))
    let share = max(1, connections / services.count)
    _ = try run(work, services, connections: share, seconds: 1)
    let before = work.writes ? try weight() : nil
    for _ in 0..<options.rounds {
      try row.add(subject(services)) {
        try run(work, services, connections: share, seconds: options.seconds)
      }
    }
    if let before {
      row.note = try weight().growth(since: before, requests: row.load.requests)
    }
    return row
  }

  private func subject(_ services: [Service]) -> Subject {
    Subject(servers: services.map(\.pid), database: cluster.processID)
  }

  /// One run of wrk on each service, at the same time.
  private func run(
    _ work: Work, _ services: [Service], connections: Int, seconds: Int,
    products: ClosedRange<Int> = Work.products
  ) throws -> [Wrk.Result] {
    let loads = try services.map {
      try start(work, on: $0, connections: connections, seconds: seconds, products: products)
    }
    return try loads.map { try $0.result() }
  }

  /// Starts a load on one service.
  func start(
    _ work: Work, on service: Service, connections: Int, seconds: Int,
    products: ClosedRange<Int> = Work.products
  ) throws -> Wrk.Run {
    runs += 1
    let script = "\(folder)/work-\(service.port).lua"
    try writeText(work.script(run: runs, orders: orders, products: products), to: script)
    return try Wrk.Run(
      url: "http://127.0.0.1:\(service.port)", script: script, seconds: seconds,
      connections: connections, output: script + ".out")
  }

  func weight() throws -> DatabaseWeight {
    try DatabaseWeight(reading: psql.run(["-At", "-c", DatabaseWeight.query]))
  }

  /// The number of rows.
  func count(_ rows: String) throws -> Int { try number("SELECT count(*) FROM \(rows)") }

  /// Runs a statement as the owner.
  func change(_ statement: String) throws { try psql.run(["-c", statement]) }

  /// Runs a statement in a session that then stays open for this time.
  func hold(_ statement: String, seconds: Int) throws -> ChildProcess {
    try psql.start(["-c", statement, "-c", "SELECT pg_sleep(\(seconds))"])
  }

  /// The result of a query that returns one number.
  func number(_ query: String) throws -> Int {
    let text = try psql.run(["-At", "-c", query])
    guard let count = Int(text.prefix { $0.isNumber }) else { throw LabError("no number: \(text)") }
    return count
  }

  /// Removes the orders that the measurements have placed; `orders` were there before.
  func removePlacedOrders() throws {
    let statements = [
      "SET session_replication_role = replica", "DELETE FROM idempotency_keys",
      "DELETE FROM order_events USING orders WHERE order_id = id AND orders.number > \(orders)",
      "DELETE FROM order_products WHERE order_number > \(orders)",
      "DELETE FROM orders WHERE number > \(orders)",
      // Else the next list of the newest orders passes by all that are no more.
      "VACUUM idempotency_keys, order_events, order_products, orders",
    ]
    try psql.run(statements.flatMap { ["-c", $0] }, asSuperuser: true, seconds: 3_600)
  }

  /// The rate of other clients while 16 clients order a product that psql keeps locked, and their
  /// rate when the product is not locked.
  func besideLockedProduct(_ work: Work, _ service: Service) throws -> [WorkRow] {
    let script = folder + "/locked.lua"
    try writeText(Work.placing(product: 1), to: script)
    let seconds = options.seconds
    var (calm, locked) = (
      WorkRow("\(work.rawValue), beside 16 of one product"),
      WorkRow("\(work.rawValue), beside 16 of a locked product")
    )
    for _ in 0..<options.rounds {
      for isLocked in [false, true] {
        let lock = isLocked ? try psql.start(Self.lock(seconds: seconds + 2)) : nil
        usleep(200_000)
        let others = try Wrk.start(
          url: "http://127.0.0.1:\(service.port)", script: script, seconds: seconds + 1,
          connections: 16)
        usleep(200_000)
        let measure = {
          try self.run(work, [service], connections: 64, seconds: seconds, products: 2...10_000)
        }
        if isLocked {
          try locked.add(subject([service]), measure)
        } else {
          try calm.add(subject([service]), measure)
        }
        _ = others.exitStatus(within: seconds + 60)
        _ = lock?.exitStatus(within: seconds + 60)
      }
    }
    let share = locked.load.perSecond / max(calm.load.perSecond, 1)
    locked.note = "\(share.twoDecimals) × of calm (aim: 0.8)"
    return [calm, locked]
  }

  private static func lock(seconds: Int) -> [String] {
    [
      "-c", "BEGIN", "-c", "SELECT FROM products WHERE id = 'product-1' FOR UPDATE",
      "-c", "SELECT pg_sleep(\(seconds))",
    ]
  }
}
