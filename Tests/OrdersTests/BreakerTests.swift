import Testing

@testable import Orders

@Suite("A breaker")
struct BreakerTests {
  private static let pauses = Duration.seconds(1)...Duration.seconds(5)
  private var breaker = Breaker(pauses: pauses)
  private var random = SystemRandomNumberGenerator()

  private mutating func fail(_ count: Int, at now: Duration = .zero) -> [Breaker.Change?] {
    (0..<count).map { _ in breaker.event(.failed, at: now, using: &random) }
  }

  @Test("bears single failures, opens after five in a row, and says so once")
  mutating func opens() {
    #expect(fail(4) == [nil, nil, nil, nil])
    #expect(breaker.event(.worked, at: .zero, using: &random) == nil)
    #expect(fail(6) == [nil, nil, nil, nil, .opened, nil])
    #expect(breaker.isOpen)
  }

  @Test("lets one probe through when it is time, and none beside it")
  mutating func probes() {
    #expect(breaker.room(for: 16, running: 3, at: .zero) == 16)
    _ = fail(5)
    let wait = breaker.wait(at: .zero)
    #expect(wait >= .milliseconds(500) && wait <= .seconds(1))
    #expect(breaker.room(for: 16, running: 0, at: .zero) == 0)
    #expect(breaker.room(for: 16, running: 0, at: wait) == 1)
    #expect(breaker.room(for: 16, running: 1, at: wait) == 0)
    #expect(breaker.room(for: 0, running: 0, at: wait) == 0)
  }

  @Test("pauses longer and longer between probes, up to a bound, and closes with one answer")
  mutating func closes() {
    _ = fail(5)
    var now = Duration.zero
    for longest in [2, 4, 5, 5, 5] {
      now += breaker.wait(at: now)
      #expect(fail(1, at: now) == [nil])
      let wait = breaker.wait(at: now)
      #expect(wait >= .milliseconds(longest * 500) && wait <= .seconds(longest))
    }
    #expect(breaker.event(.worked, at: now, using: &random) == .closed)
    #expect(breaker.room(for: 16, running: 0, at: now) == 16)
  }
}
