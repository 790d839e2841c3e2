import Glibc
import Postgres
import PrivateCluster

/// Measures the service and its limits in one run, and prints the ratios.
///
/// The machine is shared and noisy. The two figures of a row are measured in turns and can be
/// compared; figures of different runs cannot.
struct Bench {
  private static let productCount = 10_000

  private let options: BenchOptions

  init(_ options: BenchOptions) { self.options = options }

  func run() throws {
    Experiment.raiseDescriptorLimit()
    let folder = try Experiment.temporaryFolder()
    defer { _ = ChildProcess.output(of: ["/bin/rm", "-rf", folder], seconds: 60) }
    let log = open(folder + "/log", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    let home = options.home ?? folder + "/postgres"
    var cluster = try LocalCluster.start(
      home: home, options: ClusterOptions(cache: options.cache))
    defer { cluster.stop() }
    var report = try BenchReport(against: options.against)
    print("\(options.rounds) rounds of \(options.seconds) s, pairs in turns; CPU µs a request\n")
    if options.parts.contains(.work) {
      try work(cluster, "work", folder, log).rows { report.add($0) }
      print("")
    }
    if options.parts.contains(.curves) {
      let bench = try work(cluster, "curves", folder, log)
      try Curves(bench, sizes: options.sizes).measure { report.add($0) }
      print("")
    }
    if options.parts.contains(.batches) {
      try BatchBench(bench: work(cluster, "batches", folder, log)).run { report.add($0) }
      print("")
    }
    if options.parts.contains(.feed) {
      try FeedBench(bench: work(cluster, "feed", folder, log)).run { report.add($0) }
    }
    if let json = options.json { try report.write(to: json) }
    if options.parts.contains(.limits) || options.parts.contains(.rest) {
      try limitsAndRest(&cluster, folder, home, log)
    }
    if options.parts.contains(.replicas) {
      let bench = try WorkBench(
        cluster: cluster, database: "replicas", folder: folder, log: log, options: options)
      try ReplicaBench(bench: bench).run()
    }
  }

  private func work(
    _ cluster: LocalCluster, _ database: String, _ folder: String, _ log: Int32
  ) throws -> WorkBench {
    let bench = try WorkBench(
      cluster: cluster, database: database, folder: folder, log: log, options: options)
    print(WorkRow.heading)
    return bench
  }

  private func limitsAndRest(
    _ cluster: inout LocalCluster, _ folder: String, _ home: String, _ log: Int32
  ) throws {
    let service = try Service(conninfo: cluster.connectionString(as: .service), log: log)
    try prepare(cluster, service)
    if options.parts.contains(.limits) { try limits(cluster, service, folder, log) }
    guard options.parts.contains(.rest) else {
      _ = try service.stop()
      return
    }
    try IdleConnections(service: service).measure().printed()
    let death: DatabaseDeath.Figures
    (death, cluster) = try DatabaseDeath(service: service, home: home).measure(cluster)
    death.printed()
    try ReportCurve(cluster: cluster, ordersMax: options.reportOrders).printFigures()
    try StartAndStop(conninfo: cluster.connectionString(as: .service), log: log).measure(service)
      .printed()
  }

  private func limits(
    _ cluster: LocalCluster, _ service: Service, _ folder: String, _ log: Int32
  ) throws {
    let nginx = try Nginx(folder: folder, log: log)
    defer { nginx.stop() }
    let database = cluster.processID ?? 0
    // nginx writes no access log, so it is compared with a service that writes none.
    let quiet = try Service(
      conninfo: cluster.connectionString(as: .service), log: log,
      variables: ["LOG_LEVEL": "warning"])
    _ = try quiet.waitUntilReady()
    try plainText(quiet, "plain text, no access log", nginx).printed()
    _ = try quiet.stop()
    try plainText(service, "plain text, everything on", nginx).printed()
    try getProduct(service, database, cluster.connectionString, folder).printed()
    let orders = OrderBench(
      service: service, database: database, conninfo: cluster.connectionString, folder: folder,
      options: options)
    try orders.prepare()
    for row in try orders.rows() { row.printed() }
  }

  private func prepare(_ cluster: LocalCluster, _ service: Service) throws {
    try Service.migrate(cluster.connectionString)
    let rows = """
      INSERT INTO products (id, name, description, price, stock)
      SELECT n::text, 'Product ' || n, 'A product to be looked up', n / 100.0, n
        FROM generate_series(1, \(Self.productCount)) AS n
      """
    try Psql(conninfo: cluster.connectionString)
      .run(["-c", rows, "-c", "VACUUM ANALYZE products"])
    _ = try service.waitUntilReady()
  }

  private func plainText(_ service: Service, _ name: String, _ nginx: Nginx) throws -> Row {
    try Row(
      name: name, limitName: "nginx return 200",
      ours: Subject(servers: [service.pid]), limit: Subject(servers: [nginx.pid]),
      options: options,
      runOurs: { try Wrk.run(url: "http://127.0.0.1:\(service.port)/livez", seconds: $0) },
      runLimit: { try Wrk.run(url: "http://127.0.0.1:\(nginx.port)/", seconds: $0) })
  }

  private func getProduct(
    _ service: Service, _ database: pid_t, _ conninfo: String, _ folder: String
  ) throws -> Row {
    let lua = """
      local requests = {}
      local at = 0
      init = function()
        math.randomseed(42)
        for i = 1, 5000 do
          requests[i] = wrk.format("GET", "/products/" .. math.random(1, \(Self.productCount)))
        end
      end
      request = function()
        at = at % #requests + 1
        return requests[at]
      end
      """
    let sql = """
      \\set id random(1, \(Self.productCount))
      SELECT id, number, name, description, price, stock, version, created_at, updated_at \
        FROM products WHERE id = :id::text;
      """
    try writeText(lua, to: folder + "/get.lua")
    try writeText(sql, to: folder + "/get.sql")
    return try Row(
      name: "GET /products/{id}", limitName: "pgbench, same row",
      ours: Subject(servers: [service.pid], database: database),
      limit: Subject(database: database), options: options,
      runOurs: {
        try Wrk.run(
          url: "http://127.0.0.1:\(service.port)", script: folder + "/get.lua", seconds: $0)
      },
      runLimit: {
        try Pgbench.run(script: folder + "/get.sql", conninfo: conninfo, seconds: $0)
      })
  }
}
