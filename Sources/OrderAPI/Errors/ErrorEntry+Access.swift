import HTTP

// Codes for callers who may not do what they ask for, or not so often.

extension ErrorEntry {
  static var unauthenticated: ErrorEntry {
    ErrorEntry(
      .unauthorized,
      sentence: .about { token in
        token.isEmpty
          ? "A token is needed: Authorization: Bearer wb_…" : "The token is \(token)."
      },
      happened: "No token came with the request, or one that is unknown, revoked or expired.",
      cure: """
        Send the header Authorization: Bearer wb_…. Whoever runs the service makes a token by \
        waybill token create.
        """,
      sample: .unauthenticated(hasToken: true))
  }

  static var sessionEnded: ErrorEntry {
    ErrorEntry(
      .unauthorized,
      sentence: "The session has ended: log in again.",
      happened: """
        The browser's session is over: nobody used it for 60 minutes, it is 12 hours old, somebody \
        logged out, or the token behind it was revoked or has expired.
        """,
      cure: "Log in again at /console.",
      sample: .sessionEnded)
  }

  static var notSecure: ErrorEntry {
    ErrorEntry(
      .forbidden,
      sentence: "Browsers keep a session only over https, or on the machine of the service.",
      happened: """
        A page that came over http from another machine wanted to log in. Anybody on the way could \
        read its session, so browsers would not keep it.
        """,
      cure: "Put a proxy with TLS in front of the service, and open the console by https.",
      sample: .notSecure)
  }

  static var forbidden: ErrorEntry {
    ErrorEntry(
      .forbidden,
      sentence: "The token does not allow this.",
      happened: "The token is good, but what was asked for is not for its role.",
      cure: "Use a token of a role that may; the list of calls names the roles of each.",
      sample: .forbidden)
  }

  static var misdirected: ErrorEntry {
    ErrorEntry(
      .misdirectedRequest,
      sentence: "This service does not go by the name that Host says.",
      happened: """
        The service needs no token here, so it answers only to names that are its own, and the \
        request's Host is none of them: a page elsewhere could give itself such a name.
        """,
      cure: """
        Use localhost or the address it listens on. Whoever runs the service can add names by \
        WAYBILL_ALLOWED_HOSTS, or have tokens asked for by WAYBILL_AUTH=tokens.
        """,
      sample: .misdirected)
  }

  static var foreignPage: ErrorEntry {
    ErrorEntry(
      .forbidden,
      sentence: "Pages from elsewhere may not use this service.",
      happened: """
        The request comes from a page of another origin, as Origin or Sec-Fetch-Site says, or with \
        a browser's session and neither of them. The service needs no token here, or the browser \
        has a session, so such a page could do everything in its reader's name.
        """,
      cure: """
        Call the service from your own server. Whoever runs it can add the page's host to \
        WAYBILL_ALLOWED_HOSTS, or have tokens asked for by WAYBILL_AUTH=tokens.
        """,
      sample: .foreignPage)
  }

  static var tooManyBadTokens: ErrorEntry {
    ErrorEntry(
      .tooManyRequests,
      sentence: """
        The token is unknown, revoked or expired, and so were many from this address: wait.
        """,
      happened: """
        Many tokens from this address were unknown, revoked or expired, and so is this one.
        """,
      cure: """
        Find out which client still has an old token, and wait as many seconds as Retry-After \
        says. Good tokens from the same address are let through all the while.
        """,
      sample: .tooManyBadTokens(wait: .seconds(1)))
  }

  static var tooManyStreams: ErrorEntry {
    ErrorEntry(
      .tooManyRequests, retryAfterSeconds: 5,
      sentence: "Too many streams and waits are open: close one.",
      happened: """
        The sender, or everybody together, has as many event streams and waiting requests open as \
        the service allows.
        """,
      cure: """
        Close streams that nobody reads. One stream can carry all types: share it among the \
        programs of one machine.
        """,
      sample: .tooManyStreams)
  }

  static var tooManyRequests: ErrorEntry {
    ErrorEntry(
      .tooManyRequests,
      sentence: "This is more than is allowed: wait.",
      happened: "More requests came than whoever runs the service allows one sender.",
      cure: """
        Wait as many seconds as Retry-After says. RateLimit-Policy is the rule, RateLimit what \
        is left of it.
        """,
      sample: .tooManyRequests(.usedUp))
  }
}

extension Allowance {
  /// The allowance of a sender who has used the only request of a second.
  fileprivate static var usedUp: Allowance {
    var limiter = RateLimiter(RateLimit(rate: 1, burst: 1)!)
    _ = limiter.take(from: .token(1), at: .zero)
    return limiter.take(from: .token(1), at: .zero)
  }
}
