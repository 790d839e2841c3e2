import Glibc
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The program")
struct ServeTests {
  private func isReady(_ port: UInt16) async -> Bool {
    await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
  }

  @Test("serves with a database of its own, keeps it, and stops it when it stops")
  func embedded() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }

    var tokens: [String] = []
    for start in 1...2 {
      let program = try RunningProgram(["WAYBILL_HOME": home])
      let port = try await program.port()
      try await eventually("it is ready at start \(start)") { await isReady(port) }
      #expect(
        await PlainClient.get("/products/product-1", port: port).contains(#""name":"Product 1""#))
      #expect(program.log.contains("inserted the demo data") == (start == 1))
      tokens += program.log.matches(of: #/"token":"(wb_\w+)"/#).map { String($0.1) }
      // Each start shows a token of its own; the one before has ended.
      let statuses = tokens.map { PlainClient(port: port)?.status(of: "/shop/orders/1", token: $0) }
      #expect(statuses == (start == 1 ? [404] : [401, 404]))
      let doctor = try RunningProgram(["WAYBILL_HOME": home], arguments: ["doctor"])
      #expect(await doctor.exitCode() == 0, "beside the service: \(doctor.log)")
      program.signal(SIGTERM)
      #expect(await program.exitCode() == 0)
    }
    #expect(access(home + "/run/.s.PGSQL.5432", F_OK) != 0, "nothing is left running")
  }

  @Test("makes room in a database of its own for all the connections it is told to open")
  func manyConnections() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try RunningProgram(["WAYBILL_HOME": home, "WAYBILL_DB_CONNECTIONS": "120"])
    let port = try await program.port()

    try await eventually("all are open") {
      await PlainClient.get("/metrics", port: port).contains("\npostgres_connections 120\n")
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("recovers the database of a run that was killed")
  func killed() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let first = try RunningProgram(["WAYBILL_HOME": home])
    let port = try await first.port()
    try await eventually("it is ready") { await isReady(port) }
    first.signal(SIGKILL)
    try await eventually("it is gone") { !first.isRunning }

    let second = try RunningProgram(["WAYBILL_HOME": home])
    let newPort = try await second.port()

    try await eventually("it is ready again") { await isReady(newPort) }
    second.signal(SIGTERM)
    #expect(await second.exitCode() == 0)
  }

  @Test("starts a database of its own again when that dies, and keeps what was in it")
  func databaseDied() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try RunningProgram(["WAYBILL_HOME": home])
    let port = try await program.port()
    try await eventually("it is ready") { await isReady(port) }
    let before = await PlainClient.body(of: "/products", port: port)
    let file = try #require(readFile(home + "/data/postmaster.pid"))
    let postmaster = try #require(file.split(separator: "\n").first.flatMap { pid_t($0) })

    kill(postmaster, SIGKILL)

    try await eventually("it has noticed") { program.log.contains("PostgreSQL has died") }
    try await eventually("it is ready again") { await isReady(port) }
    #expect(await PlainClient.body(of: "/products", port: port) == before)
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("is alive but not ready until the schema is there, and ready then")
  func schemaMissing() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let program = try RunningProgram(["DATABASE_URL": conninfo, "WAYBILL_SEED": "demo"])
    let port = try await program.port()

    #expect(await PlainClient.get("/livez", port: port).hasPrefix("HTTP/1.1 200 "))
    let before = await PlainClient.get("/readyz", port: port)
    #expect(before.hasPrefix("HTTP/1.1 503 ") && before.contains("Retry-After: 1"))
    #expect(before.contains("run waybill migrate"))
    let migration = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["migrate"])
    #expect(await migration.exitCode() == 0, "\(migration.log)")
    try await eventually("it is ready") { await isReady(port) }
    try await eventually("it is inserted") { program.log.contains("inserted the demo data") }
  }

  @Test("is not ready when a part of the schema is gone, and is again when it is back")
  func schemaDamaged() async throws {
    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    try await eventually("it is ready") { await isReady(port) }
    func run(_ script: String) async throws {
      try await onLoop { loop in
        let session = try await Session.open(try ConnectionString(conninfo), on: loop)
        defer { session.close() }
        try await session.run(unsafeText: script)
      }
    }

    try await run("ALTER TABLE orders DISABLE TRIGGER orders_change")
    try await eventually("it has noticed") {
      await PlainClient.get("/readyz", port: port).contains(
        "incomplete, 1 part is missing or changed: waybill doctor names what it is")
    }
    try await run("ALTER TABLE orders ENABLE TRIGGER orders_change")
    try await eventually("it is ready again") { await isReady(port) }
  }

  @Test("stays up without a database, says so, and comes up with it")
  func databaseAbsent() async throws {
    let home = TestCluster.makeHome()
    let cluster = try LocalCluster.start(home: home, options: ClusterOptions(durable: false))
    let conninfo = cluster.connectionString
    let migration = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["migrate"])
    #expect(await migration.exitCode() == 0)
    cluster.stop()
    defer { _ = LocalCluster.removeAbandoned(home: home) }

    let program = try RunningProgram(["DATABASE_URL": conninfo, "WAYBILL_SEED": "demo"])
    let port = try await program.port()
    #expect(await PlainClient.get("/livez", port: port).hasPrefix("HTTP/1.1 200 "))
    #expect(await PlainClient.get("/readyz", port: port).contains("cannot be reached"))
    #expect(await PlainClient.get("/products", port: port).hasPrefix("HTTP/1.1 503 "))
    let again = try LocalCluster.start(home: home, options: ClusterOptions(durable: false))
    defer { again.stop() }

    try await eventually("it is ready") { await isReady(port) }
    try await eventually("it is inserted") {
      await PlainClient.get("/products", port: port).contains("product-1")
    }
  }

  @Test("answers at once beside a database that accepts and says nothing")
  func databaseSilent() async throws {
    // A queue that nobody takes from: the kernel accepts for it.
    let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(silent) }
    listen(silent, 16)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(silent, $0, &size) }
    }
    let port = UInt16(bigEndian: address.sin_port)

    let program = try RunningProgram(["DATABASE_URL": "host=127.0.0.1 port=\(port) user=x"])
    let answer = await PlainClient.get("/livez", port: try await program.port())

    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    let before = program.log.split(separator: #""message":"listening""#)[0]
    #expect(!before.contains("the database is away"), "it does not wait until it knows that")
  }

  @Test(
    "ends with one line when the schema is wrong for good",
    arguments: [
      ("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1", "was changed after"),
      (
        """
        INSERT INTO schema_migrations (version, name, checksum)
        SELECT max(version) + 1, 'later', 'x' FROM schema_migrations
        """, "start a newer version of the program"
      ),
    ])
  func wrongSchema(change: String, line: String) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await session.run(unsafeText: change)
      session.close()
    }

    let program = try RunningProgram(["DATABASE_URL": conninfo])

    #expect(await program.exitCode() == 1)
    #expect(program.log.split(separator: "\n").last?.contains(line) == true, "\(program.log)")
  }

  @Test("writes into no file of its own when the standard descriptors are closed")
  func closedDescriptors() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try ChildProcess(
      ["/bin/sh", "-c", #"exec "$0" serve <&- >&- 2>&-"#, builtProgram("waybill")], output: 1,
      environment: ["PATH": searchPath, "WAYBILL_HOME": home, "PORT": "0"])
    defer { program.signal(SIGKILL) }
    try await eventually("its database runs") {
      LocalCluster.connectionString(ofRunning: home) != nil
    }
    program.signal(SIGTERM)
    #expect(try await blocking { program.exitStatus(within: 60) } == 0)

    for file in ["lock", "postgres.log"] {
      let text = try #require(readFile("\(home)/\(file)"))
      #expect(!text.contains("\"message\":"), "\(file): \(text)")
    }
  }

  @Test("answers what it has begun when it is asked to stop, and ends the connection")
  func drain() async throws {
    let program = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let port = try await program.port()
    try await eventually("it is ready") { await isReady(port) }
    let clients = try (0..<20).map { _ in try #require(PlainClient(port: port)) }
    for client in clients { client.send("GET /products HTTP/1.1\r\nHost: localhost\r\n") }
    program.signal(SIGTERM)
    try await eventually("it stops") { program.log.contains("finishing what was begun") }
    for client in clients { client.send("\r\n") }

    var answers: [String] = []
    for client in clients { answers.append(await client.readToEnd()) }

    #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") }, "\(answers)")
    #expect(answers.allSatisfy { $0.contains("Connection: close\r\n") })
    #expect(await program.exitCode() == 0)
  }

  @Test("ends at once on a second signal")
  func impatient() async throws {
    let program = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let port = try await program.port()
    let client = try #require(PlainClient(port: port))
    client.send("GET /products HTTP/1.1\r\n")
    program.signal(SIGTERM)
    try await eventually("it waits") { program.log.contains("finishing what was begun") }
    // One that comes within a second says nothing new.
    try await eventually("it heeds a later one") {
      program.signal(SIGTERM)
      return !program.isRunning
    }

    #expect(await program.exitCode(within: 60) == 130)
  }

  @Test("ends at once on a second signal while it waits for a database of its own to stop")
  func impatientWithTheDatabase() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try RunningProgram(["WAYBILL_HOME": home])
    let port = try await program.port()
    try await eventually("it is ready") { await isReady(port) }
    let file = try #require(readFile(home + "/data/postmaster.pid"))
    let postmaster = try #require(file.split(separator: "\n").first.flatMap { pid_t($0) })
    kill(postmaster, SIGSTOP)
    defer { kill(postmaster, SIGKILL) }
    program.signal(SIGTERM)
    try await eventually("it has stopped to serve") { program.log.contains(#""stopped"#) }
    #expect(program.isRunning)
    try await eventually("it heeds a later one") {
      program.signal(SIGTERM)
      return !program.isRunning
    }

    #expect(await program.exitCode(within: 30) == 130)
  }

  @Test(
    "ends a command on the first signal, whatever it waits for",
    arguments: [SIGTERM, SIGINT, SIGHUP])
  func interruptedCommand(_ signal: Int32) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let holder = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await holder.run(unsafeText: "SELECT pg_advisory_lock(x'77617962696c6c'::bigint)")
      let program = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["migrate"])
      try await eventually("it waits for another one to finish") {
        let waiting = try await holder.rows(
          """
          SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database
           WHERE NOT granted AND locktype = 'advisory' AND d.datname = current_database()
          """)
        return try waiting[0].int(0) > 0
      }
      program.signal(signal)

      #expect(await program.exitCode(within: 30) == 128 + signal)
      holder.close()
    }
  }

  typealias Refused = (why: String, variables: [String: String], arguments: [String], line: String)
  static let refused: [Refused] = [
    ("an unknown setting", ["WAYBILL_X": "1"], ["serve"], "WAYBILL_X is not a setting"),
    (
      "an unreachable database", ["DATABASE_URL": "host=/nowhere"], ["migrate"],
      "the database cannot be asked"
    ),
    (
      "a value that libpq does not know", ["DATABASE_URL": "postgresql://db/x?sslmode=bad"],
      ["serve"], #"DATABASE_URL connection string: invalid sslmode value: "bad""#
    ),
    (
      "an address in use",
      [
        "DATABASE_URL": "host=/nowhere", "HOST": "256.1.1.1",
      ], ["serve"], "HOST=256.1.1.1 has no address"
    ),
  ]

  @Test("says in one line why it does not start", arguments: refused)
  func refusal(_ example: Refused) async throws {
    let program = try RunningProgram(example.variables, arguments: example.arguments)

    #expect(await program.exitCode() == 1, "\(example.why)")
    #expect(program.log.split(separator: "\n").count == 1, "\(program.log)")
    #expect(program.log.contains(example.line), "\(program.log)")
  }

  @Test("refuses a port that is taken and names it")
  func portTaken() async throws {
    let conninfo = try await MigratedDatabase.make()
    let first = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await first.port()

    let second = try RunningProgram(["DATABASE_URL": conninfo, "PORT": "\(port)"])

    #expect(await second.exitCode() == 1)
    #expect(second.log.contains("127.0.0.1:\(port) is in use"))
  }

  @Test("tells its health by exit code")
  func health() async throws {
    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    try await eventually("it is ready") { await isReady(port) }

    let healthy = try RunningProgram(
      ["DATABASE_URL": conninfo, "PORT": "\(port)"], arguments: ["health"])
    let unhealthy = try RunningProgram(
      ["DATABASE_URL": conninfo, "PORT": "1"], arguments: ["health"])

    #expect(await healthy.exitCode() == 0)
    #expect(await unhealthy.exitCode() == 1)
    #expect(
      unhealthy.log.hasPrefix("not ready: 127.0.0.1:1 cannot be reached (Connection refused)"))
  }
}
