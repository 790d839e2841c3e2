import EventLoop
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("A cache of look-ups")
struct LookupCacheTests {
  private typealias State = LookupCacheState<Int, Int>
  private static let silence: State.Changes = (.second(-100), 0)

  @Test("believes a value for its trust period after it was asked for, and never beyond its end")
  func trustPeriod() {
    var state = State(trustPeriod: .seconds(2), limit: 2)
    func value(_ key: Int, at second: Int64) -> Int? {
      state.value(of: key, at: .second(second), changes: Self.silence)
    }
    state.keep(key: 1, asked: 4, until: 9)
    state.keep(key: 2, asked: 4, until: 5)

    #expect(value(1, at: 5) == 1 && value(2, at: 4) == 2)
    #expect(value(1, at: 6) == nil && value(2, at: 5) == nil)
    #expect(value(3, at: 4) == nil)
  }

  @Test("uses it longer while changes are signalled, and to its end at most")
  func changes() {
    var state = State(trustPeriod: .seconds(2), limit: 2)
    state.keep(key: 1, asked: 4, until: 9)

    #expect(state.value(of: 1, at: .second(8), changes: (.second(7), 0)) == 1)
    #expect(state.value(of: 1, at: .second(8), changes: (.second(6), 0)) == nil, "nothing is heard")
    #expect(state.value(of: 1, at: .second(9), changes: (.second(9), 0)) == nil, "its end")
  }

  @Test("forgets at the first signal of a change, also what was asked for before it came")
  func change() {
    var state = State(trustPeriod: .seconds(2), limit: 2)
    state.keep(key: 1, asked: 4, until: 9)
    #expect(state.value(of: 1, at: .second(4), changes: (.second(4), 1)) == nil)

    // Asked for, then the change was heard of, then the answer came: it may be the old one.
    state.keep(
      2, for: 2, asked: .second(4), changesAsked: 0, until: .second(9), at: .second(4),
      changes: (.second(4), 1))
    #expect(state.value(of: 2, at: .second(4), changes: (.second(4), 1)) == nil)
  }

  @Test("never holds more than its limit, and what is outdated goes first")
  func bounded() {
    var state = State(trustPeriod: .seconds(9), limit: 10)
    func value(_ key: Int) -> Int? { state.value(of: key, at: .second(2), changes: Self.silence) }
    for key in 0..<10 { state.keep(key: key, asked: 0, until: key < 9 ? 1 : 9) }
    state.keep(key: 10, asked: 2, until: 9)
    #expect(state.count == 2 && value(9) == 9)

    for key in 0..<1_000 {
      state.keep(key: key, asked: 2, until: 9)
      #expect(state.count <= 10 && value(key) == key)
    }
  }

  @Test(
    "looks a value up again when it is no longer believed, and each time what is not there"
  )
  func lookUps() async throws {
    let clock = ManualClock()
    let asked = try await onLoop(clock: clock.clock) { loop in
      var asked: [[String]] = []
      let changes = ChangeSignal()
      let cache = LookupCache<String, Int>(
        on: loop, trustPeriod: .seconds(1), changes: changes, limit: 8
      ) { keys in
        asked.append(keys)
        return keys.contains("a") ? ["a": .init(1, lifetime: .seconds(30))] : [:]
      }
      func load(_ key: String) async throws { _ = try await cache.load(key) }
      func wait(_ time: Duration) async {
        clock.advance(by: time, waking: loop)
        await loop.turn()
      }
      for key in ["a", "a", "none", "none"] { try await load(key) }
      await wait(.milliseconds(999))
      #expect(cache.known("a") == 1)
      await wait(.milliseconds(1))
      #expect(cache.known("a") == nil)
      try await load("a")
      await wait(.seconds(20))
      changes.receive(.upToDate(asOf: loop.now))
      #expect(cache.known("a") == 1)
      changes.receive(.notified(channel: "a", payload: ""))
      #expect(cache.known("a") == nil)
      try await load("a")
      changes.receive(.listening)
      try await load("a")
      return asked
    }

    #expect(asked == [["a"], ["none"], ["none"], ["a"], ["a"], ["a"]])
  }
}

extension LookupCacheState<Int, Int> {
  /// Keeps a key as its own value, while nothing is heard.
  fileprivate mutating func keep(key: Int, asked: Int64, until end: Int64) {
    keep(
      key, for: key, asked: .second(asked), changesAsked: 0, until: .second(end),
      at: .second(asked),
      changes: (.second(-100), 0))
  }
}

extension Instant {
  fileprivate static func second(_ second: Int64) -> Instant {
    Instant(nanoseconds: second * 1_000_000_000)
  }
}

extension EventLoop {
  /// Waits for the next turn, which reads the clock.
  fileprivate func turn() async {
    await withUnsafeContinuation { next in execute { next.resume() } }
  }
}
