import Glibc
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The feed of a program")
struct FeedTests {
  private static let order = #"{"customer_id":"c","items":[{"quantity":1,"price":1.25}]}"#

  /// Places an order; returns the cursor behind its last event.
  private static func place(_ port: UInt16) async throws -> String {
    let before = try await head(port)
    #expect(await PlainClient.send("POST", "/orders", order, port).hasPrefix("HTTP/1.1 201 "))
    var after = before
    try await eventually("the order is in the feed") {
      let page = await PlainClient.body(of: "/events?after=\(before)&wait=5", port: port)
      after = page.firstMatch(of: /"next":"([^"]+)"/).map { String($0.1) } ?? before
      return page.contains("order.placed")
    }
    return after
  }

  private static func head(_ port: UInt16) async throws -> String {
    let page = await PlainClient.body(of: "/events?after=latest", port: port)
    return String(try #require(page.firstMatch(of: /"next":"([^"]+)"/)).1)
  }

  private static func serve(_ conninfo: String) async throws -> (RunningProgram, UInt16) {
    let program = try RunningProgram([
      "DATABASE_URL": MigratedDatabase.as(.service, conninfo), "LOG_LEVEL": "notice",
    ])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    return (program, port)
  }

  @Test("goes on in another cluster after a restore, and refuses a cursor of what is lost")
  func restored() async throws {
    let folder = try TemporaryFolder()
    let servers = try await blocking {
      let servers = [try TestServer(), try TestServer()]
      for server in servers { try server.start() }
      return servers
    }
    let conninfos = try servers.map { try $0.makeOrdersDatabase() }
    try await MigratedDatabase.prepare(conninfos[0])
    let (before, portBefore) = try await Self.serve(conninfos[0])
    let kept = try await Self.place(portBefore)
    let dump = folder.path + "/dump"
    try await blocking {
      let dumped = ChildProcess.output(
        of: [try ServerBinaries.path(of: "pg_dump"), "-Fc", "-f", dump, conninfos[0]], seconds: 60)
      #expect(dumped != nil)
      let restored = ChildProcess.output(
        of: [
          try ServerBinaries.path(of: "pg_restore"), "--exit-on-error", "-d", conninfos[1], dump,
        ], seconds: 60)
      #expect(restored != nil)
    }
    let lost = try await Self.place(portBefore)
    before.signal(SIGTERM)

    let (after, port) = try await Self.serve(conninfos[1])
    #expect(try await Self.head(port) == kept)
    for isFeedLonger in [false, true] {
      let answer = await PlainClient.get("/events?after=\(lost)", port: port)
      #expect(answer.hasPrefix("HTTP/1.1 409 ") && answer.contains(#""code":"history_changed""#))
      if !isFeedLonger { _ = try await Self.place(port) }
    }
    let page = await PlainClient.body(of: "/events?after=\(kept)", port: port)
    #expect(page.matches(of: /"type":"order.placed"/).count == 1, "\(page)")
    after.signal(SIGTERM)
    #expect(await after.exitCode() == 0)
  }

  @Test("has no gap and nothing twice for a stream that was broken off a hundred times")
  func broken() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await KeyedLoad.fill(conninfo)
    let (program, port) = try await Self.serve(conninfo)
    let load = KeyedLoad(seed: .random(in: 0...999), clients: 2)
    load.port = port
    let consumer = FeedConsumer(.streams(of: 3), port: port)
    defer {
      load.abandon()
      consumer.abandon()
    }
    try await eventually("a hundred streams are broken off", within: .seconds(60)) {
      consumer.connectionsLost >= 100
    }
    try await blocking { load.finish() }
    let whole = try await FeedConsumer.wholeFeed(conninfo)
    try await eventually("it has come to the end") { consumer.events.count >= whole.count }
    #expect(consumer.events == whole && consumer.refusals.isEmpty)
    program.signal(SIGTERM)
  }

  @Test("ends its streams and waits within moments when their token is revoked")
  func revoked() async throws {
    let variables = [
      "DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_AUTH": "tokens",
      "WAYBILL_METRICS": "open",
    ]
    let program = try RunningProgram(variables)
    let port = try await program.port()
    func run(_ arguments: [String]) async throws -> String {
      let command = try RunningProgram(variables, arguments: ["token"] + arguments)
      #expect(await command.exitCode() == 0)
      return command.log
    }
    let created = try await run(["create", "--role", "warehouse"])
    let token = String(try #require(created.firstMatch(of: /wb_\w+/)).0)
    func ask(_ path: String, _ fields: String) throws -> PlainClient {
      let client = try #require(PlainClient(port: port))
      client.send(
        "GET \(path) HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\(fields)\r\n"
      )
      return client
    }
    let stream = try ask("/events", "Accept: text/event-stream\r\n")
    let waiting = try ask("/events?after=latest&wait=25", "")
    let begun = try await blocking { stream.receive() }
    #expect(begun?.starts(with: "HTTP/1.1 200 ".utf8) == true)
    try await eventually("both follow") {
      let figures = await PlainClient.get("/metrics", port: port)
      return figures.contains("\nfeed_followers 2\n")
    }

    let clock = ContinuousClock()
    _ = try await run(["revoke", "1"])
    let revokedAt = clock.now
    _ = await stream.readToEnd()
    #expect(await waiting.readToEnd().hasPrefix("HTTP/1.1 401 "))
    // A second is what is aimed at. The next mark of a stream, and the end of the wait, are later.
    #expect(clock.now - revokedAt < .seconds(10))
  }
}
