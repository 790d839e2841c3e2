import EventLoop
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A drain")
struct DrainTests {
  @Test("answers every request in flight, and closes idle connections and the port")
  func inFlight() async throws {
    let server = try await TestServer()
    let idle = try RawClient(port: server.port)
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await idle.expect("hello")
    let busy = try (0..<20).map { _ in try RawClient(port: server.port) }
    for client in busy { client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n") }
    try await eventually("all handlers run") { server.gate.arrivals == 20 }

    async let report = server.drain()
    try await idle.expectEnd()
    server.gate.open(on: server.thread.loop)
    for client in busy { try await client.expectEnd() }

    #expect(try await report == Server.DrainReport(connectionsCut: 0, handlersLeft: 0))
    #expect(busy.allSatisfy { $0.statusLines == ["HTTP/1.1 200 OK"] && $0.end == .closed })
    #expect(busy.allSatisfy { $0.text.contains("Connection: close\r\n") })
    #expect(!RawClient.canConnect(to: server.port))
  }

  @Test("serves the connections in the listener's queue")
  func backlog() async throws {
    let server = try await TestServer()

    // The loop is busy with the drain's begin when these connect and send.
    let (clients, report) = try await server.drain { port in
      try (0..<10).map { _ in
        let client = try RawClient(port: port)
        client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        return client
      }
    }
    for client in clients { try await client.expectEnd() }

    #expect(await report.value.connectionsCut == 0)
    #expect(clients.allSatisfy { $0.statusLines == ["HTTP/1.1 200 OK"] })
  }

  @Test("answers a request that arrived on an idle connection just before")
  func justInTime() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await client.expect("hello")

    let (_, report) = try await server.drain { _ in
      client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    try await client.expectEnd()

    #expect(await report.value.connectionsCut == 0)
    #expect(client.text.hasSuffix("later"))
  }

  @Test("ends what is left at its deadline, and reports that, also when a handler never returns")
  func overDeadline() async throws {
    let time = ManualClock()
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the handler runs") { server.gate.arrivals == 1 }

    async let report = server.drain()
    try await eventually("the port is closed") {
      !RawClient.canConnect(to: server.port)
    }
    time.advance(by: .seconds(10), waking: server.thread.loop)

    #expect(try await report == Server.DrainReport(connectionsCut: 1, handlersLeft: 1))
    try await client.expectEnd()
    server.gate.open(on: server.thread.loop)
  }

  @Test("gives a connection that has sent nothing yet a moment to send")
  func fresh() async throws {
    let time = ManualClock()
    let server = try await TestServer(clock: time.clock)
    let late = try RawClient(port: server.port)
    let silent = try RawClient(port: server.port)
    try await eventually("both are open") { server.metrics.connectionsOpen.value == 2 }

    async let report = server.drain()
    try await eventually("the port is closed") {
      !RawClient.canConnect(to: server.port)
    }
    late.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await late.expectEnd()
    time.advance(by: .milliseconds(500), waking: server.thread.loop)
    try await silent.expectEnd()

    #expect(late.text.hasSuffix("hello"))
    #expect(try await report.connectionsCut == 0)
  }
}
