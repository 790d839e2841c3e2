import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("A short memory")
struct ShortMemoryTests {
  private static func second(_ seconds: Int64) -> Instant {
    Instant(nanoseconds: seconds * 1_000_000_000)
  }

  @Test("knows a value until its moment, and not at it")
  func ends() {
    var state = ShortMemoryState<String, Int>(limit: 2)
    state.keep(1, for: "a", until: Self.second(5), at: Self.second(4))
    state.keep(2, for: "late", until: Self.second(3), at: Self.second(4))

    #expect(state.value(of: "a", at: Self.second(4)) == 1)
    #expect(state.value(of: "a", at: Self.second(5)) == nil)
    #expect(state.value(of: "late", at: Self.second(4)) == nil && state.count == 1)
  }

  @Test("never holds more than its limit, and what is outdated goes first")
  func bounded() {
    var state = ShortMemoryState<Int, Int>(limit: 10)
    for key in 0..<10 { state.keep(key, for: key, until: Self.second(key < 9 ? 1 : 9), at: .zero) }
    state.keep(10, for: 10, until: Self.second(9), at: Self.second(2))
    #expect(state.count == 2 && state.value(of: 9, at: Self.second(2)) == 9)

    for key in 0..<1_000 {
      state.keep(key, for: key, until: Self.second(9), at: Self.second(2))
      #expect(state.count <= 10 && state.value(of: key, at: Self.second(2)) == key)
    }
  }

  @Test("looks a value up again after its lifetime, and each time what is not there")
  func lookUps() async throws {
    let clock = ManualClock()
    let asked = try await onLoop(clock: clock.clock) { loop in
      var asked: [[String]] = []
      let memory = ShortMemory<String, Int>(on: loop, lifetime: .seconds(1), limit: 8) { keys in
        asked.append(keys)
        return keys.contains("a") ? ["a": 1] : [:]
      }
      func load(_ key: String) async throws { _ = try await memory.load(key) }
      for key in ["a", "a", "none", "none"] { try await load(key) }
      clock.advance(by: .milliseconds(999), waking: loop)
      await loop.turn()
      try await load("a")
      clock.advance(by: .milliseconds(1), waking: loop)
      await loop.turn()
      try await load("a")
      return asked
    }

    #expect(asked == [["a"], ["none"], ["none"], ["a"]])
  }
}

extension Instant {
  fileprivate static let zero = Instant(nanoseconds: 0)
}

extension EventLoop {
  /// Waits for the next turn, which reads the clock.
  fileprivate func turn() async {
    await withUnsafeContinuation { next in execute { next.resume() } }
  }
}
