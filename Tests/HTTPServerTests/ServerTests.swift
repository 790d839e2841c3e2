import EventLoop
import HTTP
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A server")
struct ServerTests {
  @Test("answers request after request on one connection")
  func keepAlive() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    for count in 1...3 {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await eventually("answer \(count)") {
        client.receive()
        return client.statusLines.count == count && client.text.hasSuffix("hello")
      }
    }

    #expect(client.statusLines == Array(repeating: "HTTP/1.1 200 OK", count: 3))
    #expect(client.end == nil)
    #expect(server.metrics.connectionsAccepted.value == 1)
  }

  @Test("assembles a request from single bytes")
  func singleBytes() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    for byte in Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".utf8) {
      client.send([byte])
      try await server.settle()
    }

    try await client.expect("\r\n\r\nabc")
  }

  @Test(
    "closes after the answer when either side asks for it",
    arguments: [
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
      "GET /close HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
  func close(request: String) async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send(request + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await client.expectEnd()

    #expect(client.end == .closed)
    #expect(client.statusLines == ["HTTP/1.1 200 OK"])
    #expect(client.text.contains("Connection: close\r\n"))
  }

  @Test("closes a connection without an answer when the work is done, and goes on")
  func never() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the work begins") { server.gate.arrivals == 1 }
    client.receive()
    #expect(client.end == nil)
    server.gate.open(on: server.thread.loop)
    try await client.expectEnd()

    #expect(client.end == .closed)
    #expect(client.received.isEmpty)
    #expect(server.metrics.requestsInFlight.value == 0)
    #expect(server.finished.isEmpty)
    let next = try RawClient(port: server.port)
    next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await next.expect("hello")
  }

  @Test("accepts that a client leaves which will get no answer")
  func neverAndGone() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the work begins") { server.gate.arrivals == 1 }

    client.reset()
    try await eventually("it is gone") { server.metrics.connectionsOpen.value == 0 }
    server.gate.open(on: server.thread.loop)

    try await eventually("the work ends") { server.metrics.requestsInFlight.value == 0 }
  }

  @Test("answers HEAD with the length and without the content")
  func head() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    try await client.expectEnd()

    #expect(client.text.contains("Content-Length: 5\r\n"))
    #expect(client.text.hasSuffix("\r\n\r\n"))
  }

  @Test("asks for the content that a client holds back, then answers")
  func continues() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    try await client.expect("HTTP/1.1 100 Continue\r\n\r\n")
    client.send("ok")

    try await client.expect("\r\n\r\nok")
    #expect(client.statusLines.count == 2)
  }

  @Test("answers a client that has finished sending, also when the answer takes some time")
  func halfClosed() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    client.finishSending()
    try await eventually("the handler runs") { server.gate.arrivals == 1 }
    server.gate.open(on: server.thread.loop)
    try await client.expectEnd()

    #expect(client.end == .closed)
    #expect(client.statusLines.count == 2)
  }

  @Test("lets a handler finish when its client is gone, and drops its answer")
  func clientGone() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the handler runs") { server.gate.arrivals == 1 }
    client.reset()
    try await eventually("the connection is closed") { server.metrics.connectionsOpen.value == 0 }
    #expect(server.metrics.requestsInFlight.value == 1)
    server.gate.open(on: server.thread.loop)

    try await eventually("the handler is done") { server.metrics.requestsInFlight.value == 0 }
    #expect(server.metrics.answersDropped.value == 1)
    #expect(server.finished.map(\.bytesOut) == [0])
  }

  @Test("keeps the id of a request, makes one if there is none, and answers with it")
  func requestIDs() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET /id HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine-1\r\n\r\n")
    try await client.expect("mine-1")
    #expect(client.text.contains("X-Request-Id: mine-1\r\n"))
    client.send("GET /id HTTP/1.1\r\nHost: a\r\nX-Request-Id: not mine\r\n\r\n")
    client.send("GET /id HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("three answers") {
      client.receive()
      return server.finished.count == 3 && client.statusLines.count == 3
    }

    let names = server.finished.map { $0.exchange.id.description }
    #expect(Set(names).count == 3)
    #expect(!client.text.contains("not mine"))
    #expect(names.allSatisfy { client.text.contains("X-Request-Id: \($0)\r\n") })
  }

  @Test("keeps the id of a refused request as well, and measures the duration of both")
  func namesOfRefused() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine-2\r\n")
    client.send("Content-Length: 999999999\r\n\r\n")
    try await client.expectEnd()

    #expect(client.statusLines == ["HTTP/1.1 200 OK", "HTTP/1.1 413 Content Too Large"])
    #expect(client.text.contains("X-Request-Id: mine-2\r\n"))
    #expect(server.finished.last?.exchange.id.description == "mine-2")
    #expect(server.finished.allSatisfy { $0.duration > .zero })
  }

  @Test("lets no value of a handler begin another field or answer")
  func responseSplitting() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET /reflect HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    try await client.expectEnd()

    let lines = client.text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.filter { $0.hasPrefix("HTTP/") }.count == 1)
    #expect(!lines.contains { $0.hasPrefix("Injected") })
  }

  @Test("takes a request with awaits from its first byte to its answer on one thread")
  func noHop() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    let before = server.thread.loop.jobsReceived

    for _ in 0..<100 { client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n") }
    try await eventually("a hundred answers") {
      client.receive()
      return client.statusLines.count == 100
    }

    #expect(server.thread.loop.jobsReceived == before)
  }

  @Test("reports the result of each request to its observer")
  func observer() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    client.send("BAD\r\n\r\n")
    try await client.expectEnd()

    let finished = server.finished
    #expect(finished.map(\.status.code) == [200, 200, 400])
    #expect(finished.map(\.route) == ["/", "/later", nil])
    #expect(finished.map(\.serverError) == [nil, nil, .rejected(.badRequestLine)])
    #expect(finished.map(\.bytesOut).reduce(0, +) == client.received.count)
    #expect(finished.allSatisfy { $0.site == "test" && $0.exchange.peer.host == "127.0.0.1" })
  }
}
