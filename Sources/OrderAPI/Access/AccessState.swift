import HTTP
import Synchronization
package import Telemetry

/// What the gates of all loops keep in common: bad tokens by address, rates by sender, and counts
/// of denied requests.
///
/// A valid token without a rate limit, which is the usual case, changes nothing here, so loops do
/// not wait for each other.
package final class AccessState: Sendable {
  /// Why a request was not admitted. The words are those of the metric.
  package enum Denial: String, CaseIterable, Sendable {
    /// It had no token, and needed one.
    case withoutToken = "no_token"
    /// Its token is not valid.
    case badToken = "bad_token"
    /// Its token is not valid, and its address had been told to wait.
    case badTokenTooSoon = "bad_token_too_soon"
    /// The role of its token is not allowed there.
    case role
    /// Its sender had reached the rate limit.
    case rate
    /// Its session is unknown or has ended.
    case endedSession = "ended_session"
    /// It named another host, or came from a page of another origin.
    case foreign
  }

  private let badTokens = Mutex(BadTokens())
  /// Outside the mutex, so that no loop takes it when there is no limit.
  private let isLimited: Bool
  private let rates: Mutex<RateLimiter?>
  private let denials = Labelled<Denial, Counter>(
    "requests_not_admitted_total", by: "reason",
    "Requests that no handler was asked about, by what held them up")

  let logIns = Counter("console_log_ins_total", "Browsers that have logged in to the console")
  let logOuts = Counter("console_log_outs_total", "Browsers that have logged out")

  /// The state at the start. Without a limit, rates are not kept.
  package init(limit: RateLimit? = nil) {
    isLimited = limit != nil
    rates = Mutex(limit.map { RateLimiter($0) })
  }

  /// The number of requests denied so far.
  package func denials(_ reason: Denial) -> Int { denials[reason].value }

  /// Adds the counts to what `/metrics` shows.
  package func report(to exposition: inout Exposition) {
    denials.report(to: &exposition)
    logIns.report(to: &exposition)
    logOuts.report(to: &exposition)
  }

  func countDenial(_ reason: Denial) { denials[reason].add() }

  /// Counts a bad token of an address, and returns how long the address should wait; nil when it
  /// need not.
  func badToken(from address: ClientAddress, at now: Duration) -> Duration? {
    badTokens.withLock { $0.count(from: address, at: now) }
  }

  /// Counts a request of a sender, and returns what is left of its rate; nil without a rate limit.
  func allowance(of sender: Sender, at now: Duration) -> Allowance? {
    isLimited ? rates.withLock { $0?.take(from: sender, at: now) } : nil
  }
}
