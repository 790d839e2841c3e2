import EventLoop
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Loops that share a listener")
struct SharedListenerTests {
  private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("share its connections, and the last one to drain closes it")
  func share() async throws {
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let servers = [
      try await TestServer(listener: listener), try await TestServer(listener: listener),
    ]
    let clients = try await Self.clients(20, of: listener)

    #expect(try await Self.answers(servers) == [10, 10])
    #expect(try await servers[0].drain().connectionsCut == 0)
    #expect(RawClient.canConnect(to: listener.port))
    #expect(try await servers[1].drain().connectionsCut == 0)
    #expect(!RawClient.canConnect(to: listener.port))
    withExtendedLifetime(clients) {}
  }

  @Test("have as many connections each, also of clients that connect at the same moment")
  func atOnce() async throws {
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    var servers: [TestServer] = []
    for _ in 0..<3 { servers.append(try await TestServer(listener: listener)) }
    let clients = try (0..<60).map { _ in try RawClient(port: listener.port) }
    for client in clients { client.send(Self.request) }
    for client in clients { try await client.expect("hello") }

    #expect(try await Self.answers(servers) == [20, 20, 20])
    withExtendedLifetime(clients) {}
  }

  @Test("give new connections to the one whose clients have left")
  func left() async throws {
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let first = try await TestServer(listener: listener)
    let leaving = try await Self.clients(6, of: listener)
    let second = try await TestServer(listener: listener)
    let staying = try await Self.clients(6, of: listener)
    #expect(try await Self.answers([first, second]) == [6, 6])

    for client in leaving { client.finishSending() }
    try await eventually("the first server has no connection") {
      listener.shares.counts == [0, 6]
    }
    let more = try await Self.clients(6, of: listener)

    #expect(try await Self.answers([first, second]) == [12, 6])
    withExtendedLifetime((staying, more)) {}
  }

  @Test("answer a request of a connection that is passed on to one that drains")
  func passedOnAtTheEnd() async throws {
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let busy = try await TestServer(listener: listener)
    let clients = try await Self.clients(1, of: listener)
    let draining = try await TestServer(listener: listener)

    // The loop that drains does nothing else meanwhile, so that the other one accepts.
    let (client, report) = try await draining.drain { port in
      let client = try RawClient(port: port)
      client.send(Self.request)
      let deadline = ContinuousClock.now + .seconds(180)
      while listener.shares.counts != [1, 1], ContinuousClock.now < deadline {}
      return client
    }

    #expect(await report.value.connectionsCut == 0)
    try await client.expect("hello")
    #expect(try await Self.answers([busy, draining]) == [1, 1])
    withExtendedLifetime(clients) {}
  }

  /// How many requests each server has answered.
  private static func answers(_ servers: [TestServer]) async throws -> [Int] {
    for server in servers { try await server.settle() }
    return servers.map(\.finished.count)
  }

  /// Clients that have connected one after the other, each with an answer.
  private static func clients(
    _ count: Int, of listener: ListeningSocket
  ) async throws -> [RawClient] {
    var clients: [RawClient] = []
    for _ in 0..<count {
      let client = try RawClient(port: listener.port)
      client.send(request)
      try await client.expect("hello")
      clients.append(client)
    }
    return clients
  }
}
