import EventLoop
import Glibc
import HTTP
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A server at its limit")
struct CeilingTests {
  @Test(
    "answers 503 with Retry-After to a connection above the limit, and serves again when one ends")
  func connections() async throws {
    var limits = ServerLimits.patient
    limits.connectionsMax = 1
    let server = try await TestServer(limits: limits)
    var first: RawClient? = try RawClient(port: server.port)
    first?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await first?.expect("hello")

    let second = try RawClient(port: server.port)
    second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await second.expectEnd()
    first = nil
    try await eventually("both are gone") { server.metrics.connectionsOpen.value == 0 }
    let third = try RawClient(port: server.port)
    third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    try await third.expect("hello")
    #expect(second.end == .closed)
    #expect(second.statusLines == ["HTTP/1.1 503 Service Unavailable"])
    #expect(second.text.contains("Retry-After: 1\r\n"))
    #expect(server.metrics.connectionsRefused.value == 1)
  }

  @Test("answers 503 with its spare descriptor when none is left, and does not spin")
  func descriptors() async throws {
    let script = Mutex<(refusals: Int, calls: Int)>((refusals: 3, calls: 0))
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0) { socket in
      let isOut = script.withLock { script in
        script.calls += 1
        // Every other call is the one by the reserve.
        let isOut = script.refusals > 0 && script.calls % 2 == 1
        if isOut { script.refusals -= 1 }
        return isOut
      }
      return isOut ? .failed(errno: EMFILE) : socket.accept()
    }
    let time = ManualClock()
    let server = try await TestServer(clock: time.clock, listener: listener)

    for turn in 1...3 {
      let client = try RawClient(port: server.port)
      try await client.expectEnd()
      #expect(client.statusLines == ["HTTP/1.1 503 Service Unavailable"])
      try await server.settle()
      try await server.settle()
      #expect(script.withLock { $0.calls } == 2 * turn)
      time.advance(by: .milliseconds(100), waking: server.thread.loop)
    }
    let client = try RawClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    try await client.expect("hello")
    #expect(server.metrics.connectionsRefused.value == 3)
  }
}

@Suite("A client that sends and does not read")
struct BackPressureTests {
  @Test("is not read from, costs a limited number of bytes, and gets every answer in the end")
  func pipelining() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port, receiveBufferBytes: 65_536)
    // Four times what the system may keep of answers on the way (4 MB).
    let request = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n"
    let requests = 4_000
    let all = Array(String(repeating: request, count: requests).utf8)

    var sent = 0
    try await eventually("the server stops reading") {
      let count = client.send(Array(all[sent...]))
      sent += max(0, count)
      try await server.settle()
      return count == 0 || sent == all.count
    }
    let answered = server.finished.count
    try await eventually("all is sent and answered") {
      sent += max(0, client.send(Array(all[sent...])))
      client.receive()
      return server.finished.count == requests && sent == all.count
    }
    client.finishSending()
    try await client.expectEnd()

    #expect(answered < requests)
    #expect(client.end == .closed)
    #expect(server.finished.map(\.bytesOut).reduce(0, +) == client.received.count)
  }

  @Test("is read from again after answers that were sent before all were written")
  func sentEarly() async throws {
    var limits = ServerLimits.patient
    limits.unsentBytesMax = 1
    let server = try await TestServer(limits: limits)
    let client = try RawClient(port: server.port)

    for turn in 1...3 {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await eventually("both are answered") {
        client.receive()
        return client.statusLines.count == 2 * turn
      }
    }
    #expect(client.text.hasSuffix("hello"))
  }

  @Test("gets a large answer whole when it reads at last, and the next one after it")
  func largeAnswer() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)

    client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /close HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the first answer is put out") { server.finished.count == 1 }
    try await server.settle()
    #expect(server.finished.count == 1)
    try await client.expectEnd()

    #expect(client.received.count == server.finished.map(\.bytesOut).reduce(0, +))
    #expect(client.received.count > 4_000_000)
  }

  @Test("is closed when all that the server holds for such clients passes the limit")
  func heldBytes() async throws {
    var limits = ServerLimits.patient
    limits.heldBytesMax = 1_000_000
    let server = try await TestServer(limits: limits)
    let half = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n"
    let content = String(repeating: "x", count: 150_000)

    let clients = try (0..<10).map { _ in try RawClient(port: server.port) }
    for client in clients {
      var left = Array((half + content).utf8)[...]
      try await eventually("it is sent") {
        let count = client.send(Array(left))
        left = left.dropFirst(max(0, count))
        return left.isEmpty || count < 0
      }
    }
    try await eventually("four are cut") { server.metrics.connectionsCut.value >= 4 }
    for client in clients { client.finishSending() }
    try await eventually("all is given back") { server.metrics.connectionsOpen.value == 0 }
    let next = try RawClient(port: server.port)
    next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    try await next.expect("hello")
    #expect(server.metrics.connectionsCut.value == 4)
  }
}
