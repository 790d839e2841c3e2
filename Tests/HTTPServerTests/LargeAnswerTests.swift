import EventLoop
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A large answer")
struct LargeAnswerTests {
  private static let bigBytes = 4_000_000

  @Test("is spread over turns of the loop however fast it is read, and others have their turns")
  func spread() async throws {
    let server = try await TestServer()
    let reader = try RawClient(port: server.port)
    let other = try RawClient(port: server.port)

    let turns = try await server.thread.loop.run { loop in
      reader.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
      var turns = 0
      while reader.received.count < Self.bigBytes, turns < 10_000 {
        if turns % 10 == 0 { other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
        await turn(of: loop)
        turns += 1
        reader.receive()
        other.receive()
      }
      return turns
    }

    #expect(turns >= Self.bigBytes / ServerLimits().sentPerTurnMax)
    #expect(other.statusLines.count >= turns / 10 - 1)
  }

  @Test("leaves room for others in a turn also when many ask for one at once")
  func many() async throws {
    let server = try await TestServer()
    let readers = try (0..<40).map { _ in try RawClient(port: server.port) }

    let received = try await server.thread.loop.run { loop in
      for reader in readers { reader.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n") }
      var received: [Int] = []
      for _ in 0..<5 {
        await turn(of: loop)
        for reader in readers { reader.receive() }
        received.append(readers.reduce(0) { $0 + $1.received.count })
      }
      return received
    }

    let limits = ServerLimits()
    let turnMax = limits.sentInAllPerTurnMax + readers.count * limits.smallAnswerBytesMax
    // A turn may end between two of ours, so twice the bytes may have come.
    for (before, after) in zip(received, received.dropFirst()) {
      #expect(after - before <= 2 * turnMax)
    }
  }

  @Test("arrives whole and in order, whatever the system takes at a time")
  func pieces() {
    var random = SeededRandom(seed: .random(in: 0...UInt64.max))
    for _ in 0..<200 {
      let head = (0..<Int.random(in: 1...50, using: &random)).map { UInt8($0) }
      let body = (0..<Int.random(in: 1...300, using: &random)).map { UInt8($0 % 251) }
      let copied = Int.random(in: 0..<body.count, using: &random)
      var taken: [UInt8] = []
      var out = head + body[..<copied]
      var outgoing = Outgoing()
      outgoing.append(body: body, from: copied, isKept: Bool.random(using: &random))
      var attempts = 0
      while true {
        let limit = Int.random(in: 1...100, using: &random)
        var left = limit
        let transmission = outgoing.send(&out, limit: limit) { bytes, offset, limit in
          let count = min(limit, bytes.count - offset, Int.random(in: 0...80, using: &random))
          taken += bytes[offset..<offset + count]
          left -= count
          return count
        }
        #expect(left >= 0 && out.isEmpty)
        attempts += 1
        if transmission == .all || attempts > 10_000 { break }
      }
      #expect(taken == head + body && outgoing.isEmpty && outgoing.count == 0)
    }
  }

  @Test("of a document that is kept in any case holds no memory while it waits")
  func kept() {
    for (isKept, held) in [(true, 10), (false, 1_010)] {
      var outgoing = Outgoing()
      outgoing.append(body: [UInt8](repeating: 0, count: 1_000), from: 0, isKept: isKept)
      var out = [UInt8](repeating: 0, count: 10)
      let blocked = outgoing.send(&out, limit: 100) { _, _, _ in 0 }
      #expect(blocked == .part(progress: false, isBlocked: true))
      #expect(outgoing.heldBytes == held && outgoing.count == 1_010)
    }
  }
}
