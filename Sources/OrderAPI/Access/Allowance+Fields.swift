import HTTP

extension Allowance {
  /// The fields of draft-ietf-httpapi-ratelimit-headers-10: the quota `q`, the window `w` in which
  /// it is refilled, the requests that remain, and the seconds until all are there again.
  var fields: [Field] {
    let window = (limit.burst + limit.rate - 1) / limit.rate
    return [
      Field("RateLimit-Policy", "\"requests\";q=\(limit.burst);w=\(window)"),
      Field("RateLimit", "\"requests\";r=\(remaining);t=\(untilFull.wholeSeconds)"),
    ]
  }
}

extension Duration {
  /// Seconds to wait, rounded up.
  var wholeSeconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds + (attoseconds > 0 ? 1 : 0)
  }
}
