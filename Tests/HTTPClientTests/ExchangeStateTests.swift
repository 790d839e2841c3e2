import EventLoop
import HTTP
import Testing

@testable import HTTPClient

private let start = Instant(nanoseconds: 0)

@Suite("An exchange's state")
struct ExchangeStateTests {
  private func state(isReused: Bool = false) -> ExchangeState {
    ExchangeState(isReused: isReused, end: start + .seconds(15), at: start)
  }

  @Test("connects, writes piece by piece, reads, and keeps the connection")
  func wholeExchange() {
    var state = state()

    #expect(state.event(.connected, at: start) == .write)
    #expect(state.event(.wrote(3, left: 2), at: start) == .readAndWrite)
    #expect(state.event(.wrote(2, left: 0), at: start) == .read)
    #expect(state.event(.partial, at: start) == .read)
    #expect(state.event(.answered(keepAlive: true), at: start) == .finish(keep: true))
  }

  @Test(
    "accepts an answer that comes before the whole request is sent, and then closes the connection")
  func earlyAnswer() {
    var state = state()
    _ = state.event(.connected, at: start)
    _ = state.event(.wrote(3, left: 2), at: start)

    #expect(state.event(.partial, at: start) == .readAndWrite)
    #expect(state.event(.writeFailed, at: start) == .read)
    #expect(state.event(.answered(keepAlive: true), at: start) == .finish(keep: false))
  }

  @Test(
    "has a deadline for each phase, which progress moves, and one for the whole, which is fixed")
  func deadlines() {
    let limits = ClientLimits()
    var state = state()

    #expect(state.deadline(limits) == start + .seconds(3))
    _ = state.event(.connected, at: start + .seconds(2))
    #expect(state.deadline(limits) == start + .seconds(7))
    _ = state.event(.wrote(1, left: 0), at: start + .seconds(4))
    #expect(state.deadline(limits) == start + .seconds(14))
    _ = state.event(.partial, at: start + .seconds(13))

    #expect(state.deadline(limits) == start + .seconds(15))
  }

  @Test("is stale only on a kept connection, before any byte of an answer")
  func staleness() {
    func failure(isReused: Bool, sent: Int, _ last: ExchangeState.Event...) -> HTTPClientError? {
      var state = state(isReused: isReused)
      if !isReused { _ = state.event(.connected, at: start) }
      if sent > 0 { _ = state.event(.wrote(sent, left: 0), at: start) }
      for event in last {
        if case .fail(let error) = state.event(event, at: start) { return error }
      }
      return nil
    }

    let stale = failure(isReused: true, sent: 5, .broken)
    #expect(stale == HTTPClientError(.reset, .unknown, wasStale: true))
    #expect(stale?.allowsRetry(of: .get) == true)
    #expect(stale?.allowsRetry(of: .post) == false)
    let unsent = failure(isReused: true, sent: 0, .writeFailed, .broken)
    #expect(unsent == HTTPClientError(.reset, .notSent, wasStale: true))
    #expect(unsent?.allowsRetry(of: .post) == true)
    #expect(failure(isReused: false, sent: 5, .broken)?.wasStale == false)
    #expect(failure(isReused: true, sent: 5, .partial, .broken)?.wasStale == false)
    #expect(failure(isReused: true, sent: 5, .expired)?.wasStale == false)
    #expect(failure(isReused: true, sent: 5, .cancelled)?.wasStale == false)
  }
}

@Suite("An origin")
struct OriginTests {
  @Test(
    "is a host and a port",
    arguments: [
      ("example.org", "example.org", 80), ("example.org:8080", "example.org", 8080),
      ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]", "::1", 80), ("[::1]:65535", "::1", 65_535),
    ])
  func valid(authority: String, host: String, port: UInt16) {
    let origin = Origin(authority: authority)

    #expect(origin?.host == host)
    #expect(origin?.port == port)
  }

  @Test(
    "is refused in any other form",
    arguments: [
      "", ":80", "a:", "a:0", "a:65536", "a:+1", "a:8o", "[::1", "[::1]8", "[]", "a b", "a\0b",
      "::1", "a\r\nb", "é",
    ])
  func invalid(authority: String) {
    #expect(Origin(authority: authority) == nil)
  }
}
