import Synchronization
package import Telemetry

/// What is remembered of those who come, for all loops of the process together.
///
/// Good tokens without a rate limit, which is what there usually is, leave no trace here, so no
/// loop waits for another.
package final class Visitors: Sendable {
  /// What may keep a request from coming through, as metrics call it.
  package enum Refusal: String, CaseIterable, Sendable {
    /// No token where one is needed.
    case withoutToken = "no_token"
    /// A token that does not hold.
    case badToken = "bad_token"
    /// A token that does not hold, from an address that should have waited.
    case badTokenTooSoon = "bad_token_too_soon"
    /// A token whose role is not allowed there.
    case role
    /// More requests than are allowed.
    case rate
    /// For another host, or from a foreign page.
    case foreign
  }

  private let badTokens = Mutex(BadTokens())
  /// Beside the mutex, which nobody waits for when there is no limit.
  private let isLimited: Bool
  private let rates: Mutex<RateLimiter?>
  private let refusals = Labelled<Refusal, Counter>(
    "requests_not_admitted_total", by: "reason",
    "Requests that no handler was asked about, by what held them up")

  /// Nobody has come yet. Without a limit requests are not counted.
  package init(limit: RateLimit? = nil) {
    isLimited = limit != nil
    rates = Mutex(limit.map { RateLimiter($0) })
  }

  /// How many requests were refused so far.
  package func refusals(_ reason: Refusal) -> Int { refusals[reason].value }

  /// Adds the refusals to what is shown.
  package func report(to exposition: inout Exposition) { refusals.report(to: &exposition) }

  func refused(_ reason: Refusal) { refusals[reason].add() }

  /// How long an address that sent a bad token should wait; nil when it need not.
  func badToken(from address: ClientAddress, at now: Duration) -> Duration? {
    badTokens.withLock { $0.came(from: address, at: now) }
  }

  /// What a sender may still do after a request; nil when nobody counts.
  func allowance(of sender: Sender, at now: Duration) -> Allowance? {
    isLimited ? rates.withLock { $0?.take(from: sender, at: now) } : nil
  }
}
