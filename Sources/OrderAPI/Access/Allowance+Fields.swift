import HTTP

extension Allowance {
  /// What a client is told, by draft-ietf-httpapi-ratelimit-headers-10: the quota `q`, the window
  /// `w` in which it comes back, what remains, and when all of it is there again.
  var fields: [Field] {
    let window = (limit.burst + limit.rate - 1) / limit.rate
    return [
      Field("RateLimit-Policy", "\"requests\";q=\(limit.burst);w=\(window)"),
      Field("RateLimit", "\"requests\";r=\(remaining);t=\(untilFull.wholeSeconds)"),
    ]
  }
}

extension Duration {
  /// In seconds as a client is told to wait: never too short.
  var wholeSeconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds + (attoseconds > 0 ? 1 : 0)
  }
}
