import HTTP
import Testing

@testable import OrderAPI

@Suite("A rate limit")
struct RateLimiterTests {
  private static let limit = RateLimit(rate: 10, burst: 3)!

  @Test("lets a burst through, then what comes back, and says how long to wait")
  func bucket() {
    var limiter = RateLimiter(Self.limit)
    func take(at milliseconds: Int) -> Allowance {
      limiter.take(from: .token(1), at: .milliseconds(milliseconds))
    }
    let burst = (0..<3).map { _ in take(at: 0) }
    #expect(burst.map(\.isGranted) == [true, true, true])
    #expect(burst.map(\.remaining) == [2, 1, 0])
    #expect(burst[2].untilFull == .milliseconds(300))

    let refused = take(at: 40)
    #expect(!refused.isGranted && refused.remaining == 0 && refused.wait == .milliseconds(60))
    #expect(take(at: 99).isGranted == false && take(at: 100).isGranted)
    #expect(take(at: 10_000).remaining == 2, "a bucket holds no more than its burst")
  }

  @Test("is of each sender by himself")
  func senders() {
    var limiter = RateLimiter(RateLimit(rate: 1, burst: 1)!)

    let address = ClientAddress(v4: 7)
    for sender in [Sender.token(7), .token(8), .address(address)] {
      #expect(limiter.take(from: sender, at: .zero).isGranted)
      #expect(!limiter.take(from: sender, at: .zero).isGranted)
    }
  }

  @Test(
    "lets through what it says in the long run, and never more",
    arguments: [(1, 1), (3, 7), (1_000, 1), (1_000_000, 1_000_000)])
  func longRun(rate: Int, burst: Int) throws {
    var limiter = RateLimiter(try #require(RateLimit(rate: rate, burst: burst)))
    var granted = 0
    let step = Duration.seconds(10) / (4 * rate * 10)
    for number in 0..<min(40 * rate, 100_000) {
      if limiter.take(from: .token(1), at: step * number).isGranted { granted += 1 }
    }
    let seconds = min(10.0, 100_000.0 / Double(4 * rate))

    #expect(abs(granted - min(burst + Int(seconds * Double(rate)), 40 * rate, 100_000)) <= 1)
  }

  @Test("takes no more memory than is set aside, and forgets full buckets first")
  func bounded() {
    var limiter = RateLimiter(Self.limit)
    for token in 0..<RateLimiter.sendersMax { _ = limiter.take(from: .token(token), at: .zero) }
    _ = limiter.take(from: .token(-1), at: .milliseconds(50))
    #expect(limiter.count == 1, "none was full: all start anew")

    for token in 0..<RateLimiter.sendersMax { _ = limiter.take(from: .token(token), at: .zero) }
    _ = limiter.take(from: .token(-2), at: .seconds(1))
    #expect(limiter.count <= 2, "all were full")
  }

  @Test("is told in the fields of the draft, in whole seconds that are never too few")
  func fields() {
    var limiter = RateLimiter(RateLimit(rate: 2, burst: 5)!)
    let allowance = limiter.take(from: .token(1), at: .zero)

    #expect(
      allowance.fields.map { "\($0.name): \($0.value)" } == [
        #"RateLimit-Policy: "requests";q=5;w=3"#, #"RateLimit: "requests";r=4;t=1"#,
      ])
    let notice = ErrorNotice(.tooManyRequests(limiter.take(from: .token(1), at: .zero)))
    #expect(notice.fields.last?.value == "0" && notice.status == .tooManyRequests)
  }

  @Test("is of whole requests, one at least", arguments: [(0, 1), (1, 0), (-1, 1), (1, 1_000_001)])
  func refused(rate: Int, burst: Int) {
    #expect(RateLimit(rate: rate, burst: burst) == nil)
  }
}
