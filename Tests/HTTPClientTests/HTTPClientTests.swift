import EventLoop
import HTTP
import TestSupport
import Testing

@testable import HTTPClient

private let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
private let lastHello = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"

@Suite("A client")
struct HTTPClientTests {
  @Test("sends exactly the given fields, and returns the answer")
  func exchange() async throws {
    let server = ScriptedServer([.send(hello)])
    let client = try await TestClient()

    let result = try await client.send(.post, server.host, body: "{}", contentType: .json)

    #expect(result.summary == "200 hello")
    #expect(
      server.requests == [
        "POST /path HTTP/1.1\r\nHost: \(server.host)\r\nContent-Type: application/json\r\n"
          + "Content-Length: 2\r\n\r\n{}"
      ])
  }

  @Test("keeps a connection for the next request to the same origin")
  func reuse() async throws {
    let server = ScriptedServer([.send(hello), .send(hello)])
    let client = try await TestClient()

    for _ in 0..<2 { #expect(try await client.outcome(.post, server.host) == "200 hello") }

    #expect(server.connections == 1)
  }

  @Test(
    "does not keep a connection that its answer closes, or that sends more than its answer",
    arguments: [lastHello, hello + "HTTP/1.1 "])
  func noReuse(answer: String) async throws {
    let server = ScriptedServer([.send(answer)], [.send(hello)])
    let client = try await TestClient()

    for _ in 0..<2 { #expect(try await client.outcome(.get, server.host) == "200 hello") }

    #expect(server.connections == 2)
  }

  @Test("closes a connection that is idle too long")
  func idle() async throws {
    let server = ScriptedServer([.send(hello)], [.send(hello)])
    let client = try await TestClient()

    #expect(try await client.outcome(.get, server.host) == "200 hello")
    client.advance(by: .seconds(4))
    #expect(try await client.outcome(.get, server.host) == "200 hello")

    #expect(server.connections == 2)
  }

  @Test("follows no redirect")
  func redirect() async throws {
    let server = ScriptedServer([
      .send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    ])
    let client = try await TestClient()

    #expect(try await client.outcome(.get, server.host) == "302 ")
    #expect(server.requests.count == 1)
  }

  @Test("accepts an answer that ends with the connection")
  func untilClose() async throws {
    let server = ScriptedServer([.sendAndClose("HTTP/1.1 200 OK\r\n\r\nall of it")])
    let client = try await TestClient()

    #expect(try await client.outcome(.get, server.host) == "200 all of it")
  }

  static let failures: [(step: ScriptedServer.Step, outcome: String)] = [
    (.close, "reset unknown"),
    (.reset, "reset unknown"),
    (.sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "reset unknown"),
    (.send("SSH-2.0-OpenSSH_9.2\r\n"), "malformed(HTTP.Rejection.badStatusLine) unknown"),
    (.send("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"), "tooLarge unknown"),
  ]

  @Test(
    "reports what is wrong with an answer, and that the request may have taken effect",
    arguments: failures)
  func failure(step: ScriptedServer.Step, outcome: String) async throws {
    let server = ScriptedServer([step])
    let client = try await TestClient()

    #expect(try await client.outcome(.post, server.host) == outcome)
    #expect(server.requests.count == 1)
  }

  @Test(
    "reports that a request which never left was not sent",
    arguments: [
      ("127.0.0.1:1", "connectFailed(errno: 111) notSent"),
      ("nowhere.invalid", "noAddress notSent"),
      ("", "badHost notSent"), ("a:b", "badHost notSent"), ("[::1", "badHost notSent"),
    ])
  func notSent(host: String, outcome: String) async throws {
    let client = try await TestClient()

    #expect(try await client.outcome(.post, host) == outcome)
  }

  @Test("tries the next address of a name when one does not answer, and asks for the name once")
  func addresses() async throws {
    let server = ScriptedServer([.send(lastHello)], [.send(lastHello)])
    let lookups = Lookups()
    let client = try await TestClient { origin in
      lookups.add(origin.host)
      return ["127.0.0.2", "127.0.0.1"].map { SocketAddress(literal: $0, port: origin.port)! }
    }

    #expect(try await client.outcome(.get, "name.test:\(server.port)") == "200 hello")
    #expect(try await client.outcome(.get, "name.test:\(server.port)") == "200 hello")

    #expect(lookups.hosts == ["name.test"])
  }

  @Test("fails with the phase that takes too long", arguments: [true, false])
  func timeout(isDripping: Bool) async throws {
    let step = isDripping ? ScriptedServer.Step.send("HTTP/1.1 200 OK\r\n") : .silence
    let server = ScriptedServer([step])
    let client = try await TestClient()

    async let outcome = client.outcome(.post, server.host)
    try await eventually("the request is there") { server.requests.count == 1 }
    try await client.settle()
    client.advance(by: .seconds(15))

    #expect(try await outcome == "timeout(HTTPClient.HTTPClientError.Phase.reading) unknown")
  }

  @Test("does not wait for a name service that does not answer")
  func slowLookup() async throws {
    let gate = Lookups()
    let client = try await TestClient { origin in
      gate.add(origin.host)
      gate.waitUntilOpen()
      return []
    }

    async let outcome = client.outcome(.post, "slow.test")
    try await eventually("the lookup runs") { gate.hosts.count == 1 }
    client.advance(by: .seconds(3))

    #expect(try await outcome == "timeout(HTTPClient.HTTPClientError.Phase.connecting) notSent")
    gate.open()
  }

  @Test("ends the exchange when its task is cancelled")
  func cancellation() async throws {
    let server = ScriptedServer([.silence])
    let client = try await TestClient()

    let outcome = try await client.cancelled(.get, server.host) {
      try await eventually("the request is there") { server.requests.count == 1 }
    }

    #expect(outcome == "cancelled unknown")
  }

  @Test("refuses more requests in flight than the limit")
  func tooBusy() async throws {
    var limits = ClientLimits()
    limits.exchangesMax = 1
    let server = ScriptedServer([.silence])
    let client = try await TestClient(limits: limits)

    async let first = client.outcome(.get, server.host)
    try await eventually("the request is there") { server.requests.count == 1 }
    let second = try await client.outcome(.get, server.host)
    client.advance(by: .seconds(10))

    #expect(second == "tooBusy notSent")
    #expect(try await first.hasPrefix("timeout"))
  }
}

@Suite("A request lost with a kept connection")
struct RetryTests {
  @Test(
    "is sent again only if its method is idempotent",
    arguments: [
      (HTTP.Method.get, "200 hello"), (.put, "200 hello"), (.delete, "200 hello"),
      (.post, "reset unknown"), (.patch, "reset unknown"),
    ])
  func idempotent(method: HTTP.Method, outcome: String) async throws {
    let server = ScriptedServer([.send(hello), .reset], [.send(hello)])
    let client = try await TestClient()
    #expect(try await client.outcome(.get, server.host) == "200 hello")

    #expect(try await client.outcome(method, server.host) == outcome)
  }

  @Test("is sent again once, not for ever")
  func once() async throws {
    let server = ScriptedServer([.send(hello), .reset], [.reset], [.send(hello)])
    let client = try await TestClient()
    #expect(try await client.outcome(.get, server.host) == "200 hello")

    #expect(try await client.outcome(.get, server.host) == "reset unknown")
    #expect(server.requests.count == 3)
  }

  @Test("is not sent again once part of an answer has come")
  func answered() async throws {
    let server = ScriptedServer(
      [.send(hello), .sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")],
      [.send(hello)])
    let client = try await TestClient()
    #expect(try await client.outcome(.get, server.host) == "200 hello")

    #expect(try await client.outcome(.get, server.host) == "reset unknown")
  }

  @Test("is not lost when the end of the connection was noticed before")
  func seenToEnd() async throws {
    let server = ScriptedServer([.sendAndClose(hello)], [.send(hello)])
    let client = try await TestClient()

    #expect(try await client.outcome(.post, server.host) == "200 hello")
    try await eventually("the next request gets an answer on a new connection") {
      try await client.outcome(.post, server.host) == "200 hello"
    }
  }
}
