import HTTP

/// Makes ids for requests that brought none: a random half for each server, a counter for each
/// request.
struct RequestIDs {
  private let server = UInt64.random(in: 0...UInt64.max)
  private var count: UInt64 = 0

  mutating func next() -> RequestID {
    count &+= 1
    return .made(server, count)
  }
}
