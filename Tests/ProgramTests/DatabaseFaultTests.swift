import Glibc
import Postgres
import PrivateCluster
import Synchronization
import TestSupport
import Testing

@testable import waybill

@Suite("Under load the program")
struct DatabaseFaultTests {
  @Test(
    "survives the death of PostgreSQL: 503 while it is away, 2xx when it is back, nothing leaked")
  func databaseKilled() async throws {
    let home = TestCluster.makeHome()
    let options = ClusterOptions(durable: false)
    let cluster = try await blocking { try LocalCluster.start(home: home, options: options) }
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let conninfo = cluster.connectionString
    try await MigratedDatabase.prepare(conninfo)
    let program = try RunningProgram(["DATABASE_URL": conninfo, "LOG_LEVEL": "notice"])
    let port = try await program.port()
    let load = Load(port: port, clients: 8)
    try await eventually("requests are served") { load.count(of: 404) > 200 }
    let pid = program.pid
    let descriptors = program.descriptors

    kill(try #require(cluster.processID), SIGKILL)
    try await eventually("requests are refused") { load.count(of: 503) > 50 }
    let refusedAt = load.count(of: 404)
    cluster.stop()
    let again = try await blocking { try LocalCluster.start(home: home, options: options) }
    defer { again.stop() }
    try await eventually("requests are served again") { load.count(of: 404) > refusedAt + 200 }
    try await blocking { load.stop() }

    #expect(program.pid == pid && program.isRunning)
    #expect(Set(load.statuses) == [404, 503], "nothing but served or refused for now")
    try await eventually("no descriptor is left behind") { program.descriptors <= descriptors }
    let metrics = await PlainClient.get("/metrics", port: port)
    #expect(metrics.contains("\npostgres_connections_leased 0\n"))
    #expect(metrics.contains("\npostgres_requests_waiting 0\n"))
    #expect(metrics.contains("\nhttp_server_requests_in_flight 0\n"))
  }
}

@Suite("A database without a free connection")
struct ConnectionLimitTests {
  @Test("is told to every write and by readiness, and writes are done when there is one again")
  func limited() async throws {
    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo, "LOG_LEVEL": "notice"])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    try await onLoop { loop in
      let owner = try await Session.open(try ConnectionString(conninfo), on: loop)
      let name = try await owner.rows("SELECT current_database()")[0].text(0)
      let service = try await Session.open(
        try ConnectionString(MigratedDatabase.as(.service, conninfo)), on: loop)
      try await owner.run(unsafeText: "ALTER DATABASE \(name) CONNECTION LIMIT 0")
      _ = try await service.rows(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        """)
      service.close()
      try await eventually("readiness says so") {
        let state = await PlainClient.get("/readyz", port: port)
        return state.hasPrefix("HTTP/1.1 503 ") && state.contains("has too many connections")
      }

      let answers = await withTaskGroup(of: String.self) { group in
        for _ in 0..<40 { group.addTask { await post(port: port) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for answer in answers {
        #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
        #expect(answer.contains("\r\nRetry-After: "), "\(answer)")
        #expect(answer.contains(#""code":"unavailable""#), "\(answer)")
      }

      try await owner.run(unsafeText: "ALTER DATABASE \(name) CONNECTION LIMIT -1")
      owner.close()
    }
    try await eventually("an order is placed") {
      await post(port: port).hasPrefix("HTTP/1.1 201 ")
    }
    #expect(program.isRunning)
  }

  private func post(port: UInt16) async -> String {
    let body = #"{"customer_id":"c","items":[{"name":"Gift wrap","quantity":1,"price":1}]}"#
    return
      (try? await blocking {
        PlainClient(port: port)?.exchange(
          "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)") ?? ""
      }) ?? ""
  }
}

@Suite("A client that goes away")
struct VanishedClientTests {
  @Test("in the middle of its query leaves nothing behind: no slot, no connection, no descriptor")
  func midQuery() async throws {
    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    let descriptors = program.descriptors
    try await onLoop { loop in
      let blocker = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await blocker.run(unsafeText: "BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
      for _ in 0..<10 {
        let client = try #require(PlainClient(port: port))
        client.send("GET /products/none HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try await eventually("its query waits") {
          try await blocker.rows(
            """
            SELECT count(*) FROM pg_locks
             WHERE NOT granted AND relation = 'products'::regclass
            """)[0].int(0) > 0
        }
      }
      try await blocker.run(unsafeText: "ROLLBACK")
      blocker.close()
    }

    try await eventually("nothing is left in hand") {
      let metrics = await PlainClient.get("/metrics", port: port)
      return metrics.contains("\nhttp_server_requests_in_flight 0\n")
        && metrics.contains("\npostgres_requests_waiting 0\n")
    }
    try await eventually("no descriptor is left") { program.descriptors <= descriptors + 1 }
    #expect(await PlainClient.get("/products/none", port: port).hasPrefix("HTTP/1.1 404 "))
  }
}

/// Clients that ask for a product that does not exist, one request after the other, and count what
/// they are told; each on a thread of its own, until stopped.
private final class Load: Sendable {
  private let counts = Mutex<[Int: Int]>([:])
  private let isStopped = Atomic(false)
  private let tasks = Mutex<[Thread]>([])

  init(port: UInt16, clients: Int) {
    let threads = (0..<clients).map { _ in Thread { self.run(port: port) } }
    tasks.withLock { $0 = threads }
  }

  var statuses: [Int] { counts.withLock { Array($0.keys) } }

  func count(of status: Int) -> Int { counts.withLock { $0[status] ?? 0 } }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    for thread in tasks.withLock({ $0 }) { thread.join() }
  }

  private func run(port: UInt16) {
    var client = PlainClient(port: port)
    while !isStopped.load(ordering: .relaxed) {
      let status = client?.status(of: "/products/none") ?? 0
      if status == 0 { client = PlainClient(port: port) }
      counts.withLock { $0[status, default: 0] += 1 }
    }
  }
}
