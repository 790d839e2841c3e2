import EventLoop
import HTTP
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A server with more requests than it works on at once")
struct FairShareTests {
  /// A request that stays at the server's gate, of a sender with this number.
  private static func held(by sender: Int) -> String {
    "GET /gate?\(sender) HTTP/1.1\r\nHost: a\r\n\r\n"
  }

  private static var limits: ServerLimits {
    var limits = ServerLimits.patient
    limits.requestsInFlightMax = 4
    return limits
  }

  /// A server, and clients of one sender: two are served, the others wait.
  private static func crowd(
    of count: Int, limits: ServerLimits = limits, clock: Clock? = nil
  ) async throws -> (TestServer, [RawClient]) {
    let server = try await TestServer(clock: clock, limits: limits)
    let clients = try (0..<count).map { _ in try RawClient(port: server.port) }
    for client in clients { client.send(held(by: 1)) }
    try await eventually("two are served, the others wait") {
      server.gate.arrivals == 2 && server.metrics.requestsWaiting.value == count - 2
    }
    return (server, clients)
  }

  @Test("has a request wait for its turn, and answers each in the end")
  func waiting() async throws {
    let (server, clients) = try await Self.crowd(of: 300)

    try await eventually("all are answered") {
      server.gate.open(on: server.thread.loop)
      return server.finished.count == 300
    }
    for client in clients { try await client.expect("passed") }
    #expect(server.metrics.waits.value == 298)
    #expect(server.metrics.waitNanoseconds.value > 0)
    #expect(server.metrics.requestsWaiting.value == 0)
    #expect(server.metrics.requestsInFlight.value == 0)
    #expect(server.finished.allSatisfy { $0.status == .ok })
  }

  @Test("serves another sender at once, however many of one wait")
  func newcomer() async throws {
    let (server, clients) = try await Self.crowd(of: 20)
    let other = try RawClient(port: server.port)

    other.send(Self.held(by: 2))
    try await eventually("it is served") { server.gate.arrivals == 3 }
    #expect(server.metrics.requestsWaiting.value == 18)
    server.gate.open(on: server.thread.loop)
    try await other.expect("passed")
    withExtendedLifetime(clients) {}
  }

  @Test("answers 503 with Retry-After when a turn does not come, and keeps the connection")
  func deadline() async throws {
    let time = ManualClock()
    var limits = ServerLimits()
    limits.requestsInFlightMax = 4
    let (server, clients) = try await Self.crowd(of: 3, limits: limits, clock: time.clock)
    time.advance(by: .milliseconds(1_999), waking: server.thread.loop)
    try await server.settle()
    #expect(server.finished.isEmpty)
    time.advance(by: .milliseconds(1), waking: server.thread.loop)
    try await eventually("one is refused") { server.finished.count == 1 }
    let refused = try await Self.answered(clients)
    refused.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await refused.expect("hello")

    #expect(refused.statusLines == ["HTTP/1.1 503 Service Unavailable", "HTTP/1.1 200 OK"])
    #expect(refused.text.contains("Retry-After: 1\r\n"))
    #expect(refused.text.contains("Nothing was done."))
    #expect(server.metrics.requestsRefused[.waited].value == 1)
    #expect(server.metrics.requestsWaiting.value == 0)
    server.gate.open(on: server.thread.loop)
    try await eventually("the others are answered") { server.finished.count == 4 }
  }

  @Test("gives a request that has waited the whole time for its handler")
  func deadlineOfHandler() async throws {
    let time = ManualClock()
    var limits = ServerLimits()
    limits.requestsInFlightMax = 4
    let (server, clients) = try await Self.crowd(of: 3, limits: limits, clock: time.clock)

    time.advance(by: .seconds(1), waking: server.thread.loop)
    server.gate.open(on: server.thread.loop)
    try await eventually("the third is served") { server.gate.arrivals == 3 }
    time.advance(by: .milliseconds(29_999), waking: server.thread.loop)
    try await server.settle()
    #expect(server.metrics.timeouts[.handler].value == 0)
    time.advance(by: .milliseconds(1), waking: server.thread.loop)
    try await eventually("it was too late") { server.metrics.timeouts[.handler].value == 1 }
    server.gate.open(on: server.thread.loop)
    withExtendedLifetime(clients) {}
  }

  @Test("takes a client that is gone out of the line")
  func gone() async throws {
    let server: TestServer
    do {
      let (crowded, clients) = try await Self.crowd(of: 6)
      server = crowded
      withExtendedLifetime(clients) {}
    }
    try await eventually("nobody waits") { server.metrics.requestsWaiting.value == 0 }
    server.gate.open(on: server.thread.loop)
    try await eventually("the handlers are done") { server.metrics.requestsInFlight.value == 0 }

    #expect(server.gate.arrivals == 2)
  }

  @Test("answers what a client sent behind the request that had to wait")
  func pipelined() async throws {
    let (server, clients) = try await Self.crowd(of: 2)
    let client = try RawClient(port: server.port)
    client.send(Self.held(by: 1))
    try await eventually("it waits") { server.metrics.requestsWaiting.value == 1 }
    client.send("GET /id HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc\r\n\r\nGET / HT")
    try await server.settle()
    client.send("TP/1.1\r\nHost: a\r\n\r\n")
    try await server.settle()

    try await eventually("all is answered") {
      server.gate.open(on: server.thread.loop)
      client.receive()
      return client.statusLines.count == 3
    }
    #expect(client.text.contains("passed"))
    #expect(client.text.hasSuffix("hello"))
    withExtendedLifetime(clients) {}
  }

  @Test("refuses at once when the line of a sender is full")
  func full() async throws {
    var limits = Self.limits
    limits.waitingMax = 3
    let (server, clients) = try await Self.crowd(of: 5, limits: limits)
    let late = try RawClient(port: server.port)
    let other = try RawClient(port: server.port)

    late.send(Self.held(by: 1))
    try await late.expect("at the moment.")
    other.send(Self.held(by: 2))
    try await eventually("another sender is served") { server.gate.arrivals == 3 }
    #expect(late.statusLines == ["HTTP/1.1 503 Service Unavailable"])
    #expect(server.metrics.requestsRefused[.queueFull].value == 1)
    server.gate.open(on: server.thread.loop)
    withExtendedLifetime(clients) {}
  }

  @Test("serves those that wait when it drains")
  func drain() async throws {
    let (server, clients) = try await Self.crowd(of: 10)
    let report = Task { try await server.drain() }
    try await eventually("all are answered") {
      server.gate.open(on: server.thread.loop)
      return server.finished.count == 10
    }

    for client in clients { try await client.expectEnd() }
    #expect(try await report.value.handlersLeft == 0)
    #expect(clients.allSatisfy { $0.statusLines == ["HTTP/1.1 200 OK"] })
  }

  /// The first client that has got an answer.
  private static func answered(_ clients: [RawClient]) async throws -> RawClient {
    var found: RawClient?
    try await eventually("one has its answer") {
      for client in clients { client.receive() }
      found = clients.first { !$0.text.isEmpty }
      return found != nil
    }
    return try #require(found)
  }
}
