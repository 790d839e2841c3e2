import EventLoop
import Glibc
import PrivateCluster
import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite("When the database misbehaves")
struct FaultTests {
  @Test("a read whose backend is killed is answered nevertheless")
  func killedReads() async throws {
    try await withDatabase { database, loop in
      let answers = await together(200, on: loop) { index -> Int? in
        if index == 7 {
          _ = try? await database.write(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%sleep%'
            """)
        }
        return try? await database.read("SELECT \(index) FROM pg_sleep(0.001)")[0].int(0)
      }
      #expect(answers == Array(0..<200))
      try await eventually("all connections are back") {
        _ = try await database.read("SELECT 1")
        return database.metrics.connectionsOpen.value == 10
      }
    }
  }

  @Test("a write whose backend is killed has an unknown outcome, and no other request fails")
  func killedWrite() async throws {
    try await withDatabase { database, loop in
      let errors = await together(20, on: loop) { index in
        index == 5
          ? await database.failure(writing: "SELECT pg_terminate_backend(pg_backend_pid())")
          : await database.failure(reading: "SELECT \(index) FROM pg_sleep(0.01)")
      }
      #expect(errors[5]?.isOutcomeUnknown == true)
      #expect(errors.count { $0 != nil } == 1)
    }
  }

  @Test("a stopped backend delays its own requests up to the deadline, and no others")
  func stoppedBackend() async throws {
    var settings = PostgresSettings()
    settings.statementTimeout = .milliseconds(300)
    settings.answerMargin = .milliseconds(200)
    try await withDatabase(settings) { database, loop in
      try await eventually("all connect") { database.metrics.connectionsOpen.value == 10 }
      let pid = try await database.read("SELECT pg_backend_pid()")[0].int(0)
      kill(pid_t(pid), SIGSTOP)
      defer { kill(pid_t(pid), SIGCONT) }
      let start = ContinuousClock.now
      let errors = await together(100, on: loop) { index -> PostgresError? in
        if index > 1 { await pause(.milliseconds(200 + index), on: loop) }
        return await database.failure(reading: "SELECT \(index)")
      }
      let failed = errors.indices.filter { errors[$0] != nil }
      #expect(failed.count == 1)
      for index in failed {
        guard case .timeout(.noEffect) = errors[index] else {
          Issue.record("\(String(reflecting: errors[index]))")
          continue
        }
      }
      // Far less than what the stopped backend would have taken; the machine may be busy.
      #expect(ContinuousClock.now - start < .seconds(30))
      #expect(database.metrics.connectionsLost.value == 1)
      try await eventually("it is replaced") {
        _ = try await database.read("SELECT 1")
        return database.metrics.connectionsOpen.value == 10
      }
    }
  }

  @Test("a stopped backend leaves the outcome of a write unknown")
  func stoppedWrite() async throws {
    var settings = PostgresSettings()
    settings.writeConnections = 1
    settings.statementTimeout = .milliseconds(300)
    settings.answerMargin = .milliseconds(200)
    try await withDatabase(settings) { database, _ in
      let pid = try await database.write("SELECT pg_backend_pid()")[0].int(0)
      kill(pid_t(pid), SIGSTOP)
      defer { kill(pid_t(pid), SIGCONT) }
      let error = await database.failure(writing: "CREATE TABLE t (a bigint)")
      guard case .timeout(.unknown) = error else {
        Issue.record("\(String(reflecting: error))")
        return
      }
    }
  }

  @Test(
    "with a full server, the connections it allows are used and other requests wait or fail"
  )
  func tooManyConnections() async throws {
    let cluster = try await startCluster(TestCluster.makeHome(), connectionsMax: 8)
    defer { cluster.discard() }
    let target = try ConnectionString(cluster.connectionString)
    try await onLoop { loop in
      let database = Database(target, settings: .patient, on: loop)
      // Two of them read; before a third stands, writes are refused as by a server that is away.
      try await eventually("the server is full") {
        database.metrics.connectFailures.value > 0 && database.metrics.connectionsOpen.value > 2
      }
      let errors = await together(50, on: loop) { index in
        index.isMultiple(of: 2)
          ? await database.failure(reading: "SELECT \(index)")
          : await database.failure(writing: "SELECT \(index)")
      }
      #expect(errors.compactMap { $0.map { String(reflecting: $0) } } == [])
      #expect(database.metrics.connectionsOpen.value <= 5)
      #expect(database.metrics.breakerOpen.value == 0)
      var settings = PostgresSettings.patient
      (settings.readConnections, settings.writeConnections) = (0, 1)
      let other = Database(target, settings: settings, on: loop)
      let error = await other.troubleWithWrites()
      #expect(error?.meaning == "has too many connections")
      await other.close()
      await database.close()
    }
  }

  @Test("a restarted server is used again, and nothing has leaked")
  func restart() async throws {
    let home = TestCluster.makeHome()
    var cluster = try await startCluster(home)
    let target = try ConnectionString(cluster.connectionString)
    let thread = LoopThread(name: "test-loop")
    let load = try await thread.loop.run { loop in Load(Database(target, on: loop), on: loop) }
    try await eventually("requests succeed") { load.successes > 200 }

    cluster.stop()
    try await eventually("requests are refused at once") { load.refusals > 100 }
    cluster = try await startCluster(home)
    let before = load.successes
    try await eventually("requests succeed again") { load.successes > before + 100 }
    try await eventually("all connections are back") { load.openConnections == 10 }
    try await thread.loop.run { _ in await load.stop() }
    #expect(load.waiting == 0)
    #expect(load.others == [])
    thread.stop()
    cluster.discard()
  }

  @Test("a database that is not there at the start is used as soon as it is")
  func absentAtStart() async throws {
    let home = TestCluster.makeHome()
    var cluster = try await startCluster(home)
    let target = try ConnectionString(cluster.connectionString)
    cluster.stop()
    let thread = LoopThread(name: "test-loop")
    let load = try await thread.loop.run { loop in Load(Database(target, on: loop), on: loop) }
    try await eventually("requests are refused") { load.refusals > 10 }
    cluster = try await startCluster(home)
    try await eventually("requests succeed") { load.successes > 10 }
    try await thread.loop.run { _ in await load.stop() }
    thread.stop()
    cluster.discard()
  }

  @Test("a connection that has become read-only is replaced by one that accepts writes")
  func writableAgain() async throws {
    let target = try ConnectionString(TestCluster.shared.makeDatabase())
    try await onLoop { loop in
      let admin = try await Session.open(target, on: loop)
      let name = try await admin.rows("SELECT current_database()")[0].text(0)
      let change = "ALTER DATABASE \(name) SET default_transaction_read_only"
      try await admin.run(unsafeText: "\(change) = on")
      let database = Database(target, settings: .patient, on: loop)
      let trouble = await database.troubleWithWrites()
      #expect(trouble?.isReadOnly == true && trouble?.meaning == "takes no writes")
      let error = await database.failure(writing: "CREATE TABLE t (a bigint)")
      #expect(error?.isReadOnly == true)
      let opened = database.metrics.connectionsOpened.value

      // The session has its settings from its start: only a new one takes writes.
      try await admin.run(unsafeText: "\(change) = off")
      try await eventually("a write is done") {
        await database.failure(writing: "CREATE TABLE IF NOT EXISTS t (a bigint)") == nil
      }

      #expect(database.metrics.connectionsOpened.value > opened)
      try await eventually("writes work") { await database.troubleWithWrites() == nil }
      admin.close()
      await database.close()
    }
  }

  @Test("a read-only server is reported as such, and still serves reads")
  func readOnly() async throws {
    let direct = try TestCluster.shared.makeDatabase()
    let target = try ConnectionString(
      direct + " options='-c default_transaction_read_only=on'")
    try await onLoop { loop in
      let database = Database(target, on: loop)
      let error = await database.failure(writing: "CREATE TABLE t (a bigint)")
      #expect(error?.isReadOnly == true)
      let one = try await database.read("SELECT 1")[0].int(0)
      #expect(one == 1)
      await database.close()
    }
  }

  @Test("requests that wait too long are refused, and so are new ones when the queue is full")
  func waiting() async throws {
    var settings = PostgresSettings()
    settings.writeConnections = 1
    settings.waitTimeout = .milliseconds(200)
    settings.waitersMax = 3
    try await withDatabase(settings) { database, loop in
      try await eventually("it is connected") {
        await database.failure(writing: "SELECT 1") == nil
      }
      let errors = await together(6, on: loop) { index -> String in
        let error = await database.failureOfTransaction { tx async throws(PostgresError) in
          _ = try await tx.run("SELECT 1")
          await pause(.milliseconds(500), on: loop)
        }
        return switch error {
        case nil: "done"
        case .busy: "busy"
        case .queueFull: "full"
        default: "other"
        }
      }
      #expect(errors.sorted() == ["busy", "busy", "busy", "done", "full", "full"])
      #expect(database.metrics.waiting.value == 0)
    }
  }

  @Test("closing lets requests in flight finish and refuses the rest")
  func closing() async throws {
    try await withDatabase { database, loop in
      _ = try await database.write("SELECT 1")
      let results = await together(3, on: loop) { index -> Bool in
        switch index {
        case 0: return await database.failure(writing: "SELECT pg_sleep(0.2)") == nil
        case 1:
          await pause(.milliseconds(50), on: loop)
          await database.close()
          return true
        default:
          await pause(.milliseconds(100), on: loop)
          return await database.failure(reading: "SELECT 1")?.isUnavailable == true
        }
      }
      #expect(results == [true, true, true])
      #expect(await database.failure(reading: "SELECT 1")?.isUnavailable == true)
    }
  }
}
