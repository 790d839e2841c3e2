import Glibc
import HTTP
import Postgres
import TestSupport
import Testing

@testable import order_process_standin

@Suite("Fulfilment, in the running program")
struct FulfilmentTests {
  /// The program over a database of its own, with a process service at this port.
  private func start(
    _ port: UInt16, _ more: [String: String] = [:]
  ) async throws -> (program: RunningProgram, client: FulfilmentClient) {
    var variables = [
      "DATABASE_URL": try await MigratedDatabase.make(),
      "WAYBILL_ORDER_PROCESS_URL": "http://127.0.0.1:\(port)",
    ]
    variables.merge(more) { $1 }
    let program = try RunningProgram(variables)
    return (program, FulfilmentClient(port: try await program.port()))
  }

  @Test(
    "follows an order from its first moment to the end that the process service says",
    arguments: [("0", "FULFILLED"), ("1", "FAILED")])
  func life(failureRate: String, end: String) async throws {
    let standin = try await RunningStandin([
      "--process-min-ms", "300", "--process-max-ms", "300", "--failure-rate", failureRate,
    ])
    let (program, client) = try await start(standin.port)

    #expect(client.place("o-1") == 201)
    #expect(client.place("o-1") == 409)
    try await eventually("it is final") { client.status(of: "o-1") == end }
    #expect(client.figure(#"fulfilment_orders_finished_total{status="\#(end)"}"#) == 1)
    #expect(client.figure(#"fulfilment_start_attempts_total{outcome="accepted"}"#) == 1)
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("takes orders while the process service is away, and goes on when it is back")
  func away() async throws {
    let gone = try await RunningStandin()
    let port = gone.port
    try await gone.kill()
    let (program, client) = try await start(port, ["WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "500"])

    for number in 1...50 { #expect(client.place("o-\(number)") == 201) }
    try await eventually("the breaker opens") { client.figure("fulfilment_breaker_open") == 1 }
    let attempts = #"fulfilment_start_attempts_total{outcome="not_sent"}"#
    // Those that were on their way when it opened, and a few probes.
    #expect(try #require(client.figure(attempts)) < 40)
    #expect(try client.list().allSatisfy { $0.status == "CREATED" })
    try await eventually("the oldest order's age is shown") {
      client.figure("fulfilment_oldest_created_seconds") ?? 0 > 0
    }
    // Counted every few seconds, not for every scrape.
    try await eventually("all of them are counted") {
      client.figure(#"fulfilment_orders{status="CREATED"}"#) == 50
    }
    #expect(program.log.contains("the process service is away; orders wait for it"))

    let back = try await RunningStandin(
      ["--process-min-ms", "10", "--process-max-ms", "20"], port: port)
    try await eventually("all are fulfilled") {
      try client.list().allSatisfy { $0.status == "FULFILLED" }
    }
    #expect(program.log.contains("the process service is back"))
    #expect(client.figure("fulfilment_breaker_open") == 0)
    _ = back
  }

  @Test("shows that orders wait also where nobody said which process service is to fulfil them")
  func unserved() async throws {
    let program = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let client = FulfilmentClient(port: try await program.port())
    for number in 1...3 { #expect(client.place("o-\(number)") == 201) }
    try await eventually("they are counted") {
      client.figure(#"fulfilment_orders{status="CREATED"}"#) == 3
    }
    #expect(try #require(client.figure("fulfilment_oldest_created_seconds")) > 0)
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("has an order that waits started soon after the process service is back")
  func back() async throws {
    let gone = try await RunningStandin()
    let port = gone.port
    try await gone.kill()
    let conninfo = try await MigratedDatabase.make()
    let (program, client) = try await start(
      port, ["DATABASE_URL": conninfo, "WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "3000"])
    #expect(client.place("o-1") == 201)
    try await onLoop { loop in
      let person = try await Session.open(try ConnectionString(conninfo), on: loop)
      // Were its pauses to go on growing, the next one would be of 9 s at least.
      var isSoon: Bool?
      try await eventually("it has been tried six times") {
        let tried = try await person.rows(
          """
          SELECT due_at <= now() + interval '3 seconds' FROM order_processes
           WHERE visits >= 6 AND claimed_at IS NULL
          """)
        isSoon = try tried.first?.bool(0)
        return isSoon != nil
      }
      #expect(isSoon == true)
      person.close()
    }
    let back = try await RunningStandin(
      ["--process-min-ms", "3600000", "--process-max-ms", "3600000"], port: port)
    try await eventually("it is started") {
      client.status(of: "o-1") == "PROCESSING"
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    _ = back
  }

  @Test("heeds floods of callbacks, forged ones among them, with a few questions and no belief")
  func flood() async throws {
    let service = try await ScriptedService { call in
      guard call.method == "GET" else { return Response(.accepted) }
      let known = call.target.hasSuffix("order_id=real")
      let body = known ? #"{"order_id":"real","status":"RUNNING"}"# : "{}"
      return Response(.ok, contentType: .json, body: Array(body.utf8))
    }
    let port = try #require(service.host.split(separator: ":").last.flatMap { UInt16($0) })
    let (program, client) = try await start(port)
    #expect(client.place("real") == 201)
    try await eventually("it has been started") { client.status(of: "real") == "PROCESSING" }

    let clock = ContinuousClock()
    let begin = clock.now
    let before = service.calls.count
    let forged = #"{"order_id":"real","status":"SUCCEEDED"}"#
    for number in 0..<1_000 {
      #expect(client.callBack("real", number.isMultiple(of: 2) ? forged : "") == 200)
      #expect(client.callBack("unknown-\(number)", "garbage") == 200)
    }
    try await eventually("a callback has been heeded") { service.calls.count > before }

    // By callbacks once a second, by itself less often than that.
    let seconds = Int((clock.now - begin) / .seconds(1))
    #expect(service.calls.count - before <= 2 * (seconds + 2))
    #expect(service.calls.allSatisfy { $0.target.contains("real") })
    #expect(client.status(of: "real") == "PROCESSING")
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("is shared by instances: when one is killed in the midst, the other finishes its orders")
  func instances() async throws {
    let standin = try await RunningStandin([
      "--process-min-ms", "20", "--process-max-ms", "200", "--lost-callback-rate", "0.5",
    ])
    let shared = [
      "DATABASE_URL": try await MigratedDatabase.make(),
      "WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "500",
    ]
    let (first, victim) = try await start(standin.port, shared)
    let (second, client) = try await start(standin.port, shared)
    for number in 1...100 { #expect(victim.place("o-\(number)") == 201) }
    first.signal(SIGKILL)

    try await eventually("all are fulfilled") {
      try client.list().count { $0.status == "FULFILLED" } == 100
    }
    second.signal(SIGTERM)
    #expect(await second.exitCode() == 0)
  }

  @Test("asks now and then for a due order that somebody has locked, and not without end")
  func locked() async throws {
    let standin = try await RunningStandin([
      "--process-min-ms", "3600000", "--process-max-ms", "3600000",
    ])
    let conninfo = try await MigratedDatabase.make()
    let (program, client) = try await start(
      standin.port, ["DATABASE_URL": conninfo, "WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "2000"])
    #expect(client.place("o-1") == 201)
    try await eventually("it has been started") { client.status(of: "o-1") == "PROCESSING" }

    try await onLoop { loop in
      let person = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await person.run(unsafeText: "BEGIN")
      try await eventually("nobody is at it, and it is locked") {
        try await person.rows(
          "SELECT FROM order_processes WHERE claimed_at IS NULL FOR UPDATE SKIP LOCKED"
        ).count == 1
      }
      let claims = { try #require(client.figure("fulfilment_claims_total")) }
      let before = try claims()
      let clock = ContinuousClock()
      let begin = clock.now
      try await eventually("it is asked for six times") { try claims() >= before + 6 }
      // Once before it is due, and then every 400 ms; without a pause it would take some 4 ms.
      #expect(clock.now - begin > .milliseconds(1_600))
      person.close()
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("stops at once while calls hang, and leaves their orders to the next start")
  func stop() async throws {
    let silent = try await ScriptedService { _ in nil }
    let port = try #require(silent.host.split(separator: ":").last.flatMap { UInt16($0) })
    let database = ["DATABASE_URL": try await MigratedDatabase.make()]
    let (program, client) = try await start(
      port, database.merging(["WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "60000"]) { $1 })
    #expect(client.place("o-1") == 201)
    try await eventually("a start is on its way") { silent.calls.count == 1 }
    program.signal(SIGTERM)
    #expect(await program.exitCode(within: 30) == 0)
  }
}
