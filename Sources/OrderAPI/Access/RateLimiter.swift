import HTTP

/// How many requests each sender may make: a bucket that holds `burst` requests and is refilled
/// with `rate` of them each second.
package struct RateLimit: Equatable, Sendable {
  /// The allowed values of both numbers.
  package static let allowed = 1...1_000_000

  /// Requests a second.
  package let rate: Int
  /// Requests at once.
  package let burst: Int

  /// A limit, or nil when one of the numbers is too small or too large.
  package init?(rate: Int, burst: Int) {
    guard Self.allowed.contains(rate), Self.allowed.contains(burst) else { return nil }
    self.rate = rate
    self.burst = burst
  }
}

/// The state of a sender's bucket after a request.
package struct Allowance: Sendable {
  let limit: RateLimit
  let isGranted: Bool
  /// Requests that are left.
  let remaining: Int
  /// The time until the bucket is full.
  let untilFull: Duration
  /// The time until it holds a request again; zero, unless this one was refused.
  let wait: Duration
}

/// The buckets of all senders.
///
/// A bucket is stored as the moment at which it will be full; what it holds follows from that.
struct RateLimiter {
  /// The most buckets that are kept, at 100 bytes each. Full ones are not kept.
  static let sendersMax = 65_536

  let limit: RateLimit
  /// The time in which one request is refilled, and in which the whole bucket is.
  private let nanosecondsPerRequest: Int64
  private let nanosecondsPerBucket: Int64
  private var fullAt: [Sender: Int64] = [:]

  init(_ limit: RateLimit) {
    self.limit = limit
    nanosecondsPerRequest = 1_000_000_000 / Int64(limit.rate)
    nanosecondsPerBucket = nanosecondsPerRequest * Int64(limit.burst)
  }

  var count: Int { fullAt.count }

  /// Takes a request out of a sender's bucket, if it holds one. `now` is of a monotonic clock.
  mutating func take(from sender: Sender, at now: Duration) -> Allowance {
    let now = now.nanoseconds
    let missing = max((fullAt[sender] ?? now) - now, 0)
    guard missing + nanosecondsPerRequest <= nanosecondsPerBucket else {
      return Allowance(
        limit: limit, isGranted: false, remaining: 0, untilFull: .nanoseconds(missing),
        wait: .nanoseconds(missing + nanosecondsPerRequest - nanosecondsPerBucket))
    }
    keep(now + missing + nanosecondsPerRequest, of: sender, at: now)
    return Allowance(
      limit: limit, isGranted: true,
      remaining: Int(
        (nanosecondsPerBucket - missing - nanosecondsPerRequest) / nanosecondsPerRequest),
      untilFull: .nanoseconds(missing + nanosecondsPerRequest), wait: .zero)
  }

  /// Without room, full buckets are dropped, which equal new ones. If that does not help, all are,
  /// as a search with every request would cost too much.
  private mutating func keep(_ moment: Int64, of sender: Sender, at now: Int64) {
    if fullAt.count >= Self.sendersMax, fullAt[sender] == nil {
      fullAt = fullAt.filter { $0.value > now }
      if fullAt.count >= Self.sendersMax { fullAt.removeAll(keepingCapacity: true) }
    }
    fullAt[sender] = moment
  }
}

extension Duration {
  /// In whole nanoseconds, of which 64 bits hold 292 years.
  fileprivate var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
