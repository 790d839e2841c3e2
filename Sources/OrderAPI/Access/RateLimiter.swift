/// How many requests each sender may make: a bucket that holds `burst` of them and fills by `rate`
/// in a second.
package struct RateLimit: Equatable, Sendable {
  /// What a bucket may be filled by in a second, and what it may hold.
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

/// Who makes requests, as far as they are counted.
enum Sender: Hashable {
  case token(Int)
  case address(ClientAddress)
}

/// What a sender's bucket holds after a request.
package struct Allowance: Sendable {
  let limit: RateLimit
  let isGranted: Bool
  /// Requests that may follow at once.
  let remaining: Int
  /// Until the bucket is full.
  let untilFull: Duration
  /// Until it holds a request: nothing, unless this one was refused.
  let wait: Duration
}

/// The buckets of all senders.
///
/// Of a bucket only the moment is kept at which it will be full; what it holds follows from that.
struct RateLimiter {
  /// Senders whose buckets are not full at the same moment: 100 bytes each.
  static let sendersMax = 65_536

  let limit: RateLimit
  /// Nanoseconds in which one request comes back, and in which all do.
  private let cost: Int64
  private let capacity: Int64
  private var fullAt: [Sender: Int64] = [:]

  init(_ limit: RateLimit) {
    self.limit = limit
    cost = 1_000_000_000 / Int64(limit.rate)
    capacity = cost * Int64(limit.burst)
  }

  var count: Int { fullAt.count }

  /// Takes a request out of a sender's bucket, if it holds one. The clock is a monotonic one.
  mutating func take(from sender: Sender, at now: Duration) -> Allowance {
    let now = now.nanoseconds
    let missing = max((fullAt[sender] ?? now) - now, 0)
    guard missing + cost <= capacity else {
      return Allowance(
        limit: limit, isGranted: false, remaining: 0, untilFull: .nanoseconds(missing),
        wait: .nanoseconds(missing + cost - capacity))
    }
    keep(now + missing + cost, of: sender, at: now)
    return Allowance(
      limit: limit, isGranted: true, remaining: Int((capacity - missing - cost) / cost),
      untilFull: .nanoseconds(missing + cost), wait: .zero)
  }

  /// A full bucket is as good as none. When all places are taken by others everybody starts anew:
  /// rather that than a search with every request.
  private mutating func keep(_ moment: Int64, of sender: Sender, at now: Int64) {
    if fullAt.count >= Self.sendersMax, fullAt[sender] == nil {
      fullAt = fullAt.filter { $0.value > now }
      if fullAt.count >= Self.sendersMax { fullAt.removeAll(keepingCapacity: true) }
    }
    fullAt[sender] = moment
  }
}

extension Duration {
  /// A monotonic clock's reading in whole nanoseconds, which 64 bits hold for 292 years.
  fileprivate var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
