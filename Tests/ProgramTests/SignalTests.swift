import Glibc
import HTTP
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("A signal") struct SignalTests {
  @Test("that comes several times within a moment stops the service in good order")
  func burst() async throws {
    let conninfo = try await MigratedDatabase.make()
    for _ in 1...10 {
      let program = try RunningProgram(["DATABASE_URL": conninfo])
      let port = try await program.port()
      try await eventually("it is ready") {
        await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
      }
      let client = try #require(PlainClient(port: port))
      // Something to be finished: without it the service might be gone before the second one.
      client.send("GET /products HTTP/1.1\r\nHost: localhost\r\n")
      for signal in [SIGTERM, SIGTERM, SIGINT, SIGTERM] { program.signal(signal) }
      try await eventually("it stops") { program.log.contains("finishing what was begun") }
      client.send("\r\n")

      #expect(await client.readToEnd().hasPrefix("HTTP/1.1 200 "))
      #expect(await program.exitCode() == 0, "\(program.log)")
    }
  }

  @Test("to stop leaves the ports open for as long as is wished, and tells who should go elsewhere")
  func drain() async throws {
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_DRAIN_SECONDS": "16",
    ])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    let kept = try #require(PlainClient(port: port))
    let request = "GET /products HTTP/1.1\r\nHost: localhost\r\n\r\n"
    #expect(kept.exchange(request)?.contains("Connection: close") == false)

    let clock = ContinuousClock()
    let start = clock.now
    program.signal(SIGTERM)
    var readiness = ""
    try await eventually("it says that it drains") {
      readiness = await PlainClient.get("/readyz", port: port)
      return readiness.hasPrefix("HTTP/1.1 503 ")
    }
    #expect(readiness.contains(#""service":"draining""#), "\(readiness)")
    // Everybody is served, on old connections and new ones, and told of the end in its second half.
    #expect(await PlainClient.get("/products", port: port).hasPrefix("HTTP/1.1 200 "))
    var answers: [String] = []
    try await eventually("a kept connection is told to end") {
      let answer = try await blocking { kept.exchange(request) }
      answers.append(answer ?? "no answer")
      return answer?.contains("Connection: close") ?? true
    }
    #expect(clock.now - start >= .seconds(8))
    #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
    #expect(await PlainClient.get("/products", port: port).hasPrefix("HTTP/1.1 200 "))

    #expect(await program.exitCode() == 0)
    #expect(clock.now - start >= .seconds(16))
    #expect(PlainClient(port: port) == nil)
  }

  @Test("to hang up makes the service read its secrets again, for connections to come")
  func hangUp() async throws {
    let conninfo = try await MigratedDatabase.make()
    let file = TestCluster.makeHome() + ".url"
    defer { unlink(file) }
    // What stands beside the password shows which of the two texts a connection was made with.
    func write(_ name: String) throws {
      let text = Array("\(conninfo) password=hush-\(name) application_name=\(name)\n".utf8)
      let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
      defer { close(descriptor) }
      try #require(Glibc.write(descriptor, text, text.count) == text.count)
    }
    func connections(_ name: String) async throws -> Int {
      try await onLoop { loop in
        let session = try await Session.open(try ConnectionString(conninfo), on: loop)
        defer { session.close() }
        return Int(
          try await session.rows(
            """
            SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = \(name)
            """)[0].int(0))
      }
    }
    try write("first")
    let program = try RunningProgram(["DATABASE_URL_FILE": file])
    let port = try await program.port()
    try await eventually("it has connected") { try await connections("first") > 0 }

    // What cannot be used is told, and what was known is kept.
    unlink(file)
    program.signal(SIGHUP)
    try await eventually("it says why it cannot") {
      program.log.contains("the secrets cannot be read again")
        && program.log.contains("\(file), which cannot be read")
    }
    #expect(await PlainClient.get("/products", port: port).hasPrefix("HTTP/1.1 200 "))

    try write("second")
    program.signal(SIGHUP)
    try await eventually("it says that it has") { program.log.contains("read the secrets again") }
    #expect(try await connections("first") > 0, "those that stand are kept")
    try await eventually("all new ones are made with the new text") {
      try await onLoop { loop in
        let session = try await Session.open(try ConnectionString(conninfo), on: loop)
        defer { session.close() }
        _ = try await session.rows(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'first'
          """)
      }
      let (old, new) = (try await connections("first"), try await connections("second"))
      return old == 0 && new > 0
    }
    #expect(await PlainClient.get("/products", port: port).hasPrefix("HTTP/1.1 200 "))
    #expect(!program.log.contains("hush"))
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("to hang up does not end a service whose own database is still starting")
  func hangUpWhileStarting() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try RunningProgram(["WAYBILL_HOME": home])
    try await blocking {
      // The folder is made before PostgreSQL, which then takes its time.
      while access(home, F_OK) != 0, program.isRunning { sched_yield() }
      program.signal(SIGHUP)
    }
    #expect(!program.log.contains("listening"), "it is still starting")
    let port = try await program.port()
    #expect(await PlainClient.get("/livez", port: port).hasPrefix("HTTP/1.1 200 "))
    #expect(program.log.contains("read the secrets again"), "\(program.log)")
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0, "\(program.log)")
  }
}
